#!/usr/bin/env python3
"""Times whole training steps of this program beside PyTorch's, the same nets, one thread each, and
writes them between their markers in README.md.

    tests/bench/pytorch_steps.py [--build build/release] [--python PYTHON] [--rounds N] [--print]

A step is forward and backward of 1/2 |W2 W1 - A|^2 (two d x d layers, float64) and the optimiser's
update. SGD and AdamW are torch.optim's; Muon is Jordan's Newton-Schulz x5 in float32 written with
PyTorch's products, as ours computes it, and torch.optim.Muon, which rounds to bfloat16, beside our
Muon in bfloat16; both use the processor's matrix units for that where it has them. The two
programs are timed in turn, by processor time, and the medians of their rounds are compared, once with
all that the processor has and once with both held to AVX2. PYTHON must have torch and
scipy-openblas32; without the option one is installed into build/torchenv.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

import figures
import peers

BEGIN, END = "<!-- pytorch:begin -->", "<!-- pytorch:end -->"
ROOT = figures.ROOT

TORCH = r"""
import json, sys, time, warnings
import torch
warnings.filterwarnings("ignore")
torch.set_num_threads(1)
torch.set_num_interop_threads(1)

def newton_schulz(g):
    x = g.to(torch.float32)
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315) @ x
    return x.to(g.dtype)

class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.add_(newton_schulz(p.grad), alpha=-group["lr"])

makers = {"sgd": lambda p: torch.optim.SGD(p, lr=1e-4),
          "adamw": lambda p: torch.optim.AdamW(p, lr=1e-4),
          "muon": lambda p: Muon(p, lr=1e-4)}
if hasattr(torch.optim, "Muon"):
    makers["torch.optim.Muon"] = lambda p: torch.optim.Muon(p, lr=1e-4, momentum=0, nesterov=False,
                                                            weight_decay=0)
found = {"version": torch.__version__}
for d in (64, 256):
    for name, make in makers.items():
        torch.manual_seed(0)
        target = torch.randn(d, d, dtype=torch.float64) / d ** .5
        first, second = [torch.nn.Parameter(torch.randn(d, d, dtype=torch.float64) / d ** .5)
                         for _ in range(2)]
        optimiser = make([first, second])
        def step():
            optimiser.zero_grad()
            loss = .5 * (second @ first - target).square().sum()
            loss.backward()
            optimiser.step()
        for _ in range(20):
            step()
        times = []
        while sum(times) < .7:
            before = time.thread_time()
            step()
            times.append(time.thread_time() - before)
        times.sort()
        found[f"{name}/{d}"] = times[len(times) // 2] * 1e6
print(json.dumps(found))
"""


def ours(build, environment):
    out = subprocess.run([build / "bench", "--benchmark_filter=_step/", "--benchmark_format=json",
                          "--benchmark_min_time=0.7"], check=True, capture_output=True, text=True,
                         env=environment).stdout
    times = {}
    for run in json.loads(out)["benchmarks"]:
        name, size = run["name"].split("/")[:2]
        times[f"{name.removesuffix('_step')}/{size}"] = run["step_us"]
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--python", type=pathlib.Path, help="an interpreter that has torch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--print", action="store_true", help="print and leave README.md alone")
    options = parser.parse_args()
    build = options.build.resolve()
    python = options.python or peers.private_python(build)

    wanted = {"sgd/64": 5, "adamw/64": 7, "muon/64": 4, "torch.optim.Muon/64": 5, "sgd/256": 1.3,
              "adamw/256": 1.4, "muon/256": 1.5, "torch.optim.Muon/256": 1.1}
    labels = {"sgd": "SGD", "adamw": "AdamW", "muon": "Muon, Newton–Schulz in float",
              "torch.optim.Muon": "Muon, Newton–Schulz in bfloat16 (torch.optim.Muon)"}
    lines = []
    for level in peers.LEVELS:
        environment = peers.with_libraries(python, level)
        own_rounds, torch_rounds = [], []
        for _ in range(options.rounds):
            own_rounds.append(ours(build, environment))
            torch_rounds.append(json.loads(subprocess.run(
                [python, "-c", TORCH], check=True, capture_output=True, text=True,
                env=environment).stdout))
        if not lines:
            lines = [f"| level | one step | d | here | PyTorch {torch_rounds[0]['version']} | "
                     "times as fast | wanted |", "|---|---|---|---|---|---|---|"]
        for key in torch_rounds[0]:
            if key == "version":
                continue
            name, size = key.split("/")
            same = "muon_bfloat16" if name == "torch.optim.Muon" else name
            pairs = [(own[f"{same}/{size}"], theirs[key])
                     for own, theirs in zip(own_rounds, torch_rounds)]
            ratios = [theirs / own for own, theirs in pairs]
            lines.append(
                f"| {level} | {labels[name]} | {size} | "
                f"{statistics.median(o for o, _ in pairs):.0f} µs | "
                f"{statistics.median(t for _, t in pairs):.0f} µs | "
                f"{statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f}) | "
                f"at least {wanted[key]}x |")
    print("\n".join(lines))
    if not options.print:
        figures.write_table(lines, BEGIN, END)


if __name__ == "__main__":
    main()
