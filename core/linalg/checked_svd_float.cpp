#include "core/linalg/checked_svd_body.h"

namespace muonscope {

template struct CheckedSvd<float>;

}  // namespace muonscope
