#!/usr/bin/env python3
"""usage: unicode_ranges.py > core/llama/unicode_ranges.h

Which code points are letters (general categories L*) and numbers (N*), as ranges, by Python's
unicodedata; the version of Unicode is written with them.
"""

import unicodedata


def ranges(initial):
    found = []
    for point in range(0x110000):
        if unicodedata.category(chr(point))[0] != initial:
            continue
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def lines(found):
    texts, line = [], "   "
    for first, last in found:
        entry = f" {{0x{first:x}, 0x{last:x}}},"
        if len(line + entry) > 100:
            texts.append(line)
            line = "   "
        line += entry
    return "\n".join([*texts, line])


print(f"""#pragma once

// Made by tests/golden/unicode_ranges.py from Unicode {unicodedata.unidata_version}.

namespace muonscope {{

struct CodeRange {{
    char32_t first, last;
}};

// clang-format off
inline constexpr CodeRange letter_ranges[] = {{
{lines(ranges("L"))}
}};
inline constexpr CodeRange number_ranges[] = {{
{lines(ranges("N"))}
}};
// clang-format on

}}  // namespace muonscope""")
