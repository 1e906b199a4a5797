#pragma once

namespace muonscope {

// bfloat16 rounds after every operation and accumulates products in float32, one term after the
// other; tensor_core accumulates them as the GPUs of the published runs do (tensor_core.h).
enum class Precision { float64, float32, bfloat16, tensor_core };

}  // namespace muonscope
