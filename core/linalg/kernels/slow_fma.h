#pragma once

namespace muonscope {

// a b + c with one rounding, a number at a time, whatever the processor has.
double slow_fma(double a, double b, double c);
float slow_fma(float a, float b, float c);

}  // namespace muonscope
