#!/usr/bin/env python3
"""Times the pass and the step of a small transformer beside eager PyTorch's, one thread each.

    tests/bench/pytorch_transformer.py [--build build/release] [--python PYTHON] [--rounds N]

Width 64, 2 blocks of 4 heads, 256 hidden units, 256 tokens, context 64, batch 16; a pass is forward and
backward, a step has AdamW on every matrix as well. The two programs are timed in turn, by processor time,
and the medians of their rounds are compared. PYTHON must have torch and scipy-openblas32; without the
option one is installed into build/torchenv.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

import figures
import peers

WANTED_RATIO, WANTED_SHARE = 2, .7

TORCH = r"""
import json, time
import torch
import torch.nn.functional as F
torch.set_num_threads(1)
torch.set_num_interop_threads(1)
W, BLOCKS, HEADS, HIDDEN, VOCABULARY, CONTEXT, BATCH = 64, 2, 4, 256, 256, 64, 16

def norm(x):
    return F.rms_norm(x, (W,), eps=1e-6)

def turned(x, cosines, sines):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosines - b * sines, a * sines + b * cosines], -1)

def run(kind, dtype):
    torch.manual_seed(0)
    def new(rows, cols):
        return torch.nn.Parameter(.1 * torch.randn(rows, cols, dtype=dtype))
    table, head = new(VOCABULARY, W), new(VOCABULARY, W)
    blocks = [dict(q=new(W, W), k=new(W, W), v=new(W, W), o=new(W, W), i=new(HIDDEN, W),
                   **({"g": new(HIDDEN, W)} if kind == "swiglu" else {}), e=new(W, HIDDEN))
              for _ in range(BLOCKS)]
    half = W // HEADS // 2
    angles = torch.arange(CONTEXT)[:, None] * 10000.0 ** (-torch.arange(half) / half)
    cosines, sines = angles.cos().to(dtype), angles.sin().to(dtype)
    tokens = torch.randint(VOCABULARY, (BATCH, CONTEXT))
    targets = torch.randint(VOCABULARY, (BATCH, CONTEXT))
    parameters = [table, head] + [p for block in blocks for p in block.values()]
    adamw = torch.optim.AdamW(parameters, lr=1e-3)
    def one_pass():
        adamw.zero_grad()
        x = F.embedding(tokens, table)
        for w in blocks:
            y = norm(x)
            q, k, v = [F.linear(y, w[name]).view(BATCH, CONTEXT, HEADS, -1).transpose(1, 2) for name in "qkv"]
            o = F.scaled_dot_product_attention(turned(q, cosines, sines), turned(k, cosines, sines), v,
                                               is_causal=True)
            x = x + F.linear(o.transpose(1, 2).reshape(BATCH, CONTEXT, W), w["o"])
            y = norm(x)
            u = F.linear(y, w["i"])
            if kind == "relu_squared":
                u = u.relu().square()
            elif kind == "gelu":
                u = F.gelu(u, approximate="tanh")
            else:
                u = F.silu(F.linear(y, w["g"])) * u
            x = x + F.linear(u, w["e"])
        F.cross_entropy(F.linear(norm(x), head).flatten(0, 1), targets.flatten()).backward()
    def step():
        one_pass()
        adamw.step()
    found = []
    for call in (one_pass, step):
        for _ in range(5):
            call()
        times = []
        while sum(times) < .7:
            before = time.thread_time()
            call()
            times.append(time.thread_time() - before)
        found.append(sorted(times)[len(times) // 2] * 1e6)
    return found

found = {f"{kind}/{name}": run(kind, dtype) for kind in ("relu_squared", "gelu", "swiglu")
         for name, dtype in (("double", torch.float64), ("float", torch.float32))}
print(json.dumps(dict(found, version=torch.__version__)))
"""


def ours(build, environment):
    out = subprocess.run([build / "bench", "--benchmark_filter=^transformer/", "--benchmark_format=json",
                          "--benchmark_min_time=0.7"], check=True, capture_output=True, text=True,
                         env=environment).stdout
    return {"/".join(run["name"].split("/")[1:3]): (run["pass_us"], run["step_us"], run["of_products"])
            for run in json.loads(out)["benchmarks"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=figures.ROOT / "build/release")
    parser.add_argument("--python", type=pathlib.Path, help="an interpreter that has torch")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    build = options.build.resolve()
    python = options.python or peers.private_python(build)

    for level in peers.LEVELS:
        environment = peers.environment(level)
        rounds = []
        for _ in range(options.rounds):
            own = ours(build, environment)
            theirs = json.loads(subprocess.run([python, "-c", TORCH], check=True, capture_output=True,
                                               text=True, env=environment).stdout)
            rounds.append((own, theirs))
        print(f"{level}, PyTorch {rounds[0][1]['version']}; wanted: {WANTED_RATIO}x, {WANTED_SHARE} in products")
        for key in rounds[0][0]:
            middle = [statistics.median(values) for values in zip(*(
                (*own[key], *theirs[key], theirs[key][0] / own[key][0], theirs[key][1] / own[key][1])
                for own, theirs in rounds))]
            own_pass, own_step, share, torch_pass, torch_step, ratio, step_ratio = middle
            print(f"{key}: pass {own_pass:.0f} µs here, {torch_pass:.0f} µs there, {ratio:.2f}x; with AdamW "
                  f"{own_step:.0f} and {torch_step:.0f} µs, {step_ratio:.2f}x; products {share:.2f} of the pass")


if __name__ == "__main__":
    main()
