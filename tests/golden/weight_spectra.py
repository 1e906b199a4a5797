#!/usr/bin/env python3
"""usage: weight_spectra.py > weight_spectra.json     (needs numpy and powerlaw from PyPI)

Spectra of matrices by numpy's SVD, their tails by the package powerlaw (which WeightWatcher fits with),
and what edits of singular values make of a matrix, by numpy. Matrices are drawn exactly alike in any
language: a 64-bit congruential generator, times powers of two.
"""

import json
import warnings

import numpy
import powerlaw


class Draws:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-52 - 1.0

    def matrix(self, rows, cols):
        return numpy.array([[self.uniform() for _ in range(cols)] for _ in range(rows)])


def heavy(seed, rows, cols):
    """Columns of very different sizes: a spectrum with a tail."""
    return Draws(seed).matrix(rows, cols) * 2.0 ** -(numpy.arange(cols) // 4)


def spectrum(seed, rows, cols):
    matrix = heavy(seed, rows, cols)
    s = numpy.linalg.svd(matrix, compute_uv=False)
    p = s**2 / (s**2).sum()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = powerlaw.Fit(s**2, verbose=False)
    return {"seed": seed, "rows": rows, "cols": cols, "values": s.tolist(),
            "norm": numpy.linalg.norm(matrix), "stable_rank": float((s**2).sum() / s[0] ** 2),
            "entropy": float(-(p * numpy.log(p)).sum() / numpy.log(len(s))),
            "condition": float(s[0] / s[-1]), "gap": float(s[0] / s[1]),
            "tail": float(fit.power_law.alpha), "least": float(fit.power_law.xmin)}


def rebuilt(u, s, vt):
    return (u * s) @ vt


def edits():
    matrix = heavy(5, 9, 7)
    u, s, vt = numpy.linalg.svd(matrix, full_matrices=False)
    norm = numpy.linalg.norm(s)

    def same_norm(x):
        return x * norm / numpy.linalg.norm(x)

    def first(x, k):
        return numpy.where(numpy.arange(len(x)) < k, x, 0)

    found = {
        "w:drop-top=1": numpy.where(numpy.arange(7) == 0, 0, s),
        "w:drop-bottom=2": first(s, 5),
        "w:keep=3": first(s, 3),
        "w:keep=25%": first(s, 2),
        "w:energy=.9": first(s, int(numpy.searchsorted(numpy.cumsum(s**2) / (s**2).sum(), .9)) + 1),
        "w:flatten": same_norm(numpy.ones(7)),
        "w:flatten,norm=spectral": numpy.full(7, s[0]),
        "w:power=.5": same_norm(s**.5),
        "w:power=.9,norm=spectral": s[0] * (s / s[0]) ** .9,
        "w:clip=.5": numpy.minimum(s, s[0] / 2),
        "w:scale=2-3:.25": numpy.array([s[0], s[1] / 4, s[2] / 4, *s[3:]]),
        "w:set=1:3": numpy.array([3, *s[1:]]),
        "w:orthogonalise=svd": same_norm(numpy.ones(7)),
        "w:orthogonalise=cubic:1,norm=free": 1.5 * s / norm - .5 * (s / norm) ** 3,
    }
    return [{"edit": text, "matrix": rebuilt(u, values, vt).tolist()} for text, values in found.items()]


def main():
    print(json.dumps({"spectra": [spectrum(1, 40, 40), spectrum(2, 60, 24), spectrum(3, 20, 90)],
                      "edits": edits()}))


if __name__ == "__main__":
    main()
