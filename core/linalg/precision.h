#pragma once

namespace muonscope {

// bfloat16 rounds after every operation and sums products in float32 as the matrix units of
// processors do (bfloat16_product.h); tensor_core sums them as the GPUs of the published runs do
// (tensor_core.h). bfloat16_fused is bfloat16 with a product and the sum it goes into rounded once,
// b A + c A A as torch.optim.Muon's addmm does it, and with the norm clamped at its floor, not
// added to.
enum class Precision { float64, float32, bfloat16, tensor_core, bfloat16_fused };

constexpr bool is_rounded(Precision precision) {
    return precision != Precision::float64 && precision != Precision::float32;
}

}  // namespace muonscope
