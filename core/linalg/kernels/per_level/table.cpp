#include "core/linalg/kernels/kernels.h"

namespace muonscope::MUONSCOPE_AT {

// One of each source in this folder.
void add_products(Kernels& table);
void add_step_sums(Kernels& table);

void fill(Kernels& table) {
    add_products(table);
    add_step_sums(table);
}

}  // namespace muonscope::MUONSCOPE_AT
