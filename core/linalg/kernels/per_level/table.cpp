#include "core/linalg/kernels/kernels.h"

namespace muonscope::MUONSCOPE_AT {

// One of each source in this folder.
void add_bfloat16_entries(Kernels& table);
void add_bfloat16_product(Kernels& table);
void add_entries(Kernels& table);
void add_float_dots(Kernels& table);
void add_float_exponentials(Kernels& table);
void add_products(Kernels& table);
void add_step_sums(Kernels& table);
void add_sums(Kernels& table);
void add_tensor_core(Kernels& table);

void fill(Kernels& table) {
    add_bfloat16_entries(table);
    add_bfloat16_product(table);
    add_entries(table);
    add_float_dots(table);
    add_float_exponentials(table);
    add_products(table);
    add_step_sums(table);
    add_sums(table);
    add_tensor_core(table);
}

}  // namespace muonscope::MUONSCOPE_AT
