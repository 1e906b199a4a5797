#!/usr/bin/env python3
"""What a source declares at the left margin is known: two that declare one name are not compiled as one text."""

import unittest

import together


class Names(unittest.TestCase):
    def test_every_name_of_a_declaration_counts(self):
        for line, names in {
            "constexpr double nearest = 8, farthest = 0.4;  // zoom": {"nearest", "farthest"},
            'constexpr std::string_view begins = "<|im_start|>", ends = "<|im_end|>";': {"begins", "ends"},
            "const char *one = nullptr, *other = nullptr;": {"one", "other"},
            "constexpr float width = 0.42F, side = 0.03F, top = 0.66F;": {"width", "side", "top"},
            "std::map<int, double> found = {};": {"found"},
            "struct Part {": {"Part"},
            "using Row = std::vector<int>;": {"Row"},
        }.items():
            self.assertEqual(together.names(line), names, line)

    def test_arguments_of_a_function_do_not(self):
        self.assertEqual(together.names("void draw(int first, int second = 2, int third = 3) {"), {"draw"})

    def test_no_two_headers_of_the_window_have_a_type_of_one_name(self):
        # Plots have a namespace of their own, which their users open: both would be in sight then.
        where = {}
        for header in sorted((together.ROOT / "app/gui").rglob("*.h")):
            for name in together.OWN_TYPE.findall(header.read_text()):
                where.setdefault(name[0] or name[1], []).append(header.name)
        self.assertGreater(len(where), 100)
        self.assertEqual({name: found for name, found in where.items() if len(found) > 1}, {})


if __name__ == "__main__":
    unittest.main()
