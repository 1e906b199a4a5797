#!/usr/bin/env python3
"""What .ci/run says at its end of a stage that failed: the names of the tests, or the compiler's last words."""

import pathlib
import subprocess
import tempfile
import unittest

FAILURES = pathlib.Path(__file__).resolve().parents[2] / ".ci/failures"


def said_of(text):
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.write(text)
        log.flush()
        return subprocess.run([FAILURES, log.name], capture_output=True, text=True, check=True).stdout


def ctest(tests):
    """What ctest says of tests: by name a script for the shell."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "CTestTestfile.cmake").write_text(
            "".join(f'add_test({name} "sh" "-c" [==[{script}]==])\n' for name, script in tests.items()))
        return subprocess.run(["ctest", "--test-dir", folder, "--output-on-failure"],
                              capture_output=True, text=True).stdout


class Failures(unittest.TestCase):
    def test_names_every_failed_test_of_each_run_and_no_other(self):
        passing = {f"sound.{number}": "echo long; true" for number in range(60)}
        said = said_of(ctest({"core.Chain.bends": "false", "gui.Talk.stops": "kill -SEGV $$"} | passing)
                       + "later\n" * 200 + ctest({"session.Pacer.drifts": "false"}) + "later\n" * 200)
        for name in ("core.Chain.bends (Failed)", "gui.Talk.stops (SEGFAULT)", "session.Pacer.drifts (Failed)"):
            self.assertIn(name, said)
        self.assertNotIn("sound", said)
        self.assertNotIn("later", said)

    def test_says_what_they_found(self):
        found = ("tests/core/chain_test.cpp:7: Failure\nExpected equality of these values:\n"
                 "  loss\n    Which is: 2\n  1\n")
        said = said_of(ctest({"core.Chain.bends": f"printf '%s' '{found}'; false"}) + "later\n" * 200)
        self.assertIn(found, said)
        self.assertLess(len(said), 3000)

    def test_is_a_few_lines_however_much_fails(self):
        found = "chain_test.cpp:7: Failure\nExpected: sound\n"
        said = said_of(ctest({f"core.Chain.{number}": f"printf '%s' '{found}'; false" for number in range(30)}))
        self.assertIn("core.Chain.29 (Failed)", said)
        self.assertLess(len(said.splitlines()), 75)

    def test_of_what_does_not_compile_gives_the_last_forty_lines(self):
        lines = [f"chain.cpp:{number}: error: no such name" for number in range(100)]
        self.assertEqual(said_of("\n".join(lines) + "\n").splitlines(), lines[-40:])


if __name__ == "__main__":
    unittest.main()
