#include "core/linalg/kernels/kernels.h"

namespace muonscope::at_amx {

void add_bfloat16_product(Kernels& table);

// All but what the matrix units do is AVX-512's.
void fill(Kernels& table) {
    at_avx512::fill(table);
    add_bfloat16_product(table);
}

}  // namespace muonscope::at_amx
