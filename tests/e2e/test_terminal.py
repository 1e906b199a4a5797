#!/usr/bin/env python3
"""What a terminal shows while the command line works, and what is left on it afterwards.

Needs MUONSCOPE (the program). The terminal is a pseudo terminal, read as a terminal would read it.
"""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import sys
import tempfile
import termios
import time
import unittest

PROGRAM = os.environ.get("MUONSCOPE")
if not PROGRAM or not os.access(PROGRAM, os.X_OK):
    sys.exit("MUONSCOPE does not name the program: run this through ctest, or set it")

PATIENCE = 120  # seconds until something is taken to hang
SEQUENCE = re.compile(r"\x1b\[(\??)(\d*)([A-Za-z])")


class Screen:
    """Understands the few sequences that the program writes, and fails on any other."""

    def __init__(self, columns):
        self.columns, self.lines, self.row, self.column, self.wrap = columns, [""], 0, 0, True
        self.wrapped = 0  # lines that were longer than the screen is wide

    def write(self, text):
        at = 0
        while at < len(text):
            match = SEQUENCE.match(text, at)
            if match:
                self.obey(*match.groups())
                at = match.end()
            else:
                self.put(text[at])
                at += 1

    def obey(self, private, number, letter):
        if letter == "A":
            self.row -= int(number or 1)
            assert self.row >= 0, "above the first line"
        elif letter == "J" and not number:
            del self.lines[self.row + 1:]
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif private and number == "7":
            self.wrap = letter == "h"
        else:
            raise AssertionError(f"unknown sequence {private}{number}{letter}")

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.next_line()
        else:
            assert character >= " ", repr(character)
            if self.column == self.columns:
                if self.wrap:
                    self.wrapped += 1
                    self.column = 0
                    self.next_line()
                else:
                    self.column -= 1
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + character + line[self.column + 1:]
            self.column += 1

    def next_line(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")


class Run:
    """The program on a terminal so many columns wide, until it ends. `look` sees the screen after
    every piece of output and may return what is then typed."""

    def __init__(self, columns, arguments, look=lambda screen: None):
        self.screen, self.pictures = Screen(columns), []
        child, terminal = pty.fork()
        if child == 0:
            os.execv(PROGRAM, [PROGRAM, *arguments])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        rest, end = b"", time.monotonic() + PATIENCE
        while True:
            if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
                os.kill(child, 9)
                os.waitpid(child, 0)
                raise AssertionError(f"{arguments} hangs; on the screen:\n" + "\n".join(self.screen.lines))
            try:
                rest += os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            # A sequence or a letter may be cut in two.
            whole = re.match(rb"(?s).*?(?=(?:\x1b\[?\??\d*|[\xc0-\xff][\x80-\xbf]*)?\Z)", rest).group()
            rest = rest[len(whole):]
            self.screen.write(whole.decode())
            self.pictures.append(list(self.screen.lines))
            typed = look(self.screen)
            if typed:
                os.write(terminal, typed)
        os.close(terminal)
        self.code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


STUDY = {"version": 1, "name": "s", "base": "two-ways-up", "list": [{"network.width": 8, "target.modes": 4}],
         "arms": [{"name": "SGD"}, {"name": "Muon", "set": {"optimizer.kind": "muon"}}], "seeds": 6,
         "budget": {"steps": 40}, "metrics": [{"end": "relative_error"}],
         "compare": [["Muon", "SGD"]]}

BAR = r"\[#* *\]"


class Terminal(unittest.TestCase):
    def test_reproduce_shows_a_bar_an_experiment_and_leaves_the_table_alone(self):
        for columns in (80, 120):
            run = Run(columns, ["reproduce", "ce", "screening", "--workers", "2"])
            self.assertEqual(run.code, 0)
            with_bars = [p for p in run.pictures if any(re.match(BAR, line) for line in p)]
            self.assertTrue(with_bars, "no bar was ever seen")
            for picture in with_bars:
                self.assertEqual(len(picture), 2, picture)
                self.assertRegex(picture[0], BAR + r" +\d+ %  Cross-entropy probe$")
                self.assertRegex(picture[1], BAR + r" +\d+ %  Screening schedules$")
            self.assertTrue(run.screen.lines[0].startswith("quantity "), run.screen.lines[0])
            self.assertNotRegex("\n".join(run.screen.lines), BAR)
            self.assertTrue(run.screen.wrap)

    def test_run_shows_both_lanes_in_one_line_and_leaves_the_table_alone(self):
        for columns in (80, 120):
            run = Run(columns, ["run", "staged", "--steps", "1500"])
            self.assertEqual(run.code, 0)
            bars = {line for picture in run.pictures for line in picture if re.match(BAR, line)}
            self.assertTrue(bars, "no bar was ever seen")
            for bar in bars:
                self.assertRegex(bar, BAR + r" \d+ of 1500  \d+ steps/s  error SGD \S+ Muon \S+$")
            self.assertTrue(run.screen.lines[0].startswith("lane "), run.screen.lines[0])
            self.assertNotRegex("\n".join(run.screen.lines), BAR)

    def test_a_long_line_is_cut_and_not_wrapped(self):
        run = Run(30, ["run", "staged", "--steps", "1500"])
        self.assertEqual(run.code, 0)
        bars = [picture for picture in run.pictures if re.match(BAR, picture[0])]
        self.assertTrue(bars, "no bar was ever seen")
        for picture in bars:
            self.assertEqual(len(picture), 1, picture)

    def test_a_table_is_laid_out_to_the_width_of_the_terminal(self):
        for columns in (40, 60, 80, 200):
            run = Run(columns, ["run", "staged", "--steps", "50"])
            self.assertEqual(run.code, 0)
            self.assertEqual(run.screen.wrapped, 0, "\n".join(run.screen.lines))
            self.assertTrue(run.screen.lines[0].startswith("lane "), run.screen.lines[0])
            words = " ".join(" ".join(run.screen.lines).split())
            for word in ("SGD", "Muon", "relative", "probe", "floor", "steps in"):
                self.assertIn(word, words)

    def test_every_table_fits_into_80_columns(self):
        folder = tempfile.mkdtemp(prefix="muonscope tables ")
        self.addCleanup(shutil.rmtree, folder)
        out, db = os.path.join(folder, "a"), os.path.join(folder, "s.db")
        study = os.path.join(folder, "s.json")
        with open(study, "w") as file:
            json.dump(STUDY, file)
        series = os.path.join(folder, "w")
        weights = os.path.join(series, "lane-1-sgd", "step-4.safetensors")
        for arguments in (
                ["run", "two-ways-up", "--steps", "4", "--out", out],
                ["run", "adjacent", "--steps", "2"],
                ["run", "stories", "--steps", "1"],
                ["run", "two-ways-up", "--steps", "4", "--save-weights", series],
                ["replay", os.path.join(out, "session.json")],
                ["presets"], ["params"],
                ["orthogonalise", "gaussian:8x8", "--engine", "jordan", "--engine", "svd"],
                ["reproduce", "ce"], ["sweep", "--seeds", "2"],
                ["study", "plan", "depth", "--shards", "8"],
                ["study", "run", study, "--db", db], ["study", "show", db],
                ["weights", "info", weights], ["weights", "spectra", weights],
                ["weights", "spectra", os.path.join(series, "lane-1-sgd")], ["weights", "compare", weights, weights],
                ["weights", "alignment", weights, "layers.0", "layers.1"],
                ["weights", "edit", weights, "--op", "layers.0:drop-top=1", "-o", os.path.join(folder, "e.safetensors")]):
            run = Run(80, arguments)
            said = "\n".join(run.screen.lines)
            self.assertEqual(run.code, 0, said)
            self.assertEqual(run.screen.wrapped, 0, f"{arguments}:\n{said}")
            self.assertGreater(len(run.screen.lines), 1)

    def test_a_quiet_command_leaves_the_terminal_as_it_was(self):
        for arguments in (["run", "staged", "--steps", "1500"], ["reproduce", "ce"], ["sweep", "--seeds", "1"]):
            run = Run(80, [*arguments, "--quiet"])
            self.assertEqual(run.code, 0)
            self.assertEqual(run.pictures, [])

    def test_interrupted_reproduce_leaves_one_line_and_130(self):
        typed = []

        def interrupt(screen):
            if not typed and any(re.match(BAR, line) for line in screen.lines):
                typed.append(b"\x03")
                return typed[0]
            return None

        for experiments in (["tau"], ["dp"], ["all"]):
            typed.clear()
            run = Run(80, ["reproduce", *experiments], interrupt)
            self.assertEqual(run.code, 130)
            self.assertEqual(run.screen.lines, ["muonscope: interrupted; nothing is written", ""])


if __name__ == "__main__":
    unittest.main(verbosity=2)
