#!/usr/bin/env python3
"""usage: transformer.py > transformer.json     (needs torch from PyPI)

Losses and gradients of small transformers by PyTorch's own autograd in double: pre-norm blocks with
RMSNorm without gain, rotary or learned positions, three kinds of hidden units, tied or not. Weights and
tokens are drawn alike in any language: a 64-bit congruential generator, weights row by row. Of each
gradient stand here its norm and, drawn by the same generator, four sums with random signs over all its
entries, beside its first and last entry: a wrong entry changes them all but surely.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)

CASES = [
    dict(blocks=2, width=16, heads=2, hidden=24, context=40, vocabulary=19, positions="rotary",
         mlp="relu_squared", tied=False, sequences=3, length=40, masked=False),
    dict(blocks=1, width=20, heads=1, hidden=17, context=12, vocabulary=11, positions="learned",
         mlp="gelu", tied=False, sequences=2, length=12, masked=True),
    dict(blocks=2, width=24, heads=4, hidden=13, context=9, vocabulary=23, positions="rotary",
         mlp="swiglu", tied=True, sequences=4, length=7, masked=True),
    dict(blocks=3, width=16, heads=4, hidden=32, context=70, vocabulary=13, positions="learned",
         mlp="relu_squared", tied=True, sequences=2, length=70, masked=False),
    dict(blocks=1, width=18, heads=3, hidden=20, context=8, vocabulary=300, positions="rotary",
         mlp="gelu", tied=True, sequences=5, length=5, masked=False),
    dict(blocks=4, width=16, heads=1, hidden=8, context=33, vocabulary=7, positions="learned",
         mlp="swiglu", tied=False, sequences=1, length=33, masked=True),
]


class Draws:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return self.state >> 11

    def matrix(self, rows, cols, scale):
        return torch.tensor([[scale * (self.bits() * 2.0**-52 - 1.0) for _ in range(cols)]
                             for _ in range(rows)])

    def below(self, bound):
        return (self.bits() >> 21) % bound


def shapes(case):
    w, h, v = case["width"], case["hidden"], case["vocabulary"]
    yield "embedding", w, v
    if case["positions"] == "learned":
        yield "positions", w, case["context"]
    for b in range(1, case["blocks"] + 1):
        for name in ("query", "key", "value", "output"):
            yield f"block {b} {name}", w, w
        yield f"block {b} mlp in", h, w
        if case["mlp"] == "swiglu":
            yield f"block {b} mlp gate", h, w
        yield f"block {b} mlp out", w, h
    if not case["tied"]:
        yield "head", v, w


def norm(x):
    return F.rms_norm(x, (x.shape[-1],), eps=1e-6)


def turned(x):  # sequences x heads x length x head_width
    half = x.shape[-1] // 2
    angles = torch.arange(x.shape[2])[:, None] * 10000.0 ** (-torch.arange(half) / half)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], -1)


def loss_of(case, w, tokens, targets, weights):
    x = w["embedding"].T[tokens]
    if case["positions"] == "learned":
        x = x + w["positions"].T[:case["length"]]
    for b in range(1, case["blocks"] + 1):
        y = norm(x)
        q, k, v = [(y @ w[f"block {b} {name}"].T).unflatten(-1, (case["heads"], -1)).transpose(1, 2)
                   for name in ("query", "key", "value")]
        if case["positions"] == "rotary":
            q, k = turned(q), turned(k)
        gathered = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + gathered.transpose(1, 2).flatten(2) @ w[f"block {b} output"].T
        y = norm(x)
        u = y @ w[f"block {b} mlp in"].T
        if case["mlp"] == "relu_squared":
            u = u.relu().square()
        elif case["mlp"] == "gelu":
            u = F.gelu(u, approximate="tanh")
        else:
            u = F.silu(y @ w[f"block {b} mlp gate"].T) * u
        x = x + u @ w[f"block {b} mlp out"].T
    head = w["embedding"].T if case["tied"] else w["head"]
    losses = F.cross_entropy((norm(x) @ head.T).flatten(0, 1), targets.flatten(), reduction="none")
    return (losses * weights).sum() / weights.sum()


def solved(case, seed):
    draws = Draws(seed)
    w = {name: draws.matrix(rows, cols, 1 if name == "embedding" else (3 / cols) ** .5)
         for name, rows, cols in shapes(case)}
    count = case["sequences"] * case["length"]
    tokens = [draws.below(case["vocabulary"]) for _ in range(count)]
    targets = [draws.below(case["vocabulary"]) for _ in range(count)]
    weights = [float(draws.below(3)) if case["masked"] else 1.0 for _ in range(count)]
    for matrix in w.values():
        matrix.requires_grad_(True)
    shape = (case["sequences"], case["length"])
    loss = loss_of(case, w, torch.tensor(tokens).reshape(shape), torch.tensor(targets).reshape(shape),
                   torch.tensor(weights))
    loss.backward()
    gradients = {}
    for name, matrix in w.items():
        g = matrix.grad
        sums = [(g * torch.where(draws.matrix(*g.shape, 1) < 0, -1.0, 1.0)).sum().item() for _ in range(4)]
        gradients[name] = dict(norm=g.norm().item(), first=g[0, 0].item(), last=g[-1, -1].item(), sums=sums)
    return dict(case, seed=seed, loss=loss.item(), gradients=gradients)


print(json.dumps(dict(cases=[solved(case, i + 1) for i, case in enumerate(CASES)])))
