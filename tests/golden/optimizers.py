#!/usr/bin/env python3
"""usage: optimizers.py > optimizers.json

What NorMuon, AdaMuon, SOAP, Shampoo, Lion, signum, Scion's spectral ball and Dion at low rank make
of given gradients, taken from the libraries themselves. Needs Python 3.12 and, from PyPI, at these
versions or later: torch 2.15, pytorch-optimizer 4.1, emerging-optimizers 0.3, zij 0.1.1 (--no-deps:
it asks for an older torch), optax 0.2.8 with jax 0.12, numpy.

Each record has an optimiser, what was set, and eight steps or more on a 6 x 4 and a 4 x 6 weight.
Starts and gradients are multiples of 1/64, short and exact. All computes in float64: the libraries
name bfloat16 and float32 themselves, so float64 is put in the place of both. Orthogonalisers differ
in how an epsilon enters the norm (added, or as a least value); their gradients are large, so that
it does not matter. The first entry of Lion's and signum's gradients is always 0.

SOAP's eigenbases of the first gradient are free where that has no full rank. "bases" are those that
it had after the first step, which moves nothing; the third weight, 5 x 5, needs none.
emerging-optimizers skips no step: its bases are those of the first. Dion begins with "factor", the
Q of its power iteration. Dion has no package, and none was found of AdaMuon with the sign that its
paper takes: these two follow the papers in NumPy, as their records say.
"""

import functools
import importlib.metadata
import json
import math
import os

os.environ["TORCHDYNAMO_DISABLE"] = "1"

import jax
import jax.numpy as jnp
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)

import optax
import pytorch_optimizer
from emerging_optimizers.orthogonalized_optimizers.adaptive_muon import AdaptiveMuon
from emerging_optimizers.orthogonalized_optimizers.scion import Scion as NemoScion
from emerging_optimizers.scalar_optimizers.lion import Lion as NemoLion
from emerging_optimizers.soap.soap import SOAP as NemoSoap
from pytorch_optimizer.optimizer import scion as po_scion
from pytorch_optimizer.optimizer.muon import adamuon as po_adamuon
from pytorch_optimizer.optimizer.muon import base as po_base
from pytorch_optimizer.optimizer.muon import normuon as po_normuon
from pytorch_optimizer.optimizer.utils.graft import LayerWiseGrafting
from zij.contrib.second_order import SOAP as ZijSoap
from zij.contrib.second_order import Scion as ZijScion
from zij.contrib.second_order import SingleDeviceNorMuon

LARGE = 1e8
SHAPES = [(6, 4), (4, 6)]


def in_double():
    """No library rounds to less from here on."""
    torch.set_default_dtype(torch.float64)
    torch.bfloat16 = torch.float32 = torch.float = torch.float64
    torch.Tensor.bfloat16 = torch.Tensor.float = torch.Tensor.double
    for module in (po_scion, po_adamuon, po_base, po_normuon):
        module.zero_power_via_newton_schulz_5 = functools.partial(
            module.zero_power_via_newton_schulz_5, dtype=torch.float64
        )


def library(name):
    return f"{name} {importlib.metadata.version(name)}"


def matrices(shapes, steps, scale, zero):
    generator = np.random.default_rng(17)

    def matrix(rows, cols):
        # No entry is 0 by chance.
        drawn = np.round(64 * generator.standard_normal((rows, cols)))
        return np.where(drawn == 0, 1, drawn) / 64

    for rows, cols in shapes:
        start, gradients = matrix(rows, cols), [matrix(rows, cols) for _ in range(steps)]
        if zero:
            for gradient in gradients:
                gradient[0, 0] = 0
        yield start, [scale * gradient for gradient in gradients]


def record(optimizer, name, source, run, settings, steps=8, shapes=SHAPES, scale=1.0, zero=False):
    """run(start, gradients): the weights after each step, and what else the run is to say."""
    runs = []
    for start, gradients in matrices(shapes, steps, scale, zero):
        weights, others = run(start, gradients)
        runs.append(
            {
                "start": start.tolist(),
                "gradients": [g.tolist() for g in gradients],
                "weights": [np.asarray(w).tolist() for w in weights],
            }
            | others
        )
    return {"optimizer": optimizer, "name": name, "library": source, "settings": settings,
            "runs": runs}


def with_torch(make, after_first=None):
    """after_first(state): what a run is to say of its optimiser's state after the first step."""

    def run(start, gradients):
        weight = torch.nn.Parameter(torch.tensor(start))
        optimizer = make([weight])
        weights, others = [], {}
        for gradient in gradients:
            weight.grad = torch.tensor(gradient)
            optimizer.step()
            weights.append(weight.detach().numpy().copy())
            if after_first is not None and not others:
                others = after_first(optimizer.state[weight])
        return weights, others

    return run


def with_optax(optimizer):
    def run(start, gradients):
        params = jnp.asarray(start)
        state = optimizer.init(params)
        weights = []
        for gradient in gradients:
            updates, state = optimizer.update(jnp.asarray(gradient), state, params)
            params = optax.apply_updates(params, updates)
            weights.append(np.asarray(params))
        return weights, {}

    return run


def po_muon(kind, **options):
    return with_torch(lambda params: kind([{"params": params, "use_muon": True}], **options))


def normuon():
    po, nemo, zij = map(library, ("pytorch-optimizer", "emerging-optimizers", "zij"))
    make = functools.partial(record, "normuon", scale=LARGE)
    return [
        make("defaults", po, po_muon(pytorch_optimizer.NorMuon),
             {"lr": 0.02, "momentum": 0.95, "nesterov": True, "beta2": 0.95, "epsilon": 1e-10,
              "weight_decay": 0.0, "engine": "jordan", "norm": "kept", "shape_scale": "jordan"}),
        make("the paper's scale", po,
             po_muon(pytorch_optimizer.NorMuon, lr=0.05, momentum=0.9, beta2=0.8, nesterov=False,
                     update_scale="match_rms", weight_decay=0.25, eps=1e-3),
             {"lr": 0.05, "momentum": 0.9, "nesterov": False, "beta2": 0.8, "epsilon": 1e-3,
              "weight_decay": 0.25, "engine": "jordan", "norm": "rms", "shape_scale": "none"}),
        make("the authors' code", zij,
             with_torch(lambda params: SingleDeviceNorMuon(params, lr=0.1, momentum=0.8, beta2=0.9,
                                                           weight_decay=0.5)),
             {"lr": 0.1, "momentum": 0.8, "nesterov": True, "beta2": 0.9, "epsilon": 1e-10,
              "weight_decay": 0.5, "engine": "jordan", "norm": "kept", "shape_scale": "jordan"}),
        make("along the longer side", nemo,
             with_torch(lambda params: AdaptiveMuon(
                 params, lr=0.01, momentum=0.95, weight_decay=0.0, moment2_method="normuon",
                 beta2=0.9, fp32_matmul_prec="highest")),
             {"lr": 0.01, "momentum": 0.95, "nesterov": False, "beta2": 0.9, "epsilon": 1e-8,
              "weight_decay": 0.0, "engine": "you", "norm": "kept", "shape_scale": "larger",
              "variant": "longer_side"}),
    ]


def newton_schulz(matrix):
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    wide = wide / (np.linalg.norm(wide) + 1e-7)
    for _ in range(5):
        gram = wide @ wide.T
        wide = 3.4445 * wide + (-4.7750 * gram + 2.0315 * gram @ gram) @ wide
    return wide.T if matrix.shape[0] > matrix.shape[1] else wide


def adamuon_of_the_paper(lr, beta, epsilon, weight_decay):
    """arXiv 2507.11005, Algorithm 1."""

    def run(start, gradients):
        weight, momentum, second = start, np.zeros_like(start), np.zeros_like(start)
        weights = []
        for gradient in gradients:
            momentum = beta * momentum + gradient
            orthogonal = newton_schulz(np.sign(momentum))
            second = beta * second + (1 - beta) * orthogonal**2
            direction = orthogonal / (np.sqrt(second) + epsilon)
            share = 0.2 * math.sqrt(start.size) / np.linalg.norm(direction)
            weight = weight - lr * (share * direction + weight_decay * weight)
            weights.append(weight)
        return weights, {}

    return run


def adamuon():
    po, nemo = map(library, ("pytorch-optimizer", "emerging-optimizers"))
    make = functools.partial(record, "adamuon", scale=LARGE)
    return [
        make("defaults", po, po_muon(pytorch_optimizer.AdaMuon),
             {"lr": 0.02, "momentum": 0.9, "nesterov": False, "beta2": 0.95, "epsilon": 1e-10,
              "weight_decay": 0.0, "sign": False, "bias_corrected": True, "engine": "jordan",
              "norm": "rms"}),
        make("a larger epsilon, decay", po,
             po_muon(pytorch_optimizer.AdaMuon, lr=0.1, betas=(0.95, 0.999), eps=1e-2,
                     weight_decay=0.25),
             {"lr": 0.1, "momentum": 0.95, "nesterov": False, "beta2": 0.999, "epsilon": 1e-2,
              "weight_decay": 0.25, "sign": False, "bias_corrected": True, "engine": "jordan",
              "norm": "rms"}),
        make("the paper's, with the sign", "NumPy, by arXiv 2507.11005",
             adamuon_of_the_paper(0.02, 0.95, 1e-8, 0.1),
             {"lr": 0.02, "momentum": 0.95, "nesterov": False, "beta2": 0.95, "epsilon": 1e-8,
              "weight_decay": 0.1, "sign": True, "bias_corrected": False, "engine": "jordan",
              "norm": "rms"}),
        make("no norm of its own", nemo,
             with_torch(lambda params: AdaptiveMuon(
                 params, lr=0.01, momentum=0.9, weight_decay=0.0, nesterov=True,
                 moment2_method="adamuon", beta2=0.95, fp32_matmul_prec="highest")),
             {"lr": 0.01, "momentum": 0.9, "nesterov": True, "beta2": 0.95, "epsilon": 1e-8,
              "weight_decay": 0.0, "sign": False, "bias_corrected": False, "engine": "you",
              "norm": "none", "shape_scale": "larger", "variant": "no_norm"}),
    ]


def soap():
    po, nemo, zij = map(library, ("pytorch-optimizer", "emerging-optimizers", "zij"))
    make = functools.partial(record, "soap", shapes=[*SHAPES, (5, 5)])

    def bases(state):
        left, right = state["Q"]
        return {"bases": {"left": left.tolist(), "right": right.tolist()}}

    def nemo_bases(state):
        return {"bases": {"left": state["Q_L"].tolist(), "right": state["Q_R"].tolist()}}

    def po_soap(**options):
        return with_torch(lambda params: pytorch_optimizer.SOAP(params, **options), bases)

    return [
        make("defaults without decay", po, po_soap(weight_decay=0.0),
             {"lr": 3e-3, "beta1": 0.95, "beta2": 0.95, "shampoo_beta": 0.95, "epsilon": 1e-8,
              "weight_decay": 0.0, "frequency": 10, "bias_corrected": True, "normalised": False},
             steps=12),
        make("every second step, decay", po,
             po_soap(lr=0.05, betas=(0.9, 0.99), shampoo_beta=0.8, precondition_frequency=2,
                     weight_decay=0.25, eps=1e-3),
             {"lr": 0.05, "beta1": 0.9, "beta2": 0.99, "shampoo_beta": 0.8, "epsilon": 1e-3,
              "weight_decay": 0.25, "frequency": 2, "bias_corrected": True, "normalised": False}),
        make("every step", po,
             po_soap(lr=0.02, betas=(0.95, 0.9), precondition_frequency=1, weight_decay=0.0),
             {"lr": 0.02, "beta1": 0.95, "beta2": 0.9, "shampoo_beta": 0.9, "epsilon": 1e-8,
              "weight_decay": 0.0, "frequency": 1, "bias_corrected": True, "normalised": False}),
        make("the authors' code, no bias correction", zij,
             with_torch(lambda params: ZijSoap(params, lr=0.01, betas=(0.9, 0.95),
                                               shampoo_beta=0.5, precondition_frequency=3,
                                               weight_decay=0.0, correct_bias=False), bases),
             {"lr": 0.01, "beta1": 0.9, "beta2": 0.95, "shampoo_beta": 0.5, "epsilon": 1e-8,
              "weight_decay": 0.0, "frequency": 3, "bias_corrected": False, "normalised": False}),
        make("normalised", po,
             po_soap(lr=0.01, precondition_frequency=2, weight_decay=0.0, normalize_gradient=True),
             {"lr": 0.01, "beta1": 0.95, "beta2": 0.95, "shampoo_beta": 0.95, "epsilon": 1e-8,
              "weight_decay": 0.0, "frequency": 2, "bias_corrected": True, "normalised": True}),
        make("no step skipped, the current gradient in the bases", nemo,
             with_torch(lambda params: NemoSoap(params, lr=0.02, weight_decay=0.0,
                                                fp32_matmul_prec="highest",
                                                qr_fp32_matmul_prec="highest"), nemo_bases),
             {"lr": 0.02, "beta1": 0.9, "beta2": 0.95, "shampoo_beta": 0.95, "epsilon": 1e-8,
              "weight_decay": 0.0, "frequency": 1, "bias_corrected": True, "normalised": False,
              "variant": "current_gradient"}),
    ]


def shampoo():
    po = library("pytorch-optimizer")
    make = functools.partial(record, "shampoo")

    def plain(**options):
        return with_torch(lambda params: pytorch_optimizer.Shampoo(params, **options))

    def scalable(**options):
        return with_torch(lambda params: pytorch_optimizer.ScalableShampoo(
            params, use_svd=True, shape_interpretation=False, **options))

    return [
        make("defaults, sums", po, plain(lr=0.1),
             {"lr": 0.1, "momentum": 0.0, "sums": True, "root": 4, "epsilon": 1e-6,
              "frequency": 1, "before_first": "zero", "graft": "none", "weight_decay": 0.0}),
        make("sums, every third step, coupled decay", po,
             plain(lr=0.5, matrix_eps=1e-2, preconditioning_compute_steps=3, weight_decay=0.25),
             {"lr": 0.5, "momentum": 0.0, "sums": True, "root": 4, "epsilon": 1e-2,
              "frequency": 3, "before_first": "zero", "graft": "none", "weight_decay": 0.25,
              "decay": "coupled"}),
        make("averages, every second step", po,
             scalable(lr=0.1, betas=(0.0, 0.9), nesterov=False, start_preconditioning_step=1,
                      preconditioning_compute_steps=2, graft_type=LayerWiseGrafting.NONE),
             {"lr": 0.1, "momentum": 0.0, "sums": False, "beta2": 0.9, "root": 4, "epsilon": 1e-6,
              "frequency": 2, "before_first": "identity", "graft": "none", "weight_decay": 0.0}),
        make("square root, momentum", po,
             scalable(lr=0.05, betas=(0.9, 0.8), nesterov=False, start_preconditioning_step=1,
                      preconditioning_compute_steps=1, graft_type=LayerWiseGrafting.NONE,
                      moving_average_for_momentum=True, inverse_exponent_override=2,
                      matrix_eps=1e-3),
             {"lr": 0.05, "momentum": 0.9, "momentum_style": "ema", "nesterov": False,
              "sums": False, "beta2": 0.8, "root": 2, "epsilon": 1e-3, "frequency": 1,
              "before_first": "identity", "graft": "none", "weight_decay": 0.0}),
        make("grafted onto SGD, Nesterov, decoupled decay", po,
             scalable(lr=0.05, betas=(0.9, 0.99), start_preconditioning_step=1,
                      preconditioning_compute_steps=3, graft_type=LayerWiseGrafting.SGD,
                      weight_decay=0.25, decoupled_weight_decay=True),
             {"lr": 0.05, "momentum": 0.9, "momentum_style": "heavy_ball", "nesterov": True,
              "sums": False, "beta2": 0.99, "root": 4, "epsilon": 1e-6, "frequency": 3,
              "before_first": "identity", "graft": "sgd", "weight_decay": 0.25,
              "decay": "rate"}),
    ]


def lion():
    po, nemo = map(library, ("pytorch-optimizer", "emerging-optimizers"))
    make = functools.partial(record, "lion", zero=True)
    return [
        make("defaults", po, with_torch(lambda params: pytorch_optimizer.Lion(params)),
             {"lr": 1e-4, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0}),
        make("other betas", po,
             with_torch(lambda params: pytorch_optimizer.Lion(params, lr=0.1, betas=(0.6, 0.5))),
             {"lr": 0.1, "beta1": 0.6, "beta2": 0.5, "weight_decay": 0.0}),
        make("decay", library("optax"),
             with_optax(optax.lion(0.05, b1=0.95, b2=0.98, weight_decay=0.5)),
             {"lr": 0.05, "beta1": 0.95, "beta2": 0.98, "weight_decay": 0.5}),
        make("its defaults", nemo, with_torch(lambda params: NemoLion(params)),
             {"lr": 1e-4, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.01}),
    ]


def signum():
    po = library("pytorch-optimizer")
    make = functools.partial(record, "signum", zero=True)
    return [
        make("defaults", po, with_torch(lambda params: pytorch_optimizer.SignSGD(params)),
             {"lr": 1e-3, "momentum": 0.9, "weight_decay": 0.0}),
        make("no momentum, decay", po,
             with_torch(lambda params: pytorch_optimizer.SignSGD(params, lr=0.1, momentum=0.0,
                                                                 weight_decay=0.5)),
             {"lr": 0.1, "momentum": 0.0, "weight_decay": 0.5}),
        make("its own", library("optax"), with_optax(optax.signum(0.02, beta=0.5)),
             {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.0}),
    ]


def scion():
    po, nemo, zij = map(library, ("pytorch-optimizer", "emerging-optimizers", "zij"))
    make = functools.partial(record, "scion", scale=LARGE)

    def po_spectral(**options):
        return with_torch(lambda params: pytorch_optimizer.SCION(
            params, norm_type=po_scion.LMONorm.SPECTRAL, **options))

    return [
        make("unconstrained, defaults", po, po_spectral(),
             {"lr": 1e-3, "momentum": 0.9, "radius": 1.0, "constrained": False,
              "weight_decay": 0.0, "engine": "jordan"}),
        make("constrained, radius 3", po,
             po_spectral(lr=0.125, momentum=0.25, constraint=True, scale=3.0),
             {"lr": 0.125, "momentum": 0.75, "radius": 3.0, "constrained": True,
              "weight_decay": 0.0, "engine": "jordan"}),
        make("unconstrained, radius 50, decay", po,
             po_spectral(lr=0.01, momentum=0.1, scale=50.0, weight_decay=0.5),
             {"lr": 0.01, "momentum": 0.9, "radius": 50.0, "constrained": False,
              "weight_decay": 0.5, "engine": "jordan"}),
        make("the authors' code, constrained, no momentum", zij,
             with_torch(lambda params: ZijScion(params, lr=0.1, norm="Spectral", scale=2.0)),
             {"lr": 0.1, "momentum": 0.0, "radius": 2.0, "constrained": True, "weight_decay": 0.0,
              "engine": "jordan"}),
        make("constrained, other coefficients", nemo,
             with_torch(lambda params: NemoScion(params, lr=0.05, momentum=0.95,
                                                 fp32_matmul_prec="highest",
                                                 spectral_radius=2.0)),
             {"lr": 0.05, "momentum": 0.95, "radius": 2.0, "constrained": True,
              "weight_decay": 0.0, "engine": "you"}),
    ]


def dion():
    """arXiv 2504.05295, Algorithm 1; its authors transpose a matrix that is wider than high."""

    def run(lr, mu, fraction, weight_decay, transposed):
        def steps(start, gradients):
            generator = np.random.default_rng(19)
            rows, cols = start.shape
            turned = transposed and rows < cols
            rank = min(math.ceil(fraction * min(rows, cols)), rows, cols)
            factor = np.round(64 * generator.standard_normal((rows if turned else cols, rank))) / 64
            others = {"factor": factor.tolist()}
            weight, momentum, weights = start, np.zeros_like(start), []
            for gradient in gradients:
                momentum = momentum + gradient
                seen = momentum.T if turned else momentum
                left, _ = np.linalg.qr(seen @ factor)
                right = seen.T @ left
                taken = left @ right.T
                momentum = momentum - (1 - mu) * (taken.T if turned else taken)
                factor = right / (np.linalg.norm(right, axis=0) + 1e-8)
                step = left @ factor.T
                weight = (1 - lr * weight_decay) * weight
                weight = weight - lr * math.sqrt(rows / cols) * (step.T if turned else step)
                weights.append(weight)
            return weights, others

        return steps

    def made(name, lr, mu, fraction, weight_decay, transposed):
        return record("dion", name, "NumPy, by arXiv 2504.05295",
                      run(lr, mu, fraction, weight_decay, transposed),
                      {"lr": lr, "momentum": mu, "rank_fraction": fraction, "epsilon": 1e-8,
                       "weight_decay": weight_decay, "transposed": transposed})

    return [
        made("half the rank", 0.01, 0.95, 0.5, 0.0, False),
        made("rank 1, decay", 0.1, 0.8, 0.25, 0.5, False),
        made("full rank", 0.02, 0.95, 1.0, 0.0, False),
        made("half the rank, transposed where wide", 0.05, 0.9, 0.5, 0.01, True),
    ]


def main():
    in_double()
    records = [made for optimizer in (normuon, adamuon, soap, shampoo, lion, signum, scion, dion)
               for made in optimizer()]
    versions = {name: importlib.metadata.version(name)
                for name in ("torch", "pytorch-optimizer", "emerging-optimizers", "zij", "optax",
                             "jax", "numpy")}
    print(json.dumps({"versions": versions, "optimizers": records}, separators=(",", ":")))


main()
