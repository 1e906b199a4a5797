#pragma once

// Elementary functions of doubles with the same bits on every processor and every C library: one
// definition from operations that each round as IEEE 754 says. Within .53 units in the last place
// of the true value, tanh, sin, cos, sin_pi and cos_pi within .8 (measured against
// tests/golden/elementary.txt); results below the normal numbers round once more. Special values
// are those of the C standard's annex F; nothing raises an exception or sets errno. Of the C
// library's own functions the core calls those alone that are exact by definition (sqrt, floor,
// ldexp, ...).
namespace muonscope::elementary {

double exp(double x);
double expm1(double x);          // e^x - 1
double log(double x);            // natural; below 0: NaN, of 0: -infinity
double log1p(double x);          // log(1 + x)
double pow(double x, double y);  // exact where the result is a double, as for y = 1 or x = 2
double tanh(double x);

// Of any finite angle in radians, however large; infinity: NaN.
double sin(double x);
double cos(double x);
// Of pi x, where no digit of x is lost.
double sin_pi(double x);
double cos_pi(double x);

}  // namespace muonscope::elementary
