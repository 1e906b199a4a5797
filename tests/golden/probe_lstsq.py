#!/usr/bin/env python3
"""usage: probe_lstsq.py > probe_lstsq.json     (needs numpy and mpmath from PyPI)

The downstream probe's three numbers for nets of depth 1 to 16 whose representation H has a
condition number of up to 1e14: the least-squares floor by numpy.linalg.lstsq on the weights in
double, and floor, loss after K steps and steps to the threshold in 60 digits. Weights and targets
are drawn exactly alike in any language: a 64-bit congruential generator, times powers of two.
"""

import json
import math

import mpmath
import numpy

mpmath.mp.dps = 60
STEPS = 20


class Draws:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-52 - 1.0

    def matrix(self, rows, cols):
        return numpy.array([[self.uniform() for _ in range(cols)] for _ in range(rows)])


def net(seed, widths, condition):
    """The first layer's rows fall evenly on a log axis, by powers of two, from 1 to 1/condition."""
    draws = Draws(seed)
    weights = [draws.matrix(w, v) for v, w in zip(widths, widths[1:])]
    rows = widths[1]
    for i in range(rows):
        weights[0][i] *= 2.0 ** -round(math.log2(condition) * i / max(rows - 1, 1))
    target = draws.matrix(widths[-1], widths[0])
    return weights, target


def representation(weights, layer):
    h = weights[0]
    for w in weights[1:layer]:
        h = w @ h
    return h


def exact(weights, layer, target, lr, threshold):
    h = mpmath.matrix(weights[0].tolist())
    for w in weights[1:layer]:
        h = mpmath.matrix(w.tolist()) * h
    values, vectors = mpmath.eigsy(h.T * h)
    t = mpmath.matrix(target.tolist()) * vectors
    shares = [mpmath.fsum(t[i, k] ** 2 for i in range(t.rows)) for k in range(t.cols)]
    total = mpmath.fsum(shares)
    rank = min(min(w.shape) for w in weights[:layer])
    order = sorted(range(len(values)), key=lambda k: -values[k])
    moving, still = order[:rank], order[rank:]
    floor = mpmath.fsum(shares[k] for k in still)

    def square(step):
        return floor + mpmath.fsum(
            shares[k] * abs(1 - lr * values[k]) ** (2 * step) for k in moving
        )

    goal = mpmath.mpf(threshold) ** 2 * mpmath.fsum(x**2 for x in target.flatten().tolist())
    steps = None
    if square(0) <= goal:
        steps = 0
    elif floor < goal and lr * values[order[0]] < 2:
        below = 1
        while square(below) > goal:
            below *= 2
        above = below // 2
        while below - above > 1:
            middle = (above + below) // 2
            above, below = (middle, below) if square(middle) > goal else (above, middle)
        steps = below
    condition = mpmath.sqrt(values[order[0]] / values[moving[-1]])
    return {
        "condition": float(condition),
        "floor": float(floor / 2),
        "after_k": float(square(STEPS) / 2),
        "steps": None if steps is None else float(steps),
        "critical_rate": float(2 / values[order[0]]),
        "half_norm": float(total / 2),
    }


def main():
    cases = []
    for depth in range(1, 17):
        for condition in [1, 1e3, 1e6, 1e9, 1e12]:
            for widths in [[8] * (depth + 1), [8] + [5] * (depth - 1) + [6]]:
                seed = 1000 * depth + len(cases)
                weights, target = net(seed, widths, condition)
                layer = depth
                h = representation(weights, layer)
                largest = numpy.linalg.svd(h, compute_uv=False)[0]
                # As powers of two, so that the rate is the same to the last bit everywhere.
                lr = 2.0 ** math.floor(math.log2(1.5 / largest**2))
                if len(cases) % 7 == 6:
                    lr *= 4
                threshold = [0.75, 0.5, 0.9][len(cases) % 3]
                head, *_ = numpy.linalg.lstsq(h.T, target.T, rcond=None)
                residual = target.T - h.T @ head
                reference = exact(weights, layer, target, lr, threshold)
                if reference["condition"] > 1e14:
                    continue
                cases.append(
                    {
                        "seed": seed,
                        "widths": widths,
                        "scale": condition,
                        "lr": lr,
                        "threshold": threshold,
                        "lstsq_floor": float(0.5 * (residual**2).sum()),
                        **reference,
                    }
                )
    print(
        json.dumps(
            {
                "made_with": f"NumPy {numpy.__version__}, mpmath {mpmath.__version__}",
                "steps": STEPS,
                "cases": cases,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
