#!/usr/bin/env python3
"""Every command that the README, the guide, the help texts and the messages show runs as it stands there.

Needs MUONSCOPE (the program) and Xvfb. What takes long is interrupted: it has begun by then.
"""
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ.get("MUONSCOPE")
if not PROGRAM or not os.access(PROGRAM, os.X_OK):
    sys.exit("MUONSCOPE does not name the program: run this through ctest, or set it")
XVFB = shutil.which("Xvfb") or sys.exit("Xvfb is missing: install the Debian package xvfb")

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "assets/guide").glob("*.md"))]
LONG = 1.5  # seconds from when it would notice, then Ctrl+C
SUBCOMMANDS = {"run", "replay", "presets", "params", "render", "export", "reproduce", "sweep", "orthogonalise",
               "weights", "study", "completions", "man"}
INTERRUPTIBLE = {"run", "replay", "reproduce", "sweep"}
# What a reader puts in.
PLACEHOLDERS = {"N": "7", "ARGS…": ""}


def shell_lines(text):
    """Lines of a script, those that end in a backslash with what follows."""
    return text.replace("\\\n", " ").splitlines()


def words_of(line):
    """As a shell has them, without its comment and what reads or takes the output."""
    words = shlex.split(line, comments=True)
    for mark in (">", "|"):
        if mark in words:
            words = words[:words.index(mark)]
    return [word for word in (PLACEHOLDERS.get(word, word) for word in words) if word]


def commands_of_document(path):
    """Lines of its code blocks and what stands between backticks."""
    text, found = path.read_text(), []
    for kind, block in re.findall(r"```(\w*)\n(.*?)```", text, re.S):
        for line in shell_lines(block):
            if kind == "sh" or line.startswith(("$ ", "muonscope ")):
                found.append(line.removeprefix("$ "))
    found += re.findall(r"`((?:muonscope|\./run)[^`\n]*)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [words for words in map(words_of, found) if words]


def commands_of_help():
    found = []
    # What `run` writes is what others read.
    for command in ([], ["run"], *([name] for name in sorted(SUBCOMMANDS - {"run"}))):
        text = subprocess.run([PROGRAM, *command, "--help"], capture_output=True, text=True, check=True).stdout
        assert "Example" in text, command
        for line in text[text.index("Example"):].splitlines():
            if line.startswith("  muonscope"):
                found.append(words_of(re.split(r"\s{2,}", line.strip())[0]))
    return found


def commands_of_messages():
    """Between backticks in the program's own texts; what is put together at run time is not there."""
    found = []
    for path in sorted([*(ROOT / "app").rglob("*.cpp"), *(ROOT / "core").rglob("*.cpp"), *(ROOT / "app").rglob("*.h")]):
        text = re.sub(r"//[^\n]*", "", path.read_text())
        text = re.sub(r'"\s*\n\s*"', "", text)  # literals that follow each other are one
        found += re.findall(r"`(muonscope [^`\"]*)`", text)
    return [words_of(line) for line in found]


def would_notice(process, by):
    """Waits until the program has begun, or ended: until the signal is one that it handles."""
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        try:
            caught = re.search(r"^SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text(), re.M)
        except FileNotFoundError:
            return
        if caught and int(caught[1], 16) >> (by - 1) & 1:
            return
        time.sleep(0.02)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        read, write = os.pipe()
        cls.server = subprocess.Popen([XVFB, "-displayfd", str(write), "-screen", "0", "1600x900x24", "-nolisten", "tcp"],
                                      pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            cls.display = ":" + pipe.readline().strip()

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(20)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="muonscope commands ")
        self.addCleanup(shutil.rmtree, self.folder)
        # A reader's own files.
        subprocess.run([PROGRAM, "run", "two-ways-up", "--steps", "3", "--out", "mine"], cwd=self.folder,
                       check=True, capture_output=True)
        mine = Path(self.folder, "mine")
        shutil.copy(mine / "session.json", Path(self.folder, "session.json"))
        shutil.copy(mine / "lane-1-sgd/W1.npy", Path(self.folder, "G.npy"))
        spec = json.loads((mine / "session.json").read_text())["spec"]
        Path(self.folder, "my.json").write_text(json.dumps(spec))
        shutil.rmtree(mine)

    def run_one(self, words):
        environment = dict(os.environ, DISPLAY=self.display, LIBGL_ALWAYS_SOFTWARE="1",
                           XDG_CONFIG_HOME=os.path.join(self.folder, "config"),
                           XDG_DATA_HOME=os.path.join(self.folder, "data"))
        environment.pop("WAYLAND_DISPLAY", None)
        process = subprocess.Popen([PROGRAM, *words], cwd=self.folder, env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        opens_window = not (SUBCOMMANDS & set(words[:1]) or {"--help", "--version"} & set(words))
        by = signal.SIGTERM if opens_window else signal.SIGINT
        try:
            endless = opens_window or words[0] in INTERRUPTIBLE or words[:2] == ["study", "run"]
            if endless:
                would_notice(process, by)
            _, said = process.communicate(timeout=LONG if endless else 200)
        except subprocess.TimeoutExpired:
            process.send_signal(by)
            _, said = process.communicate(timeout=120)
        self.assertIn(process.returncode, (0,) if opens_window else (0, 130), f"{words}: {said}")

    def run_all(self, commands, fewest):
        seen = []
        for words in commands:
            if words in seen:
                continue
            seen.append(words)
            with self.subTest(" ".join(words)):
                if words[0] in ("muonscope", "./run"):
                    if words[0] == "./run" and len(words) == 1:
                        continue  # builds first; the rest of it is the next command
                    self.run_one(words[1:])
                elif words[0] == "cmake":
                    presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
                    for at, word in enumerate(words):
                        if word == "--preset":
                            self.assertIn(words[at + 1], [preset["name"] for preset in presets])
                elif "/" in words[0]:
                    self.assertTrue(os.access(ROOT / words[0], os.X_OK), words)
        self.assertGreaterEqual(len(seen), fewest, seen)

    def test_of_the_readme_and_the_guide(self):
        for document in DOCUMENTS:
            with self.subTest(document.name):
                self.run_all(commands_of_document(document), 1)

    def test_of_the_help_texts(self):
        self.run_all(commands_of_help(), 15)

    def test_of_the_messages(self):
        self.run_all(commands_of_messages(), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
