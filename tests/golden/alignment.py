#!/usr/bin/env python3
"""usage: alignment.py > alignment.json     (needs numpy)

What one step moves of a gradient's singular directions, what singular vectors of two matrices have
in common, and what neighbouring layers keep of how they differ, all in NumPy.
"""

import json

import numpy

random = numpy.random.default_rng(20261126)


def numbers(array):
    return numpy.asarray(array).tolist()


def along(rows, cols):
    gradient, step = random.standard_normal((2, rows, cols))
    step -= gradient
    u, s, vt = numpy.linalg.svd(gradient, full_matrices=False)
    moved = -numpy.einsum("ki,kl,il->i", u, step, vt)
    return {"gradient": numbers(gradient), "step": numbers(step), "s": numbers(s),
            "moved": numbers(moved), "share": numbers(moved**2 / numpy.sum(step**2)),
            "along": numpy.sum(moved**2) / numpy.sum(step**2),
            "descent": -numpy.sum(gradient * step)}


def neighbours(inner, hidden, outer):
    """lower: hidden x inner, upper: outer x hidden, and the same after a change."""
    lower, lower_start = random.standard_normal((2, hidden, inner))
    upper, upper_start = random.standard_normal((2, outer, hidden))

    def gram(factor):
        return factor @ factor.T

    def root(factor):  # of its Gram; from the factor's own SVD, whose square would lose digits
        vectors, values, _ = numpy.linalg.svd(factor, full_matrices=False)
        return vectors @ numpy.diag(values) @ vectors.T

    def drift(of):
        now = of(upper.T), of(lower)
        start = of(upper_start.T), of(lower_start)
        moved = (now[0] - now[1]) - (start[0] - start[1])
        norm = numpy.linalg.norm
        return norm(moved) / (norm(now[0]) + norm(now[1]))

    u = numpy.linalg.svd(lower, full_matrices=False)[0]
    v = numpy.linalg.svd(upper, full_matrices=False)[2].T
    return {"lower": numbers(lower), "upper": numbers(upper),
            "lower_start": numbers(lower_start), "upper_start": numbers(upper_start),
            "overlaps": numbers(numpy.abs(v.T @ u)), "gram_drift": drift(gram),
            "root_drift": drift(root)}


print(json.dumps({
    "along": [along(*shape) for shape in ((4, 4), (6, 3), (3, 5), (1, 4))],
    "neighbours": [neighbours(*shape) for shape in ((4, 4, 4), (3, 5, 2), (6, 3, 4))],
}))
