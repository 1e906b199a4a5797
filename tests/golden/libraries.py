#!/usr/bin/env python3
"""usage: libraries.py > libraries.json

What the Muon of each library makes of given gradients, and the coefficients that each has, taken
from the libraries themselves. Needs Python 3.12 and, from PyPI, at these versions or later: torch
2.15, pytorch-optimizer 4.1, emerging-optimizers 0.3, optax 0.2.8 with jax 0.12, keras 3.15, mlx and
mlx-cpu 0.32, muon-optimizer 0.1 (K. Jordan's), numpy.

Each record has a flavour of ours, what was set besides, and five steps on a 6 x 4 and a 4 x 6
weight. Libraries that round to bfloat16 compute in float64 here, where they can be told to;
torch.optim.Muon's own rounding is recorded apart, over 60 steps. Those that add another epsilon to
the norm than ours, or clamp it, get large gradients. What is no package (K. Jordan's Muon is one of
the same name for other things; Moonlight, dion) is tested against its stated formula instead.
"""

import functools
import importlib.metadata
import json
import math
import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import mlx.core as mx
import mlx.optimizers
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
mx.set_default_device(mx.cpu)

import keras
import muon as jordan
import optax
import pytorch_optimizer
from emerging_optimizers.orthogonalized_optimizers import muon_utils
from emerging_optimizers.orthogonalized_optimizers.muon import Muon as NemoMuon
from optax.contrib import _muon as optax_muon
from pytorch_optimizer.optimizer.muon import base as pytorch_optimizer_base
from pytorch_optimizer.optimizer.utils import matrix as pytorch_optimizer_matrix

keras.backend.set_floatx("float64")

STEPS = 5
LARGE = 1e8


def version(name):
    return importlib.metadata.version(name)


def matrices(scale):
    """Start and gradients of both shapes."""
    generator = np.random.default_rng(7)
    for rows, cols in [(6, 4), (4, 6)]:
        start = generator.standard_normal((rows, cols))
        yield start, [scale * generator.standard_normal((rows, cols)) for _ in range(STEPS)]


def record(name, library, run, scale=1.0, **settings):
    runs = []
    for start, gradients in matrices(scale):
        weights = run(start, gradients)
        runs.append(
            {
                "start": start.tolist(),
                "gradients": [g.tolist() for g in gradients],
                "weights": [np.asarray(w, dtype=np.float64).tolist() for w in weights],
            }
        )
    return {"name": name, "library": library, "settings": settings, "runs": runs}


def with_torch(make, dtype=torch.float64):
    def run(start, gradients):
        weight = torch.nn.Parameter(torch.tensor(start, dtype=dtype))
        optimizer = make([weight])
        weights = []
        for gradient in gradients:
            weight.grad = torch.tensor(gradient, dtype=dtype)
            optimizer.step()
            weights.append(weight.detach().numpy().astype(np.float64))
        return weights

    return run


def with_optax(**options):
    """optax multiplies from the other side: its weights are in x out."""

    def run(start, gradients):
        optimizer = optax.contrib.muon(**options)
        params = {"w": jnp.asarray(start.T)}
        state = optimizer.init(params)
        weights = []
        for gradient in gradients:
            updates, state = optimizer.update({"w": jnp.asarray(gradient.T)}, state, params)
            params = optax.apply_updates(params, updates)
            weights.append(np.asarray(params["w"]).T)
        return weights

    return run


def with_keras(**options):
    def run(start, gradients):
        weight = keras.Variable(start, dtype="float64", name="w")
        optimizer = keras.optimizers.Muon(**options)
        optimizer.build([weight])
        weights = []
        for gradient in gradients:
            optimizer.apply([jnp.asarray(gradient)], [weight])
            weights.append(np.asarray(weight.value))
        return weights

    return run


def with_mlx(**options):
    def run(start, gradients):
        optimizer = mlx.optimizers.Muon(**options)
        weight = mx.array(start, dtype=mx.float64)
        weights = []
        for gradient in gradients:
            new = optimizer.apply_gradients(
                {"w": mx.array(gradient, dtype=mx.float64)}, {"w": weight}
            )
            weight = new["w"]
            mx.eval(weight)
            weights.append(np.array(weight))
        return weights

    return run


def rounded_path():
    """torch.optim.Muon as it rounds: 60 steps with gradients that swing between two matrices."""
    runs = []
    generator = np.random.default_rng(11)
    for rows, cols in [(12, 8), (8, 12), (10, 10)]:
        start, a, b = (generator.standard_normal((rows, cols)) for _ in range(3))
        weight = torch.nn.Parameter(torch.tensor(start))
        optimizer = torch.optim.Muon([weight], lr=0.02)
        kept = {}
        for step in range(60):
            share = (step % 16) / 16  # exact, in any language
            weight.grad = torch.tensor(share * a + (1 - share) * b)
            optimizer.step()
            if step + 1 in (1, 10, 60):
                kept[str(step + 1)] = weight.detach().numpy().tolist()
        runs.append(
            {"start": start.tolist(), "a": a.tolist(), "b": b.tolist(), "weights": kept}
        )
    return {"library": f"torch {version('torch')}", "flavour": "torch", "lr": 0.02, "runs": runs}


def optimal_quintic(low, high):
    """The quintic nearest to 1 on [low, high], by Remez (arXiv 2505.16932)."""
    if low / high >= 1 - 5e-6:
        return 15 / 8 / high, -10 / 8 / high**3, 3 / 8 / high**5
    q, r = (3 * low + high) / 4, (low + 3 * high) / 4
    error, before = math.inf, None
    while before is None or abs(before - error) > 1e-15:
        before = error
        rows = [[x, x**3, x**5, s] for x, s in ((low, 1), (q, -1), (r, 1), (high, -1))]
        a, b, c, error = np.linalg.solve(np.array(rows), np.ones(4))
        root = math.sqrt(9 * b * b - 20 * a * c)
        q, r = math.sqrt((-3 * b - root) / (10 * c)), math.sqrt((-3 * b + root) / (10 * c))
    return a, b, c


def polar_express(count, safety, cushion, low=1e-3):
    """The composition of the same paper; safety in all but the last."""
    high, rows = 1.0, []
    for i in range(count):
        a, b, c = optimal_quintic(max(low, cushion * high), high)
        if cushion * high > low:
            ends = [a * x + b * x**3 + c * x**5 for x in (low, high)]
            a, b, c = (2 / sum(ends) * k for k in (a, b, c))
        if i < count - 1:
            a, b, c = a / safety, b / safety**3, c / safety**5
        rows.append([float(a), float(b), float(c)])
        low = a * low + b * low**3 + c * low**5
        high = 2 - low
    return rows


def coefficients():
    nemo = f"emerging-optimizers {version('emerging-optimizers')}"
    safer = pytorch_optimizer_matrix.NS_COEFFICIENTS["polar_express_safer"]
    sets = muon_utils._COEFFICIENT_SETS
    return [
        {"engine": "jordan", "source": f"torch {version('torch')}", "digits": 16,
         "rows": [list(torch.optim.Muon([torch.nn.Parameter(torch.eye(2))]).defaults[
             "ns_coefficients"])]},
        {"engine": "jordan", "source": f"optax {version('optax')}", "digits": 16,
         "rows": [list(optax_muon._NS_COEFFS_PRESET_DICT["standard"])]},
        {"engine": "you", "source": f"optax {version('optax')}", "digits": 16,
         "rows": [list(r) for r in optax_muon._NS_COEFFS_PRESET_DICT["dion"]]},
        {"engine": "you", "source": nemo, "digits": 16, "rows": [list(r) for r in sets["quintic"]]},
        {"engine": "cans", "source": nemo, "digits": 16, "rows": [list(r) for r in sets["cans"]]},
        {"engine": "eight_plus_two", "source": nemo, "digits": 16,
         "rows": [list(r) for r in sets["deepseekv4"]]},
        {"engine": "polar_express", "source": nemo, "digits": 4,
         "rows": [list(r) for r in sets["polar_express"]]},
        {"engine": "polar_express", "source": "the paper's algorithm", "digits": 9,
         "rows": [[k / 1.01 ** (2 * i + 1) for i, k in enumerate(r)] if n < 7 else r
                  for n, r in enumerate(polar_express(8, 1.0, 0.02407327424182761))]},
        {"engine": "polar_express_speed", "source": "the paper's algorithm", "digits": 12,
         "rows": polar_express(5, 1.02, 0.02)},
        {"engine": "polar_express_speed",
         "source": f"pytorch-optimizer {version('pytorch-optimizer')}, the last without safety",
         "digits": 12,
         "rows": [list(r) for r in safer[:4]]
                 + [[k * 1.02 ** (2 * i + 1) for i, k in enumerate(safer[4])]]},
    ]


TURBO = [(4.6051, -9.6552, 5.6769), (4.7505, -6.0861, 2.1790), (2.7763, -2.3190, 0.5523),
         (2.4231, -2.2861, 0.8193)]


def orthogonalised():
    """One call of each library's orthogonaliser; dion's coefficients of Turbo through optax."""
    generator = np.random.default_rng(13)
    results = []
    optax_version = f"optax {version('optax')}"
    nemo = f"emerging-optimizers {version('emerging-optimizers')}"
    po = f"pytorch-optimizer {version('pytorch-optimizer')}"
    for rows, cols in [(6, 9), (9, 6)]:
        matrix = LARGE * generator.standard_normal((rows, cols))

        def by_optax(coefficients, **options):
            rows_ = jnp.asarray(coefficients)
            return np.asarray(
                optax_muon.orthogonalize_via_newton_schulz(jnp.asarray(matrix), rows_, **options)
            )

        def by_nemo(kind, steps):
            x = torch.tensor(matrix, dtype=torch.float32)
            return muon_utils.newton_schulz(x, steps, kind).numpy().astype(np.float64)

        def by_pytorch_optimizer(weights, steps, **options):
            return pytorch_optimizer_matrix.zero_power_via_newton_schulz_5(
                torch.tensor(matrix), num_steps=steps, weights=weights, dtype=torch.float64,
                **options).numpy()

        speed = polar_express(5, 1.02, 0.02)
        made = [
            ("jordan", 5, optax_version, 1e-12, by_optax(optax_muon._DEFAULT_NS_COEFFS)),
            ("you", 5, optax_version, 1e-12, by_optax(optax_muon._DION_NS_COEFFS)),
            ("turbo", 4, optax_version, 1e-12, by_optax(TURBO, preconditioning="aol")),
            ("cans", 5, nemo, 2e-5, by_nemo("cans", 5)),
            ("eight_plus_two", 10, nemo, 2e-5, by_nemo("deepseekv4", 10)),
            ("you", 5, nemo, 2e-5, by_nemo("quintic", 5)),
            ("polar_express_speed", 5, po, 1e-10,
             by_pytorch_optimizer([tuple(r) for r in speed], 5, safety_factor=1.02)),
            ("jordan", 5, po, 1e-12, by_pytorch_optimizer("original", 5)),
        ]
        for engine, steps, library, tolerance, result in made:
            results.append(
                {"engine": engine, "iterations": steps, "library": library,
                 "tolerance": tolerance, "matrix": matrix.tolist(), "result": result.tolist()}
            )
    return results


def main():
    rounded = rounded_path()
    table = coefficients()
    calls = orthogonalised()
    torch_version = f"torch {version('torch')}"
    po_version = f"pytorch-optimizer {version('pytorch-optimizer')}"
    optax_version = f"optax {version('optax')}"
    # From here on torch's Muons orthogonalise in double.
    torch.bfloat16 = torch.float64
    pytorch_optimizer_base.zero_power_via_newton_schulz_5 = functools.partial(
        pytorch_optimizer_matrix.zero_power_via_newton_schulz_5, dtype=torch.float64
    )

    def torch_muon(**options):
        return with_torch(lambda parameters: torch.optim.Muon(parameters, **options))

    def po_muon(**options):
        return with_torch(
            lambda parameters: pytorch_optimizer.Muon(
                [{"params": parameters, "use_muon": True}], **options
            )
        )

    torch.Tensor.bfloat16 = torch.Tensor.double

    def jordan_muon(**options):
        return with_torch(lambda parameters: jordan.SingleDeviceMuon(parameters, **options))

    def nemo_muon(**options):
        return with_torch(
            lambda parameters: NemoMuon(parameters, fp32_matmul_prec="highest", **options),
            dtype=torch.float32,
        )

    jordan_version = f"muon-optimizer {version('muon-optimizer')}"
    records = [
        record("defaults", jordan_version, jordan_muon(), flavour="jordan"),
        record("decay", jordan_version, jordan_muon(lr=0.1, weight_decay=0.5, momentum=0.8),
               flavour="jordan", lr=0.1, decay="rate", weight_decay=0.5, momentum=0.8),
        record("defaults", torch_version, torch_muon(), LARGE, flavour="torch"),
        record("RMS", torch_version, torch_muon(adjust_lr_fn="match_rms_adamw"), LARGE,
               flavour="torch_rms"),
        record("third scale", torch_version, torch_muon(adjust_lr_fn="spectral_unclamped"), LARGE,
               flavour="torch_spectral"),
        record("defaults", po_version, po_muon(), LARGE, flavour="pytorch_optimizer"),
        record("decay, Moonlight's scale", po_version,
               po_muon(weight_decay=0.25, lr=0.1, use_adjusted_lr=True), LARGE,
               flavour="torch_rms", lr=0.1, weight_decay=0.25),
        record("defaults", optax_version, with_optax(learning_rate=0.02), LARGE, flavour="optax"),
        record("RMS and decay", optax_version,
               with_optax(learning_rate=0.1, weight_decay=0.5, consistent_rms=0.2), LARGE,
               flavour="optax_rms", lr=0.1, weight_decay=0.5),
        record("no Nesterov, beta .8", optax_version,
               with_optax(learning_rate=0.1, nesterov=False, beta=0.8), LARGE,
               flavour="optax", lr=0.1, nesterov=False, momentum=0.8),
        record("You's coefficients, beta .8", optax_version,
               with_optax(learning_rate=0.1, beta=0.8, ns_coeffs="dion"), LARGE,
               flavour="optax", lr=0.1, momentum=0.8, engine="you"),
        record("defaults", f"keras {version('keras')}", with_keras(), LARGE, flavour="keras"),
        record("strong decay", f"keras {version('keras')}",
               with_keras(learning_rate=0.125, weight_decay=0.5), flavour="keras", lr=0.125,
               weight_decay=0.5),
        record("defaults", f"emerging-optimizers {version('emerging-optimizers')}", nemo_muon(),
               LARGE, flavour="nemo", precision="float32"),
        record("other rate and decay",
               f"emerging-optimizers {version('emerging-optimizers')}",
               nemo_muon(lr=0.1, weight_decay=0.5, momentum=0.8), LARGE, flavour="nemo", lr=0.1,
               weight_decay=0.5, momentum=0.8, precision="float32"),
        record("defaults", f"mlx {version('mlx')}", with_mlx(learning_rate=0.015625),
               flavour="mlx", lr=0.015625),
        record("strong decay", f"mlx {version('mlx')}",
               with_mlx(learning_rate=0.125, weight_decay=0.5, momentum=0.5), flavour="mlx",
               lr=0.125, weight_decay=0.5, momentum=0.5),
    ]
    print(json.dumps({"optimizers": records, "rounded": rounded, "coefficients": table,
                      "orthogonalised": calls}))


main()
