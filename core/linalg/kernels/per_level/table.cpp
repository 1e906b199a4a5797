#include "core/linalg/kernels/kernels.h"

namespace muonscope::MUONSCOPE_AT {

// One of each source in this folder.
void add_products(Kernels& table);

void fill(Kernels& table) {
    add_products(table);
}

}  // namespace muonscope::MUONSCOPE_AT
