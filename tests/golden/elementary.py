#!/usr/bin/env python3
"""What core/base/elementary.cpp stands on and is held against. Needs mpmath (PyPI).

    tests/golden/elementary.py tables > core/base/elementary_tables.h
    tests/golden/elementary.py values > tests/golden/elementary.txt

tables: constants, coefficients and the logarithms of its table. values: a line for each call, the
function's name, its arguments, and its value as the nearest double and what that leaves, all in
hexadecimal; chosen at random from a fixed seed, denser where each function is hard.
"""
import random
import sys

from mpmath import (ceil, chebyfit, cos, cospi, exp, expm1, floor, log, log1p, mp, mpf, nint, pi, power,
                    sin, sinpi, tanh)

mp.prec = 2200  # sines of the largest doubles lose a thousand bits

# ---------------------------------------------------------------------------------------------- tables


def text(x):
    return float(x).hex()


def in_two(x, bits=None):
    """The double nearest to x, or x cut to `bits` below the point; and the double nearest to the rest."""
    high = float(x) if bits is None else float(nint(x * mpf(2) ** bits) / mpf(2) ** bits)
    return high, float(x - mpf(high))


def array(name, rows, comment):
    print(f"\n// {comment}")
    width = len(rows[0])
    print(f"constexpr double {name}[]{'[%d]' % width if width > 1 else ''} = {{")
    for row in rows:
        print("    " + ("{%s}," if width > 1 else "%s,") % ", ".join(row))
    print("};")


def polynomial(name, f, interval, terms, comment):
    mp.prec = 200
    coefficients = chebyfit(f, interval, terms)[::-1]  # lowest power first
    array(name, [[text(c)] for c in coefficients], comment)
    mp.prec = 2200


def pair(name, x, comment, bits=None):
    high, low = in_two(x, bits)
    print(f"// {comment}")
    print(f"constexpr double {name}_high = {text(high)}, {name}_low = {text(low)};")


def tables():
    print("#pragma once\n")
    print("#include <cstdint>\n")
    print("// Made by tests/golden/elementary.py, which says how; not to be edited.")
    print("// clang-format off")
    print("namespace muonscope::elementary {\n")
    ln2 = log(mpf(2))
    print(f"constexpr double per_ln2 = {text(1 / ln2)};  // 1/ln 2")
    pair("ln2", ln2, "ln 2; the first in 42 bits, so that its product with an exponent is exact.", 42)
    pair("half_pi", pi / 2, "pi/2")
    pair("whole_pi", pi, "pi")
    polynomial("exp_terms", lambda r: sum(r ** k / mp.factorial(k + 3) for k in range(40)),
               [-ln2 / 2 - mpf("1e-6"), ln2 / 2 + mpf("1e-6")], 10,
               "(e^r - 1 - r - r^2/2)/r^3 for |r| <= ln 2 / 2, by powers of r.")
    quarter = pi / 4 + mpf("1e-6")
    polynomial("sine_terms", lambda z: sum((-1) ** (k + 1) * z ** k / mp.factorial(2 * k + 3) for k in range(30)),
               [0, quarter ** 2], 8, "(sin r - r)/r^3 for |r| <= pi/4, by powers of r^2.")
    polynomial("cosine_terms", lambda z: sum((-1) ** k * z ** k / mp.factorial(2 * k + 4) for k in range(30)),
               [0, quarter ** 2], 8, "(cos r - 1 + r^2/2)/r^4 for |r| <= pi/4, by powers of r^2.")
    array("log_terms", [[text(mpf((-1) ** k) / (k + 3))] for k in range(9)],
          "(log(1 + r) - r + r^2/2)/r^3, by powers of r.")
    rows = []
    for i in range(128):
        low, high = 1 + mpf(i) / 128, 1 + mpf(i + 1) / 128
        if i >= 53:
            low, high = low / 2, high / 2
        inverse = nint(1024 / (low + high)) / 512
        if i in (0, 127):
            inverse = mpf(1)
        log_high, log_low = in_two(-log(inverse), 42)
        rows.append([text(inverse), text(log_high), text(log_low)])
    array("log_table", rows,
          "For numbers from 1 + i/128 on, from i = 53 on halved: c in 10 bits, about 1/number, and -log c,\n"
          "// the first in 42 bits below the point.")
    print("\n// 2/pi, 64 bits a word; before them 64 zeros.")
    print("constexpr std::uint64_t two_over_pi[] = {")
    whole = int(floor(2 / pi * mpf(2) ** (64 * 20)))
    words = [0] + [whole >> (64 * (19 - i)) & (2 ** 64 - 1) for i in range(20)]
    for i in range(0, 21, 3):
        print("    " + ", ".join(f"0x{w:016x}U" for w in words[i:i + 3]) + ",")
    print("};\n")
    print("}  // namespace muonscope::elementary")

# ---------------------------------------------------------------------------------------------- values


def line(name, arguments, value):
    high = float(value)
    low = float(value - mpf(high)) if abs(high) != float("inf") else 0.0
    print(name, *[float(a).hex() for a in arguments], high.hex(), low.hex())


def signed(r, low, high):
    """Magnitudes spread evenly over the exponents from 2^low to 2^high, either sign."""
    return r.choice([-1, 1]) * 2.0 ** r.uniform(low, high)


def values():
    r = random.Random(1)

    def give(name, f, points):
        for x in points:
            line(name, [x], f(mpf(x)))

    give("exp", exp, [r.uniform(-745, 709.7) for _ in range(150)] + [signed(r, -60, 3) for _ in range(150)]
         + [r.uniform(-745.1, -708) for _ in range(20)])
    give("expm1", expm1, [r.uniform(-50, 709.7) for _ in range(100)] + [signed(r, -70, 4) for _ in range(150)])
    give("log", log, [2.0 ** r.uniform(-1074, 1023.9) for _ in range(120)] + [r.uniform(0.4, 2.2) for _ in range(120)]
         + [1 + signed(r, -52, -5) for _ in range(80)])
    give("log1p", log1p, [signed(r, -70, -0.01) for _ in range(200)] + [2.0 ** r.uniform(0, 1023) for _ in range(60)])
    give("tanh", tanh, [r.uniform(-3, 3) for _ in range(200)] + [signed(r, -70, 4.4) for _ in range(150)]
         + [signed(r, -1074, -70) for _ in range(20)])
    for name, f in (("sin", sin), ("cos", cos)):
        give(name, f, [r.uniform(-10, 10) for _ in range(150)] + [signed(r, -40, 1023.9) for _ in range(150)]
             + [float(nint(k * pi / 2 * mpf(2) ** 40) / mpf(2) ** 40) for k in range(1, 40)]
             + [float(k * pi / 2) for k in range(1, 40)]
             + [6381956970095103.0 * 2.0 ** 797])  # the double nearest to a multiple of pi/2
    for name, f in (("sin_pi", sinpi), ("cos_pi", cospi)):
        give(name, f, [r.uniform(-2, 2) for _ in range(200)] + [signed(r, -60, 40) for _ in range(80)])
    for _ in range(250):
        x = 2.0 ** r.uniform(-30, 30)
        y = r.uniform(-700, 700) / abs(float(log(mpf(x)))) if r.random() < 0.4 else r.uniform(-8, 8)
        line("pow", [x, y], power(mpf(x), mpf(y)))
    for _ in range(100):  # nearly one, to large powers, as decays are
        x, y = 1 + signed(r, -40, -2), float(r.randrange(1, 2000000))
        if abs(y * float(log(mpf(x)))) < 700:
            line("pow", [x, y], power(mpf(x), mpf(y)))


{"tables": tables, "values": values}[sys.argv[1]]()
