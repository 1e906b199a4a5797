#include "core/linalg/kernels/kernels.h"

namespace muonscope::at_amx {

// All but what the matrix units do is AVX-512's.
void fill(Kernels& table) {
    at_avx512::fill(table);
}

}  // namespace muonscope::at_amx
