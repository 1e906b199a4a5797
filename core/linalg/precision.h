#pragma once

#include "core/base/choice.h"

namespace muonscope {

// bfloat16 rounds after every operation and sums products in float32 as the matrix units of
// processors do (bfloat16_product.h); tensor_core sums them as the GPUs of the published runs do
// (tensor_core.h). bfloat16_fused is bfloat16 with a product and the sum it goes into rounded once,
// b A + c A A as torch.optim.Muon's addmm does it, and with the norm clamped at its floor, not
// added to.
enum class Precision { float64, float32, bfloat16, tensor_core, bfloat16_fused };
inline constexpr auto precision_choices = choices_of<Precision::bfloat16_fused>(
    {{"float64", "double", "64-bit floating point."},
     {"float32", "float", "32-bit floating point: faster, the same picture."},
     {"bfloat16", "bfloat16",
      "Every operation rounded to bfloat16, products summed as processors' matrix "
      "units sum them: several times as fast where there are such units."},
     {"tensor_core", "bfloat16, GPU",
      "The same with products summed as tensor cores do: the published runs."},
     {"bfloat16_fused", "bfloat16, fused",
      "As torch.optim.Muon rounds: bA + cAA and aX + BX once each, and the norm "
      "clamped from below."}});

constexpr bool is_rounded(Precision precision) {
    return precision != Precision::float64 && precision != Precision::float32;
}

}  // namespace muonscope
