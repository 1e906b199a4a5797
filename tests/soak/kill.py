#!/usr/bin/env python3
"""usage: kill.py [TIMES]: kills the program by SIGKILL at so many random moments, 50 otherwise, while it writes
sessions, autosaved sessions, checkpoints and exports over and over; then while `run` trains with checkpoints and
writes its results. Every file must be the old one or the new one, whole, and what was trained goes on.

Takes the program and soak of build/release, or those that MUONSCOPE and SOAK name. Prints figures.
"""
import csv
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

BUILT = pathlib.Path(__file__).resolve().parents[2] / "build/release"
PROGRAM = os.environ.get("MUONSCOPE", str(BUILT / "muonscope"))
SOAK = os.environ.get("SOAK", str(BUILT / "soak"))
for needed in (PROGRAM, SOAK):
    if not os.access(needed, os.X_OK):
        sys.exit(f"{needed} is not there: build it with ./test, or name another by MUONSCOPE and SOAK")


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def is_whole_session(path):
    """Its bits come again."""
    done = run("replay", path, "-q")
    assert done.returncode == 0, f"{path}: {done.stderr}"


def is_whole_checkpoint(path):
    """A run goes on from it: in a folder of its own, which the killed one keeps."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, pathlib.Path(folder, "checkpoint.safetensors"))
        done = run("run", "--resume", folder, "-q")
        assert done.returncode == 0, f"{path}: {done.stderr}"


def is_whole_table(path):
    text = path.read_text()
    rows = list(csv.reader(text.splitlines()))
    assert text.endswith("\n") and len(rows) > 1 and len({len(row) for row in rows}) == 1, path


def is_whole_array(path):
    data = path.read_bytes()
    size = struct.unpack("<H", data[8:10])[0]
    shape = eval(data[10:10 + size])["shape"]
    assert len(data) == 10 + size + 8 * shape[0] * shape[1], path


def is_whole_picture(path):
    data, at, kinds = path.read_bytes(), 8, []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 4:at + 8 + length]
        assert zlib.crc32(body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], path
        kinds.append(kind)
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND", path


def look_at(folder):
    """How many whole files there are; half ones that a killed program left go with the next one's writing."""
    whole = 0
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or path.suffix == ".lock" or path.is_dir():
            continue
        if path.name == "session.json" or path.name.startswith("window-"):
            is_whole_session(path)
        elif path.suffix == ".safetensors":
            is_whole_checkpoint(path)
        elif path.suffix == ".csv":
            is_whole_table(path)
        elif path.suffix == ".npy":
            is_whole_array(path)
        elif path.suffix == ".png":
            is_whole_picture(path)
        elif path.name != "summary.json":
            raise AssertionError(f"{path} is not known")
        whole += 1
    return whole


def kill_what_writes(times, folder, moments):
    """A moment within a write leaves half a file of another name, which is nobody's."""
    hit = whole = 0
    for _ in range(times):
        program = subprocess.Popen([SOAK, "write", folder], stdout=subprocess.PIPE)
        assert program.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0, 0.2))
        program.send_signal(signal.SIGKILL)
        program.communicate()
        hit += any(path.suffix == ".tmp" for path in folder.iterdir())
        whole += look_at(folder)
        for path in [*folder.glob("window-*"), *folder.glob(".*.tmp")]:
            path.unlink()
    print(f"killed {times} times while it wrote sessions, autosaves, checkpoints, tables, arrays and pictures: "
          f"{hit} times within a file; {whole} files looked at, each whole")


def kill_a_run(times, folder, moments):
    """From the beginning each time, or on from the checkpoint of the one before; results in the end."""
    out, killed, whole = folder / "run", 0, 0
    begin = ["run", "two-ways-up", "--steps", "1500", "--out", out, "--checkpoint-every", "0.002", "-q"]
    straight = folder / "straight"
    assert run(*begin[:5], straight, "-q").returncode == 0
    while killed < times:
        if (out / "history.csv").exists() and not (out / "checkpoint.safetensors").exists():
            shutil.rmtree(out)
        going_on = (out / "checkpoint.safetensors").exists()
        arguments = ["run", "--resume", out, "--checkpoint-every", "0.002", "-q"] if going_on else begin
        program = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(moments.uniform(0.005, 0.25))
        program.send_signal(signal.SIGKILL)
        said = program.communicate()[1].decode()
        assert program.returncode in (0, -signal.SIGKILL), said
        if program.returncode == 0:
            for name in ("history.csv", "session.json"):
                assert (out / name).read_bytes() == (straight / name).read_bytes(), name
            shutil.rmtree(out)
            continue
        killed += 1
        if out.exists():
            if not any(path.name != "checkpoint.safetensors" and not path.name.startswith(".") for path in out.iterdir()):
                whole += look_at(out)
            elif not (out / "checkpoint.safetensors").exists():
                shutil.rmtree(out)
    if (out / "checkpoint.safetensors").exists():
        assert run("run", "--resume", out, "-q").returncode == 0
        for name in ("history.csv", "session.json"):
            assert (out / name).read_bytes() == (straight / name).read_bytes(), name
    print(f"killed {times} times while `run` trained and kept checkpoints: {whole} files looked at, each whole, "
          f"and it came to the bits of a run that nobody killed")


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    moments = random.Random(17)
    with tempfile.TemporaryDirectory(prefix="muonscope kill ") as folder:
        folder = pathlib.Path(folder)
        (folder / "written").mkdir()
        kill_what_writes(times, folder / "written", moments)
        kill_a_run(times, folder, moments)


if __name__ == "__main__":
    main()
