#pragma once

namespace muonscope {

// bfloat16 rounds after every operation and sums products in float32 as the matrix units of
// processors do (bfloat16_product.h); tensor_core sums them as the GPUs of the published runs do
// (tensor_core.h).
enum class Precision { float64, float32, bfloat16, tensor_core };

}  // namespace muonscope
