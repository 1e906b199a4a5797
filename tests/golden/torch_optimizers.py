#!/usr/bin/env python3
"""usage: torch_optimizers.py > torch_optimizers.json     (needs torch >= 2.9 from PyPI)

What torch.optim's SGD, AdamW and Muon make of given gradients: five steps on a 6 x 4 and a 4 x 6
weight, in float64 on the CPU. Muon's own orthogonalisation is in bfloat16; it is recorded as it
is, and once more with float64 in bfloat16's place, so that all else can be held to the last
digits. Muon's gradients are large, because it divides by max(|G|, 1e-7) where others divide by
|G| + 1e-7.
"""

import json

import torch

STEPS = 5


def matrix(rows, cols, generator):
    return torch.randn(rows, cols, dtype=torch.float64, generator=generator)


def record(name, make, settings, scale=1.0):
    generator = torch.Generator().manual_seed(7)
    runs = []
    for rows, cols in [(6, 4), (4, 6)]:
        start = matrix(rows, cols, generator)
        gradients = [scale * matrix(rows, cols, generator) for _ in range(STEPS)]
        weight = torch.nn.Parameter(start.clone())
        optimizer = make([weight])
        weights = []
        for gradient in gradients:
            weight.grad = gradient.clone()
            optimizer.step()
            weights.append(weight.detach().clone())
        runs.append(
            {
                "start": start.tolist(),
                "gradients": [g.tolist() for g in gradients],
                "weights": [w.tolist() for w in weights],
            }
        )
    return {"name": name, "settings": settings, "runs": runs}


def sgd(**options):
    return lambda parameters: torch.optim.SGD(parameters, **options)


def adamw(**options):
    return lambda parameters: torch.optim.AdamW(parameters, **options)


def muon(**options):
    return lambda parameters: torch.optim.Muon(parameters, **options)


LARGE = 1e8


def settings(**fields):
    """As the parameter table has them."""
    return fields


MUON = {"kind": "muon", "momentum_style": "ema", "nesterov": True, "shape_scale": "jordan"}


def main():
    results = [
        record("SGD", sgd(lr=0.1), settings(kind="sgd", lr=0.1)),
        record(
            "SGD, heavy ball, coupled decay",
            sgd(lr=0.1, momentum=0.9, weight_decay=0.2),
            settings(kind="sgd", lr=0.1, momentum=0.9, decay="coupled", weight_decay=0.2),
        ),
        record(
            "SGD, Nesterov",
            sgd(lr=0.1, momentum=0.9, nesterov=True),
            settings(kind="sgd", lr=0.1, momentum=0.9, nesterov=True),
        ),
        record(
            "AdamW",
            adamw(lr=0.05, weight_decay=0.3),
            settings(kind="adamw", lr=0.05, decay="rate", weight_decay=0.3),
        ),
        record(
            "AdamW, other betas",
            adamw(lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.0),
            settings(kind="adamw", lr=0.05, beta1=0.8, beta2=0.95, epsilon=1e-3),
        ),
        record(
            "Adam, coupled decay",
            lambda parameters: torch.optim.Adam(parameters, lr=0.05, weight_decay=0.3),
            settings(kind="adamw", lr=0.05, decay="coupled", weight_decay=0.3),
        ),
        record(
            "Muon, bfloat16",
            muon(lr=0.02, weight_decay=0.1, momentum=0.95),
            settings(**MUON, lr=0.02, momentum=0.95, decay="rate", weight_decay=0.1,
                     precision="bfloat16"),
            scale=LARGE,
        ),
    ]
    # From here on Muon orthogonalises in double.
    torch.bfloat16 = torch.float64
    results += [
        record(
            "Muon",
            muon(lr=0.02, weight_decay=0.1, momentum=0.95),
            settings(**MUON, lr=0.02, momentum=0.95, decay="rate", weight_decay=0.1,
                     precision="float64"),
            scale=LARGE,
        ),
        record(
            "Muon, RMS",
            muon(lr=0.02, weight_decay=0.1, momentum=0.9, adjust_lr_fn="match_rms_adamw"),
            settings(**(MUON | {"shape_scale": "rms"}), lr=0.02, momentum=0.9, decay="rate",
                     weight_decay=0.1, precision="float64"),
            scale=LARGE,
        ),
        record(
            "Muon, no Nesterov, no decay",
            muon(lr=0.02, weight_decay=0.0, momentum=0.9, nesterov=False),
            settings(**(MUON | {"nesterov": False}), lr=0.02, momentum=0.9, precision="float64"),
            scale=LARGE,
        ),
    ]
    print(json.dumps({"torch": torch.__version__, "optimizers": results}))


main()
