#!/usr/bin/env python3
"""Times products of square matrices beside the best of PyTorch's and OpenBLAS's in the same run, one
thread, at each level of processor, and writes them between their markers in README.md.

    tests/bench/products.py [--build build/release] [--python PYTHON] [--rounds N] [--print]

Each round is a run of its own; within it the libraries take turns, and the least time of each
counts. The table has the median of the rounds. PYTHON must have torch and scipy-openblas32; without
the option one is installed into build/torchenv.
"""

import argparse
import collections
import json
import pathlib
import statistics
import subprocess

import figures
import peers

BEGIN, END = "<!-- products:begin -->", "<!-- products:end -->"
WANTED = 0.95


def run_round(build, environment):
    out = subprocess.run(
        [build / "bench", "--benchmark_filter=^product/", "--benchmark_format=json",
         "--benchmark_min_time=0.2"], check=True, capture_output=True, text=True,
        env=environment).stdout
    for run in json.loads(out)["benchmarks"]:
        if run.get("error_occurred"):
            raise SystemExit(run["error_message"])
        _, precision, which, size = run["name"].split("/")[:4]
        yield (precision, int(size), which), (run["own"], run["ratio"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=figures.ROOT / "build/release")
    parser.add_argument("--python", type=pathlib.Path, help="has torch and scipy-openblas32")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--print", action="store_true", help="print and leave README.md alone")
    options = parser.parse_args()
    build = options.build.resolve()
    python = options.python or peers.private_python(build)

    lines = ["| level | precision | n | N N | N T | T N | T T |", "|---|---|---|---|---|---|---|"]
    slow = 0
    for level in peers.LEVELS:
        environment = peers.with_libraries(python, level)
        found = collections.defaultdict(list)
        for _ in range(options.rounds):
            for key, speed in run_round(build, environment):
                found[key].append(speed)
        for precision, size in dict.fromkeys((p, n) for p, n, _ in found):
            cells = []
            for which in ("NN", "NT", "TN", "TT"):
                rounds = found[precision, size, which]
                ratio = statistics.median(ratio for _, ratio in rounds)
                slow += ratio < WANTED
                cells.append(f"{statistics.median(own for own, _ in rounds):.0f} GF/s, "
                             f"{ratio:.2f}x")
            lines.append(f"| {level} | {precision} | {size} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    lines.append("")
    lines.append(f"Wanted: at least {WANTED}x the best library's; "
                 f"{slow} of {4 * (len(lines) - 3)} are below.")
    print(lines[-1])
    if not options.print:
        figures.write_table(lines, BEGIN, END)


if __name__ == "__main__":
    main()
