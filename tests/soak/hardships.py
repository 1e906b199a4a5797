#!/usr/bin/env python3
"""usage: hardships.py [--long]: a full disk, a folder that cannot be written to, a clock that runs backwards, a
display that is killed, a program that is suspended: the message, the exit code, and that nothing is corrupt.

Takes the program of build/release, or the one that MUONSCOPE names. Needs Xvfb and a C compiler; the disk and the folder need the right to mount, and are
skipped in words without it. --long also waits for the window's autosave, half a minute, before its display is
killed.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get(
    "MUONSCOPE", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/muonscope"))
if not os.access(PROGRAM, os.X_OK):
    sys.exit(f"{PROGRAM} is not there: build it with ./run, or name another by MUONSCOPE")
LONG = "--long" in sys.argv

# Every look at the wall clock is an hour before the last one.
BACKWARDS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static time_t now = 1700000000;
int clock_gettime(clockid_t clock, struct timespec* at) {
    static int (*real)(clockid_t, struct timespec*);
    if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(clock, at);
    if (clock == CLOCK_REALTIME) at->tv_sec = now -= 3600;
    return code;
}
time_t time(time_t* at) { now -= 3600; return at ? *at = now : now; }
int gettimeofday(struct timeval* at, void* zone) { at->tv_sec = now -= 3600; return at->tv_usec = 0; }
"""


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=120, **options)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def bits(folder):
    return [lane["state_hash"] for lane in json.loads((folder / "session.json").read_text())["lanes"]]


class Hardships(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="muonscope-hardship-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def mounted(self, *options):
        place = self.folder / "disk"
        place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"needs the right to mount: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=True)
        return place

    def expect_one_line(self, done, code, part):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(part, done.stderr)

    def test_a_full_disk_costs_nothing_that_was_there(self):
        disk = self.mounted("-o", "size=4m")
        self.assertEqual(run("run", "two-ways-up", "--steps", 50, "--out", disk / "out", "-q").returncode, 0)
        before = contents(disk / "out")
        with open(disk / "filler", "wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(4096))
                except OSError:
                    break
        again = ["run", "two-ways-up", "--steps", 60, "--force", "-q"]
        self.expect_one_line(run(*again, "--out", disk / "out"), 2, "No space left on device); free some space")
        self.assertEqual(contents(disk / "out"), before)
        self.expect_one_line(run(*again, "--out", disk / "other"), 2, "No space left on device)")
        self.assertFalse(any(path.is_file() for path in (disk / "other").rglob("*")))
        # A checkpoint that has no room is said once, and the run goes on.
        done = run("run", "two-ways-up", "--steps", 3000, "--checkpoint-every", "0.001", "--out", disk / "third")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("training goes on"), 1, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 2, done.stderr)
        self.expect_one_line(run("render", "two-ways-up", "--steps", 3, "-o", disk / "x.png"), 2, "No space left")
        self.assertFalse((disk / "x.png").exists())
        (disk / "filler").unlink()
        shutil.rmtree(disk / "third", ignore_errors=True)
        self.assertEqual(run(*again, "--out", disk / "out").returncode, 0)
        self.assertEqual(run("replay", disk / "out/session.json", "-q").returncode, 0)

    def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_trained(self):
        disk = self.mounted()
        self.assertEqual(run("run", "two-ways-up", "--steps", 50, "--out", disk / "out", "-q").returncode, 0)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        before = contents(disk)
        # A billion steps would take hours.
        for out, more in ((disk / "out", ["--force"]), (disk / "other", [])):
            self.expect_one_line(run("run", "two-ways-up", "--steps", "1e9", "--out", out, *more), 2,
                                 "Read-only file system")
        self.expect_one_line(run("render", "deep", "--steps", "1e9", "-o", disk / "x.png"), 2, "Read-only file system")
        self.assertEqual(run("replay", disk / "out/session.json", "-q").returncode, 0)
        self.assertEqual(contents(disk), before)

    def test_a_clock_that_runs_backwards_changes_nothing(self):
        source, library = self.folder / "clock.c", self.folder / "clock.so"
        source.write_text(BACKWARDS)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        long = ["run", "two-ways-up", "--steps", 1500, "--checkpoint-every", "0.01", "-q", "--out"]
        self.assertEqual(run(*long, self.folder / "forwards").returncode, 0)
        environment = dict(os.environ, LD_PRELOAD=str(library))
        looked = subprocess.run(["date", "+%Y"], env=environment, capture_output=True, text=True, check=True)
        self.assertEqual(looked.stdout, "2023\n")
        done = run(*long, self.folder / "backwards", env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(bits(self.folder / "backwards"), bits(self.folder / "forwards"))
        # It kept checkpoints all the same: their time is that of a clock that only goes forwards.
        self.assertTrue((self.folder / "backwards/checkpoint.safetensors").exists())
        self.assertGreater(json.loads((self.folder / "backwards/summary.json").read_text())["wall_seconds"], 0)

    def display(self):
        read, write = os.pipe()
        server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x900x24", "-nolisten", "tcp"],
                                  pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        os.close(write)
        with os.fdopen(read) as pipe:
            return server, ":" + pipe.readline().strip()

    def window(self, display, *arguments):
        environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        environment["DISPLAY"] = display
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            environment[f"XDG_{name}_HOME"] = str(self.folder / name)
        program = subprocess.Popen([PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(program.communicate)
        self.addCleanup(program.kill)
        lock = self.folder / "STATE/muonscope" / f"window-{program.pid}.lock"
        end = time.monotonic() + 60
        while not lock.exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1)  # then it draws and trains
        return program

    def test_a_display_that_is_killed_ends_the_window_in_words_and_leaves_its_session(self):
        server, display = self.display()
        program = self.window(display, "two-ways-up")
        kept = self.folder / "STATE/muonscope" / f"window-{program.pid}.json"
        if LONG:
            end = time.monotonic() + 90
            while not kept.exists() and time.monotonic() < end:
                time.sleep(0.2)
        server.kill()
        said = program.communicate(timeout=60)[1]
        self.assertGreater(program.returncode, 0, said)
        self.assertTrue(said.strip(), "it says nothing")
        for name in ("preferences.json", "layout.ini"):
            path = self.folder / "CONFIG/muonscope" / name
            self.assertTrue(not path.exists() or path.read_text().endswith("\n"), name)
        if LONG:
            self.assertEqual(run("replay", kept, "-q").returncode, 0)
            print("left behind:", said.strip())

    def test_a_program_that_is_suspended_goes_on_to_the_same_bits(self):
        long = ["run", "two-ways-up", "--steps", 4000, "--checkpoint-every", "0.01", "-q", "--out"]
        self.assertEqual(run(*long, self.folder / "straight").returncode, 0)
        program = subprocess.Popen([PROGRAM, *map(str, long), self.folder / "suspended"], stderr=subprocess.PIPE)
        for _ in range(4):
            time.sleep(0.03)
            program.send_signal(signal.SIGSTOP)
            time.sleep(2 if LONG else 0.3)
            program.send_signal(signal.SIGCONT)
        self.assertEqual((program.communicate(timeout=60)[1], program.returncode), (b"", 0))
        self.assertEqual(bits(self.folder / "suspended"), bits(self.folder / "straight"))
        _, display = self.display()
        program = self.window(display, "two-ways-up")
        program.send_signal(signal.SIGSTOP)
        time.sleep(2 if LONG else 0.5)
        program.send_signal(signal.SIGCONT)
        time.sleep(1)
        program.send_signal(signal.SIGTERM)
        self.assertEqual(program.wait(60), 0)
        self.assertEqual(run("replay", self.folder / "STATE/muonscope/last.json", "-q").returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
