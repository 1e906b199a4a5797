#!/usr/bin/env python3
"""Measures the figures of README.md and writes them between its markers.

    tests/bench/figures.py [--build build/release] [--python PYTHON] [--only NAME] [--print]

Every figure is a ratio against a peer or a limit timed in the same run; products are compared with
the best of PyTorch's and OpenBLAS's, which are installed into build/torchenv, or those of an
interpreter given by --python. Needs Xvfb for the window.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import peers

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"


def write_table(lines, begin=BEGIN, end=END):
    """Between its markers in README.md, with what machine it was measured on; tables of another maker's
    processors stay, each above the line that names its machine."""
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split(begin)
    kept, after = rest.split(end)
    machine = f"{processor()}, {os.cpu_count()} cores, no GPU."
    tables = re.findall(r"(\|.*?)\n\n([^|\n][^\n]*, no GPU\.)\n", kept, re.DOTALL)
    tables = {maker_of(name): f"{table}\n\n{name}\n" for table, name in tables}
    tables[maker_of(machine)] = "\n".join([*lines, "", machine, ""])
    readme.write_text(f"{before}{begin}\n{chr(10).join(tables.values())}{end}{after}")


def maker_of(machine):
    return re.split(r"\W", machine)[0]


def benchmark(build, name, env=None, repetitions=3):
    """Counters of each benchmark whose name matches, as the median of some repetitions."""
    out = subprocess.run(
        [build / "bench", f"--benchmark_filter={name}", "--benchmark_format=json",
         f"--benchmark_repetitions={repetitions}"],
        check=True, capture_output=True, text=True, env={**os.environ, **(env or {})}).stdout
    runs = json.loads(out)["benchmarks"]
    for run in runs:
        if run.get("error_occurred"):
            sys.exit(run["error_message"])
    return {run["run_name"]: run for run in runs
            if run.get("aggregate_name", "median") == "median" and
            (repetitions == 1 or run["run_type"] == "aggregate")}


class Display:
    """An X server of our own, gone when the block ends."""

    def __enter__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x900x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = ":" + pipe.readline().strip()
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()


def window(build, display, seconds, *arguments, env=None):
    """Lets the window run for some seconds; returns the state it writes on exit."""
    with tempfile.TemporaryDirectory() as folder:
        state = pathlib.Path(folder, "state.json")
        program = subprocess.Popen(
            [build / "muonscope", "--state-file", state, *arguments],
            env={**os.environ, "DISPLAY": display.name, "XDG_CONFIG_HOME": folder,
                 "LP_NUM_THREADS": "1", **(env or {})})
        time.sleep(seconds)
        program.send_signal(signal.SIGTERM)
        if program.wait(timeout=30) != 0:
            sys.exit(f"the window ended with exit code {program.returncode}")
        return json.loads(state.read_text())


def headless(build, steps, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([build / "muonscope", "run", "two-ways-up", "--steps", str(steps), "--out",
                        folder, *arguments], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return json.loads(pathlib.Path(folder, "summary.json").read_text())


def libraries(build, level="highest"):
    return peers.with_libraries(PYTHON or peers.private_python(build), level)


def steps_rows(build):
    kinds = {"sgd_step": ("SGD", "at most 1.25x"),
             "muon_step": ("Muon (Newton–Schulz x5, float)", "at most 1.35x"),
             "muon_bfloat16_step": ("Muon (Newton–Schulz x5, bfloat16)", "-"),
             "adamw_step": ("AdamW", "-")}
    for name, run in benchmark(build, "_step/", libraries(build)).items():
        kind, size = name.split("/")[:2]
        label, limit = kinds[kind]
        yield (f"One {label} step, L = 2, d = {size}: {run['step_us']:.0f} µs",
               f"{run['ratio']:.2f}x the best library's products alone", limit)
    for name, run in benchmark(build, "orthogonaliser/", libraries(build)).items():
        size = name.split("/")[1]
        yield (f"Newton–Schulz x5 in float, n = {size}: {run['own_us']:.0f} µs",
               f"{run['speed']:.2f}x as fast as the best library's products",
               "never slower" if size == "64" else "at least 1.3x")


def followed_rows(build):
    kinds = {"followed_sgd": "SGD", "followed_heavy_ball": "SGD, heavy ball",
             "followed_muon": "Muon (float)", "followed_adamw": "AdamW"}
    for name, run in benchmark(build, "followed_").items():
        kind, size = name.split("/")[:2]
        yield (f"One {kinds[kind]} step, d = {size}, followed for the history: "
               f"{run['followed_us']:.1f} µs",
               f"{run['ratio']:.3f}x the step alone", "at most 1.03x")


def rounding_rows(build):
    limits = {"0": ("bfloat16", "at most 1.2x"), "1": ("bfloat16 as on tensor cores", "-")}
    for level in peers.LEVELS:
        for name, run in benchmark(build, "rounded_newton_schulz",
                                   peers.environment(level)).items():
            precision, limit = limits[re.search(r"tensor_core:(\d)", name)[1]]
            size = re.search(r"d:(\d+)", name)[1]
            at = "" if level == "highest" else f" at level {level}"
            yield (f"Newton–Schulz x5 in {precision}, d = {size}{at}: {run['rounded_us']:.0f} µs",
                   f"{run['ratio']:.2f}x the float engine", limit)


def llama_rows(build):
    for level in peers.LEVELS:
        at = "" if level == "highest" else f" at level {level}"
        runs = benchmark(build, "llama/", peers.environment(level), 1)
        token = next(run for name, run in runs.items() if "/token" in name)
        prompt = next(run for name, run in runs.items() if "/prompt" in name)
        yield (f"A token of SmolLM2's shape in float32{at}: {token['token_ms']:.1f} ms, "
               f"{token['token_GB/s']:.1f} GB/s",
               f"{token['of_bandwidth']:.2f}x the bandwidth of reading its weights", "at least 0.6x")
        yield (f"A prompt of 65 tokens, likewise{at}", f"{prompt['prompt_ms']:.0f} ms", "at most 1000 ms")


def ui_rows(build):
    env = {"LP_NUM_THREADS": "1"}
    views = {"0": "lines", "1": "heatmap", "2": "log axis"}
    for name, run in benchmark(build, "build_a_frame", env, 1).items():
        view = views[re.search(r"view:(\d)", name)[1]]
        yield (f"UI build, 2 lanes x 3 layers x 64 values, full history, {view}",
               f"median {run['median_ms']:.2f} ms, p99 {run['p99_ms']:.2f} ms",
               "at most 3 ms and 8 ms")
    for name, run in benchmark(build, "draw_a_frame", env, 1).items():
        beside = ", training at full speed beside it" if "training:1" in name else ""
        in_space = ", with Maps and Representations in 3-D" if "in_space:1" in name else ""
        yield (f"Whole frame, 1600x900, llvmpipe with one raster thread{in_space}{beside}",
               f"{run['ratio']:.2f}x the same windows without a run, "
               f"{run['frames_per_s']:.0f} frames/s",
               f"at most {2.2 if in_space else 1.7}x")
    for panel in ("Maps", "Representations"):
        for name, run in benchmark(build, f"draw_{panel.lower()}", env, 1).items():
            drawn = "drawn anew in every frame" if "changes:1" in name else "left as they are"
            yield (f"{panel} in space alone, 800x420, llvmpipe with one raster thread, {drawn}",
                   f"median {run['median_ms']:.1f} ms", "-")
    slowest = max(benchmark(build, "draw_a_panel", env, 1).values(),
                  key=lambda run: run["median_ms"] - run["empty_ms"])
    yield (f"The slowest panel at rest, 900x600, likewise: {slowest['label']}",
           f"median {slowest['median_ms']:.1f} ms, of which the empty window {slowest['empty_ms']:.1f} ms",
           "-")


def speed_rows(build):
    """Training with the window open against training alone, one core for each, in turn."""
    ratios, frames = [], []
    with Display() as display:
        for _ in range(3):
            seconds = 12
            state = window(build, display, seconds, "--preset", "two-ways-up", "--set",
                           "run.speed=0")
            frames.append(state["frames"]["frame_median_ms"])
            # The same steps, measures included, both from the start of the program.
            began = time.monotonic()
            headless(build, state["step"], "--workers", "1")
            ratios.append((time.monotonic() - began) / seconds)
    yield ("Steps/s with the window open at 60 Hz against headless",
           f"{statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f})",
           "at least 0.9x")
    yield ("Frame of the real window, 1600x900, llvmpipe, training at full speed beside it",
           f"median {statistics.median(frames):.1f} ms", "at most 50 ms")


def start_rows(build):
    first = []
    with Display() as display:
        for _ in range(5):
            first.append(window(build, display, 3)["frames"]["first_ms"])
    yield ("First frame after start, llvmpipe", f"{statistics.median(first):.0f} ms",
           "at most 1000 ms")


def memory_rows(build, steps):
    with tempfile.TemporaryDirectory() as folder:
        program = subprocess.Popen(
            [build / "muonscope", "run", "two-ways-up", "--steps", str(steps), "--out", folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(program.pid, 0)
        if status != 0:
            sys.exit("the long run failed")
    yield (f"Peak resident memory, {steps:,} steps of *Two ways up*",
           f"{usage.ru_maxrss / 1024:.0f} MB", "under 250 MB")


def reproduce_rows(build):
    """Staged against its matrix products, and the way through every published experiment."""
    for run in benchmark(build, "reproduce_staged", libraries(build)).values():
        yield (f"`reproduce staged` on one core: {run['seconds']:.2f} s",
               f"{run['ratio']:.2f}x the best library's products alone", "at most 1.5x")
    program = subprocess.run([build / "muonscope", "reproduce", "all"], capture_output=True,
                             text=True)
    if program.returncode not in (0, 1):  # 1: a figure was missed, which the row says
        sys.exit(f"reproduce all: {program.stderr}")
    # "staged  10 of 10 figures as published, 1.20 s (1.90 s of work)"
    work, passed, figures = {}, 0, 0
    for name, good, count, seconds in re.findall(
            r"^(\w+) +(\d+) of (\d+) figures as published, .*\(([\d.]+) s of work\)$",
            program.stdout, re.MULTILINE):
        work[name] = float(seconds)
        passed, figures = passed + int(good), figures + int(count)
    seconds, workers = re.search(r"figures in ([\d.]+) s on (\d+) threads",
                                 program.stdout).groups()
    shares = ", ".join(f"{name} {100 * part / sum(work.values()):.0f} %"
                       for name, part in work.items())
    yield (f"`reproduce all` on {workers} threads: {shares} of the work", f"{seconds} s",
           "at most 45 s")
    yield ("Published figures that come out as printed", f"{passed} of {figures}",
           f"{figures} of {figures}")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


PYTHON = None  # one that has the libraries
GROUPS = {"steps": steps_rows, "followed": followed_rows,
          "rounding": rounding_rows, "llama": llama_rows, "ui": ui_rows, "speed": speed_rows, "start": start_rows,
          "memory": memory_rows, "reproduce": reproduce_rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--python", type=pathlib.Path, help="has torch and scipy-openblas32")
    parser.add_argument("--only", choices=GROUPS, help="one group, printed and not written")
    parser.add_argument("--long-run", type=int, default=10_000_000, metavar="STEPS",
                        help="length of the run whose memory is measured")
    parser.add_argument("--print", action="store_true", help="print and leave README.md alone")
    options = parser.parse_args()
    build = options.build.resolve()
    global PYTHON
    PYTHON = options.python

    lines = ["| figure | measured | wanted |", "|---|---|---|"]
    for name, rows in GROUPS.items():
        if options.only in (None, name):
            for row in rows(build, options.long_run) if name == "memory" else rows(build):
                print(*row, sep=" | ", flush=True)
                lines.append("| " + " | ".join(row) + " |")
    if not (options.only or options.print):
        write_table(lines)


if __name__ == "__main__":
    main()
