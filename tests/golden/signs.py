#!/usr/bin/env python3
"""usage: signs.py > signs.json     (needs numpy, scipy, and MUONSCOPE, the program)

Steps of phase 2 of the staged experiment, SGD's arm, at seed shift 2, where the signs of the target's
singular vectors are those of LAPACK's two drivers. Target and start are written by the program;
the recipe is done again in NumPy. Two conventions that the program has stand beside them, as a check.
"""

import json
import os
import subprocess
import tempfile

import numpy
import scipy
import scipy.linalg

PROGRAM = os.environ["MUONSCOPE"]
SHIFT = 2


def trained(preset, steps, *settings):
    """Weights of the first lane."""
    with tempfile.TemporaryDirectory() as folder:
        options = [word for setting in settings for word in ("--set", setting)]
        subprocess.run(
            [PROGRAM, "run", preset, "--steps", str(steps), "--out", folder, "--force", *options],
            check=True, stdout=subprocess.DEVNULL)
        lane = os.path.join(folder, "lane-1-sgd")
        return [numpy.load(os.path.join(lane, name)) for name in sorted(os.listdir(lane))]


def steps_of_phase_2(target, start, layer_target):
    """600 steps of layer 1 at rate .2, then layer 2 at .02 until the relative error is .05."""
    square = numpy.sum(target**2)
    first, second = (w.copy() for w in start)
    for _ in range(600):
        first -= 0.2 * 2 / square * (first - layer_target)
    steps = 0
    while True:
        error = second @ first - target
        if numpy.linalg.norm(error) <= 0.05 * numpy.sqrt(square):
            return steps
        second -= 0.02 * 2 / square * (error @ first.T)
        steps += 1


def root_of(values, right):
    return numpy.sqrt(values)[:, None] * right


def largest_positive(right):
    largest = right[numpy.arange(len(right)), numpy.abs(right).argmax(axis=1)]
    return right * numpy.sign(largest)[:, None]


def main():
    seeds = [f"target.stream_seed={SHIFT}", f"init.stream_seeds={SHIFT},{SHIFT + 1}"]
    gaussian = ["target.kind=gaussian", "target.scale=1", "target.stream=torch_cpu", seeds[0]]
    # One layer from zero at rate 1: one step of the half loss ends on the target.
    target = trained("two-ways-up", 1, *gaussian, "network.depth=1", "network.width=64",
                     "init.scale=0", "lanes.0.optimizer.lr=1")[0]
    start = trained("staged", 0, *seeds)
    # Half of what is missing at every step: layer 1 ends on its own target, the program's signs in it.
    half = float(numpy.sum(target**2) / 4)
    own = trained("staged", 200, *seeds, f"lanes.0.phases.0.optimizer.lr={half!r}")[0]

    _, values, dgesdd = numpy.linalg.svd(target)
    _, _, dgesvd = scipy.linalg.svd(target, lapack_driver="gesvd")
    layer_targets = {
        "own": own,
        "largest-positive": root_of(values, largest_positive(dgesdd)),
        "dgesdd": root_of(values, dgesdd),
        "dgesvd": root_of(values, dgesvd),
    }
    libraries = {
        library.__name__: {
            "version": library.__version__,
            "lapack": "{name} {version}".format(
                **library.show_config(mode="dicts")["Build Dependencies"]["lapack"]),
        }
        for library in (numpy, scipy)
    }
    counts = {name: steps_of_phase_2(target, start, w) for name, w in layer_targets.items()}
    flipped = {
        name: int(sum(numpy.sum(own * layer_targets[name], axis=1) < 0)) for name in layer_targets
    }
    print(json.dumps({"libraries": libraries, "shift": SHIFT, "steps_of_phase_2": counts,
                      "rows_with_the_other_sign_than_own": flipped}, indent=2))


if __name__ == "__main__":
    main()
