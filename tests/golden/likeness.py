#!/usr/bin/env python3
"""usage: likeness.py > likeness.json     (needs numpy from PyPI)

How alike representations are, by numpy in the words of Kornblith, Norouzi, Lee and Hinton (2019): a
row a point, columns centred. Cosines of points seen from their mean, linear CKA, the overlap of
leading left singular subspaces, and covariances within classes by numpy.cov. Matrices are drawn
exactly alike in any language: a 64-bit congruential generator, times powers of two.
"""

import json

import numpy


class Draws:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-52 - 1.0

    def matrix(self, rows, cols):
        return numpy.array([[self.uniform() for _ in range(cols)] for _ in range(rows)])


def centred(x):
    return x - x.mean(axis=0)


def linear_cka(x, y):
    x, y = centred(x), centred(y)
    return (numpy.linalg.norm(y.T @ x) ** 2
            / (numpy.linalg.norm(x.T @ x) * numpy.linalg.norm(y.T @ y)))


def overlap(x, y, k):
    u = numpy.linalg.svd(centred(x), full_matrices=False)[0][:, :k]
    v = numpy.linalg.svd(centred(y), full_matrices=False)[0][:, :k]
    return numpy.linalg.norm(u.T @ v) ** 2 / k


def cosines(x):
    x = centred(x)
    x = x / numpy.linalg.norm(x, axis=1, keepdims=True)
    return x @ x.T


def main():
    cases = []
    for seed, (points, width, other, k) in enumerate(
            [(12, 5, 3, 2), (7, 9, 9, 3), (30, 4, 16, 4), (5, 2, 3, 1), (20, 1, 6, 1)]):
        draws = Draws(1000 + seed)
        # Transposed here as the program has them: width x points.
        x = draws.matrix(width, points).T
        y = draws.matrix(other, points).T
        classes = [i % 3 for i in range(points)]
        covariances = []
        for c in range(3):
            own = x[[i for i in range(points) if classes[i] == c]]
            covariances.append(numpy.atleast_2d(numpy.cov(own.T, bias=True)).tolist())
        cases.append({
            "seed": 1000 + seed, "points": points, "width": width, "other": other, "k": k,
            "cka": linear_cka(x, y), "overlap": overlap(x, y, k),
            "cosines": cosines(x).tolist(), "covariances": covariances,
        })
    print(json.dumps({"numpy": numpy.__version__, "cases": cases}, indent=1))


main()
