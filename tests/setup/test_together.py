#!/usr/bin/env python3
"""What a source declares at the left margin is known: two that declare one name are not compiled as one text."""

import pathlib
import tempfile
import unittest

import lint
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

    def test_a_name_taken_from_a_namespace_is_none_of_its_own(self):
        self.assertEqual(together.names("using std::swap;\nusing Row = std::vector<int>;"), {"Row"})

    def grouped(self, *texts):
        """How many texts are made of sources that say this."""
        with tempfile.TemporaryDirectory() as folder:
            sources = [pathlib.Path(folder, f"{number}.cpp") for number in range(len(texts))]
            for source, text in zip(sources, texts):
                source.write_text(text)
            return len(together.groups(sources, {source: "" for source in sources}))

    def test_one_name_for_one_type_may_be_given_twice(self):
        alias = "using LocalName = std::vector<int>;\n"
        self.assertEqual(self.grouped(alias, alias, "int other_local;\n"), 1)
        self.assertEqual(self.grouped(alias, "using LocalName = std::vector<double>;\n"), 2)
        self.assertEqual(self.grouped(alias, "struct LocalName {\n"), 2)
        self.assertEqual(self.grouped("struct LocalName {\n", "struct LocalName {\n"), 2)

    def test_a_name_taken_and_not_used_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "source.cpp")
            source.write_text("using std::swap;\nusing std::min;\nint x = min(1, 2);  // swap\n")
            self.assertIn("swap", lint.taken_in_vain(source))
            self.assertNotIn("min", lint.taken_in_vain(source))

    def test_no_two_headers_that_the_window_sees_have_a_type_of_one_name(self):
        # Plots have a namespace of their own, which their users open: both would be in sight then.
        where = {}
        for folder in ("core", "app/gui", "app/render"):
            for header in sorted((together.ROOT / folder).rglob("*.h")):
                for name in together.OWN_TYPE.findall(header.read_text()):
                    where.setdefault(name[0] or name[1], []).append(header.name)
        self.assertGreater(len(where), 300)
        self.assertEqual({name: found for name, found in where.items() if len(found) > 1}, {})


if __name__ == "__main__":
    unittest.main()
