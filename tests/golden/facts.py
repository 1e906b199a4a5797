#!/usr/bin/env python3
"""usage: facts.py > facts.json

Heavy-tailed associative memory (arXiv 2509.26030) in NumPy alone: losses and gradients of nets on
weighted columns, and where several optimisers lead from zero. Needs numpy.

"gradients": keys, values, weights by the generator of probe_lstsq.py (keys first, then values, then
the layers, entries / 2), frequencies k^-alpha; for every loss the value and the gradient of each
layer. "batch": instead of all columns those named, with these weights. "paths": 64 orthonormal keys
and values, alpha 1, W = 0, the loss after so many steps and the probability of the first, the 33rd
and the last right answer; with the unit vectors as keys and values, on which only Adam depends.
"drawn": the same with keys and values drawn, fewer dimensions than facts.
"""

import json

import numpy as np


class Draws:
    def __init__(self, seed):
        self.state = seed

    def matrix(self, rows, cols):
        entries = []
        for _ in range(rows * cols):
            self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
            entries.append((self.state >> 11) * 2.0**-52 - 1.0)
        return np.array(entries).reshape(rows, cols)


def frequencies(facts, alpha):
    p = np.arange(1, facts + 1) ** -float(alpha)
    return p / p.sum()


def softmax(scores):
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


def loss_and_slope(kind, outputs, values, chosen, weights, p):
    """Loss, and its slope by the outputs, of the columns `chosen`, which count by `weights`."""
    if kind == "cross_entropy":
        probability = softmax(values.T @ outputs)
        columns = np.arange(len(chosen))
        loss = -(weights * np.log(probability[chosen, columns])).sum()
        right = np.zeros_like(probability)
        right[chosen, columns] = 1
        return loss, values @ ((probability - right) * weights)
    residual = outputs - values[:, chosen]
    scale = {
        "half": 0.5,
        "relative": 1 / (p * (values**2).sum(axis=0)).sum(),
        "mean": 0.5 / len(values),
    }[kind]
    return scale * (weights * (residual**2).sum(axis=0)).sum(), 2 * scale * residual * weights


def gradients(kind, tanh, keys, values, chosen, weights, p, layers):
    """By hand: every layer's input is kept, the slope goes back."""
    entering = [keys[:, chosen]]
    for layer in layers[:-1]:
        out = layer @ entering[-1]
        entering.append(np.tanh(out) if tanh else out)
    loss, slope = loss_and_slope(kind, layers[-1] @ entering[-1], values, chosen, weights, p)
    result = []
    for l in range(len(layers) - 1, -1, -1):
        result.insert(0, slope @ entering[l].T)
        slope = layers[l].T @ slope
        if tanh and l > 0:
            slope = slope * (1 - entering[l] ** 2)
    return loss, result


def gradient_records():
    records = []
    for number, (widths, facts, alpha, tanh, batch) in enumerate(
        [
            ([4, 3], 7, 1.0, False, None),
            ([5, 4, 6], 5, 0.5, False, None),
            ([5, 4, 3, 6], 9, 1.5, True, None),
            ([5, 4, 6], 8, 1.0, True, ([0, 2, 7], [0.5, 0.375, 0.125])),
        ]
    ):
        draws = Draws(100 + number)
        keys, values = draws.matrix(widths[0], facts), draws.matrix(widths[-1], facts)
        layers = [draws.matrix(o, i) / 2 for i, o in zip(widths, widths[1:])]
        p = frequencies(facts, alpha)
        chosen, weights = batch if batch else (list(range(facts)), p)
        record = dict(seed=100 + number, widths=widths, facts=facts, alpha=alpha, tanh=tanh)
        if batch:
            record["batch"] = dict(columns=chosen, weights=weights)
        for kind in ["half", "relative", "mean", "cross_entropy"]:
            loss, result = gradients(
                kind, tanh, keys, values, np.array(chosen), np.array(weights), p, layers
            )
            record[kind] = dict(loss=loss, gradients=[g.tolist() for g in result])
        records.append(record)
    return records


def newton_schulz(g):
    x = g / (np.linalg.norm(g) + 1e-7)  # as Muon of Keller Jordan has it
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x


def polar(g):
    u, _, vt = np.linalg.svd(g)
    return u @ vt


def path(rule, rate, steps, keys, values, p):
    w = np.zeros((len(values), len(keys)))
    first, second = np.zeros_like(w), np.zeros_like(w)
    everyone = np.arange(len(p))
    for t in range(1, steps + 1):
        _, (g,) = gradients("cross_entropy", False, keys, values, everyone, p, p, [w])
        if rule == "adam":
            first = 0.9 * first + 0.1 * g
            second = 0.999 * second + 0.001 * g**2
            step = (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        else:
            step = {"sgd": lambda m: m, "polar": polar, "newton_schulz": newton_schulz}[rule](g)
        w = w - rate * step
    probability = np.diag(softmax(values.T @ w @ keys))
    return dict(
        rule=rule,
        rate=rate,
        steps=steps,
        loss=-(p * np.log(probability)).sum(),
        probability=[probability[0], probability[len(p) // 2], probability[-1]],
    )


def main():
    facts = 64
    one, p = np.eye(facts), frequencies(facts, 1)
    rules = [
        ("polar", 1, 1),
        ("polar", 1, 10),
        ("newton_schulz", 1, 10),
        ("sgd", 30, 10),
        ("sgd", 30, 100),
        ("adam", 0.1, 10),
    ]
    draws = Draws(7)
    keys, values = draws.matrix(8, 20), draws.matrix(8, 20)
    drawn = [("polar", 1, 6), ("newton_schulz", 1, 6), ("sgd", 3, 30), ("adam", 0.1, 20)]
    print(
        json.dumps(
            dict(
                numpy=np.__version__,
                gradients=gradient_records(),
                paths=[path(*rule, one, one, p) for rule in rules],
                drawn=dict(
                    seed=7,
                    width=8,
                    facts=20,
                    alpha=1,
                    paths=[path(*r, keys, values, frequencies(20, 1)) for r in drawn],
                ),
            )
        )
    )


if __name__ == "__main__":
    main()
