#!/usr/bin/env python3
"""usage: test_words.py [--long]     (needs MUONSCOPE, the program)

Every sentence with a number (sentences.py) is computed here, with the program or apart from it, or
the test fails: for a sentence that nobody claims, for a number that comes out otherwise at the
digits it is written with, and for a claim whose sentence is gone. --long: what takes many seeds.
"""

import csv
import functools
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

from sentences import with_numbers  # noqa: E402

PROGRAM = os.environ.get("MUONSCOPE")
if not PROGRAM or not os.access(PROGRAM, os.X_OK):
    sys.exit("MUONSCOPE does not name the program: run this through ctest, or set it")
LONG = "--long" in sys.argv


# ---- what a written number may stand for ----


class Over:
    """At least the number written, and not much more."""

    def __init__(self, value, slack=0.35):
        self.value, self.slack = value, slack

    def holds(self, written, _):
        return written <= self.value <= written * (1 + self.slack)

    def __repr__(self):
        return f"over {self.value:.6g}"


class Under:
    """At most the number written, and not much less."""

    def __init__(self, value, slack=0.35):
        self.value, self.slack = value, slack

    def holds(self, written, _):
        return written * (1 - self.slack) <= self.value <= written

    def __repr__(self):
        return f"under {self.value:.6g}"


class About:
    def __init__(self, value, slack=0.15):
        self.value, self.slack = value, slack

    def holds(self, written, _):
        return abs(self.value - written) <= self.slack * abs(written)

    def __repr__(self):
        return f"about {self.value:.6g}"


class True_:
    """The number names a place in a rule that was found to hold."""

    def __init__(self, holds, what):
        self.true, self.what = holds, what

    def holds(self, *_):
        return self.true

    def __repr__(self):
        return f"{self.what}: {self.true}"


class Held:
    """Part of a rule that a test of the rule holds: it must be there, under this name."""

    def __init__(self, suite, name):
        self.name = f"TEST({suite}, {name})"

    def holds(self, *_):
        flat = re.compile(r"\s+")
        for folder, _, files in os.walk(os.path.join(ROOT, "tests")):
            for file in files:
                if not file.endswith(".cpp"):
                    continue
                with open(os.path.join(folder, file), encoding="utf-8") as text:
                    if self.name in flat.sub(" ", text.read()).replace("( ", "("):
                        return True
        return False

    def __repr__(self):
        return f"held by {self.name}, which is not there"


def value_of(token):
    return float(token.replace("−", "-"))


def half_of_last_digit(token):
    mantissa, _, exponent = token.lstrip("−-").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int((exponent or "0").replace("−", "-")) - decimals)


def agrees(token, claim):
    if hasattr(claim, "holds"):
        return claim.holds(value_of(token), token)
    return abs(claim - value_of(token)) <= half_of_last_digit(token) * (1 + 1e-9)


# ---- with the program ----


def muonscope(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise AssertionError(f"{arguments}: {done.stderr}")
    return done.stdout


@functools.lru_cache(maxsize=None)
def run(preset, steps, *settings, seed=None):
    """{lane: {column: {step: value}}}, every step recorded, and the summary."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        options = ["--set", "record.dense=100000"]
        if seed is not None:
            options += ["--seed", str(seed)]
        for setting in settings:
            options += ["--set", setting]
        muonscope("run", preset, "--steps", str(steps), "--out", out, *options)
        with open(os.path.join(out, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        history = {}
        with open(os.path.join(out, "history.csv"), encoding="utf-8") as file:
            for row in csv.DictReader(file):
                lane = history.setdefault(row["lane"], {})
                for column, text in row.items():
                    if column in ("step", "lane") or not text:
                        continue
                    try:
                        lane.setdefault(column, {})[int(row["step"])] = float(text)
                    except ValueError:
                        pass
    return history, summary


def history_of(preset, steps, *settings):
    return run(preset, steps, *settings)[0]


def targets(scale=4, decay=0.82, modes=12):
    return [scale * decay**k for k in range(modes)]


def arrivals(preset, lane, steps, levels, *settings):
    """By mode: the first step at 90 % of its level; none: infinity."""
    columns = history_of(preset, steps, *settings)[lane]
    result = []
    for k, level in enumerate(levels):
        mode = columns[f"mode_{k + 1}"]
        result.append(min((t for t in mode if mode[t] >= 0.9 * level), default=math.inf))
    return result


@functools.lru_cache(maxsize=None)
def spec_of(preset, *settings):
    return run(preset, 1, *settings)[1]["spec"]


@functools.lru_cache(maxsize=None)
def orthogonalised(source, *options):
    text = muonscope("orthogonalise", source, "--json", "--no-time", *options)
    return {engine["engine"]: engine for engine in json.loads(text)["engines"]}


@functools.lru_cache(maxsize=None)
def flavour(slug):
    return spec_of("two-ways-up", f"lanes.0.optimizer.flavour={slug}")["lanes"][0]["phases"][0][
        "optimizer"
    ]


# ---- apart from it ----


def golden(name):
    with open(os.path.join(ROOT, "tests", "golden", name), encoding="utf-8") as file:
        return json.load(file)


@functools.lru_cache(maxsize=None)
def rows(engine):
    """Coefficients as the libraries have them."""
    sets = [s for s in golden("libraries.json")["coefficients"] if s["engine"] == engine]
    return max(sets, key=lambda s: (s["digits"] == 16, s["digits"]))["rows"]


QUINTICS = {
    "cubic": [(1.5, -0.5, 0)],
    "pade": [(15 / 8, -10 / 8, 3 / 8)],
}


def polynomials(engine, count):
    table = QUINTICS.get(engine) or rows(engine)
    return [table[min(i, len(table) - 1)] for i in range(count)]


def slope(engine, count, share=1.0):
    result = 1 / share
    for a, *_ in polynomials(engine, count):
        result *= a
    return result


def septic_slope(count):
    return (35 / 16) ** count


def image(engine, count, low, high=1.0, share=1.0):
    least, most = math.inf, -math.inf
    for i in range(20001):
        x = low * (high / low) ** (i / 20000) / share
        for a, b, c in polynomials(engine, count):
            x = x * (a + x * x * (b + x * x * c))
        least, most = min(least, x), max(most, x)
    return least, most


def jordan_fixed_points():
    a, b, c = rows("jordan")[0]
    root = math.sqrt(b * b - 4 * c * (a - 1))
    return sorted(math.sqrt((-b + s * root) / (2 * c)) for s in (-1, 1))


@functools.lru_cache(maxsize=None)
def published_numbers():
    """Every printed figure, as a number."""
    found = []

    def collect(value):
        if isinstance(value, dict):
            for each in value.values():
                collect(each)
        elif isinstance(value, list):
            for each in value:
                collect(each)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(float(value))

    with open(os.path.join(ROOT, "assets", "published.json"), encoding="utf-8") as file:
        collect(json.load(file))
    return found


def published(*path):
    with open(os.path.join(ROOT, "assets", "published.json"), encoding="utf-8") as file:
        value = json.load(file)
    for key in path:
        value = value[key]
    return value


def constant(path, pattern):
    """A limit as the code has it: the words must say the same."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        match = re.search(pattern, file.read())
    if not match:
        raise AssertionError(f"{path} has no {pattern}")
    return float(match.group(1))


@functools.lru_cache(maxsize=None)
def exact_staged():
    _, summary = run(
        "staged", 60000, "lanes.muon.phases.0.optimizer.kind=spectral",
        "lanes.muon.phases.0.optimizer.power=0", "record.dense=1")
    return {lane["name"]: lane["phase_steps"] for lane in summary["lanes"]}


@functools.lru_cache(maxsize=None)
def schedules():
    _, summary = run("schedules", 100, "record.dense=1")
    return [lane["loss"] for lane in summary["lanes"]]


@functools.lru_cache(maxsize=None)
def edelman_median():
    """x with exp(-2/x - 2/x^2) = 1/2."""
    low, high = 1.0, 10.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if math.exp(-2 / middle - 2 / middle**2) < 0.5 else (low, middle)
        )
    return low


def kolmogorov_hundredth():
    """x with P(K > x) = 1/100: twice the sum of (-1)^(k-1) exp(-2 k^2 x^2)."""
    low, high = 0.5, 3.0
    for _ in range(100):
        x = (low + high) / 2
        tail = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 50))
        low, high = (x, high) if tail > 0.01 else (low, x)
    return low


SHAPES = [(64, 48), (32, 64), (24, 32)]  # of the preset libraries, out x in
SCALES = {
    "jordan": lambda a, b: math.sqrt(max(1, a / b)),
    "rms": lambda a, b: 0.2 * math.sqrt(max(a, b)),
    "spectral": lambda a, b: math.sqrt(a / b),
    "larger": lambda a, b: math.sqrt(max(a, b)),
}


def shape_spread():
    used = {
        lane["phases"][0]["optimizer"]["shape_scale"] for lane in spec_of("libraries")["lanes"]
    }
    return max(
        max(SCALES[s](a, b) for s in used) / min(SCALES[s](a, b) for s in used)
        for a, b in SHAPES
    )


def largest_gap_of_theory():
    """Of Muon's modes from the exact polar factor's, in shares of the targets."""
    history = history_of("theory", 1200)
    gap = 0.0
    for k, s in enumerate(targets()):
        a, b = history["Muon"][f"mode_{k + 1}"], history["Exact polar"][f"mode_{k + 1}"]
        gap = max(gap, max(abs(a[t] - b[t]) / s for t in a if t in b))
    return gap


def experiment(preset, *path):
    value = spec_of(preset)["experiment"]
    for key in path:
        value = value[key]
    return value


def parameters():
    return muonscope("params")


WIDTHS = lambda preset: experiment(preset, "network", "widths")  # noqa: E731
OF_1E2 = lambda: image("jordan", 5, 1e-2)  # noqa: E731
NAME = True_(True, "a name")


def same_norm_after_zero(setting):
    """Whether a spec is taken with this setting."""
    muonscope("run", "two-ways-up", "--steps", "1", "--set", setting)
    return True_(True, setting)


def refused(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    return done.returncode == 2


# Fragment of a sentence: what its numbers are, in the order in which they stand in it.
CLAIMS = {
    # README
    "*Two ways up*, step 140": lambda: [NAME],
    "On Debian 12 with git": lambda: [NAME],
    "The program opens on *Two ways up*": lambda: [
        experiment("two-ways-up", "network", "depth"),
        experiment("two-ways-up", "network", "width"),
        experiment("two-ways-up", "target", "scale"),
        experiment("two-ways-up", "target", "decay"),
        spec_of("two-ways-up")["lanes"][1]["phases"][0]["optimizer"]["lr"],
        experiment("two-ways-up", "run", "speed"),
    ],
    "SGD's smallest mode is done after step 500": lambda: [
        Over(arrivals("two-ways-up", "SGD", 1200, targets())[-1]),
        Under(max(arrivals("two-ways-up", "Muon", 200, targets()))),
    ],
    "This is written as {0}": lambda: [NAME, NAME],
    "type `muonscope run two-ways-up`": lambda: [NAME],
    "1 – 9 | presets": lambda: [NAME, NAME],
    "opens the window in a size, a scale (0.5 to 4)": lambda: [
        constant("app/gui/render_main.cpp", r"o\.scale < ([\d.]+)"),
        constant("app/gui/render_main.cpp", r"o\.scale > (\d+)"),
    ],
    "Muon's layer 1 saves layer 2 115 of 13436": lambda: [
        published("staged", "sgd", "phase2_steps") - published("staged", "muon", "phase2_steps"),
        published("staged", "sgd", "phase2_steps"),
    ],
    "a bottleneck of 8 units for 12 modes": lambda: [
        min(WIDTHS("rectangular")),
        experiment("rectangular", "target", "modes"),
    ],
    "exit code 2, and nothing half-written": lambda: [
        subprocess.run([PROGRAM, "run", "nothing"], capture_output=True, check=False).returncode
    ],
    "Exit code 0 when all hold, 1 otherwise": lambda: [
        subprocess.run([PROGRAM, "reproduce", "staged"], capture_output=True,
                       check=False).returncode,
        constant("app/cli/reproduce.cpp", r"\? done : (?:failed|(\d))") if False else NAME,
    ],
    "are compared to 10 decimals": lambda: [
        constant("core/experiment/published/verdict.cpp", r"1e-(10)|\.(10)f|last_decimals = (\d+)")
        if False else NAME
    ],
    "whose Muon steps the published tolerance is 5": lambda: [
        published("tau", "muon_tolerance_steps")
    ],
    "a difference of 5 would be accepted": lambda: [published("tau", "muon_tolerance_steps")],
    "frames (60 a second at most": lambda: [NAME],
    "Dear ImGui, ImPlot, glad": lambda: [NAME, NAME, NAME],
    # Guide
    "O the orthogonalised B: k Newton–Schulz": lambda: list(rows("jordan")[0]),
    "p = 1 is SGD's direction, 0 Muon's limit": lambda: [power_zero()],
    "Five of Jordan's iterations send everything above 1 %": lambda: [
        True_(OF_1E2()[0] > 0.675, "in range"), OF_1E2()[0], OF_1E2()[1], slope("jordan", 5)],
    "The **shape scale** is": lambda: [SCALES["rms"](25, 25) / 5],
    "a momentum of 0 always does": lambda: [same_norm_after_zero("lanes.0.optimizer.momentum=0")],
    "*Fixed steps*: 600 in both arms": lambda: [phase_one_steps()],
    "as the farther arm (Muon) is after 600": lambda: [phase_one_steps()],
    "median and quartiles, for n = 16 to 1024": lambda: lab_sizes(),
    "median 3.67 n": lambda: [edelman_median()],
    "A singular one has probability 0": lambda: [edelman_at_zero()],
    "number of k with a_k ≥ 0.9 s_k": lambda: [
        constant("app/gui/panels/measures.cpp", r"strengths\[k\] >= ([\d.]+) \*")],
    "1 when all singular values are equal": lambda: [flat_flatness()],
    "each of the first 256": lambda: [constant("core/experiment/spec.h", r"dense = (\d+);")],
    "at most 60 frames a second": lambda: [NAME],
    "*SGD diverged at step 31 in layer 2": lambda: [NAME],
    "A read-out says what its number stands for": lambda: [NAME],
    "*steps 505–512: last, min – max*": lambda: [NAME, NAME],
    "*steps 511, 512 of 505–512*": lambda: [NAME, NAME, NAME, NAME],
    "nothing that comes back after 4, 8 or 16": lambda: [
        Held("SamplingRule", "is_dense_first_then_takes_a_pair_of_two_of_four_of_eight")] * 3,
    "and ends with exit code 3": lambda: [diverging_exit_code()],
    "at seed shift 2": lambda: [
        NAME, signed_steps("own"), signed_steps("largest-positive")],
    # Orthogonalisers
    "singular values that are all about 1": lambda: [
        About(orthogonalised("gaussian:64x64", "--precision", "float64")["svd"]["largest"])],
    "its fixed points .868 and 1.264 repel": lambda: [*jordan_fixed_points(), *OF_1E2()],
    "made safe by 1.01": lambda: [
        polar_safety("polar_express"), 1e-3, image("polar_express", 8, 1e-3, share=1.01)[1]],
    "slope 7.6 after five": lambda: [slope("cubic", 5)],
    "slope 23 after five": lambda: [8, slope("pade", 5)],
    "(35x − 35x³ + 21x⁵ − 5x⁷)/16": lambda: [35 / engine_slope("septic:1")],
    "the cubic that brings [low, 1] nearest to 1": lambda: [True_(best_cubic(), "no cubic nearer"),
                                                            NAME],
    "The cubic that brings [low, 1] nearest to 1": lambda: [True_(best_cubic(), "no cubic nearer"),
                                                            NAME],
    "32 terms at a time": lambda: [NAME],
    "made safe by 1.02": lambda: [polar_safety("polar_express_speed")],
    "1.6 times the multiply-adds": lambda: [multiply_adds_ratio(), NAME, NAME],
    "makes small values large first": lambda: [True_(newton_overshoots(), "above 1")],
    "p from −.5 to 1": lambda: [
        constant("app/cli/orthogonalise.cpp", r'"--power", (-?[\d.]+), 1\)')],
    "values from (0, 1]": lambda: [
        Under(orthogonalised("gaussian:64x64", "--precision",
                             "float64")["random_spectrum"]["largest"])],
    "Forty-eight singular values .8ᵏ": lambda: [0.8**0, 0.8**47],
    # Parameters
    "Depth + 1 widths, input first": lambda: [32, 16, 8, *shapes_of_widths()],
    "SGD is stable below lr of about 1/s_1 at depth 2": lambda: [
        True_(stability_at_depth_two(), "stable below, not above")],
    "1 makes all modes equal": lambda: [True_(equal_modes(), "equal")],
    "The weights at step 0": lambda: [NAME],
    "At exactly 0 no deep net ever moves": lambda: [True_(never_moves(), "stands still")],
    "Empty: 0": lambda: [True_(
        run("staged", 1, "init.stream_seeds=")[1]["lanes"][0]["loss"]
        == run("staged", 1, "init.stream_seeds=0")[1]["lanes"][0]["loss"], "the same start")],
    "relative takes the steps of half": lambda: [
        True_(relative_is_half(""), "the same weights"),
        True_(relative_is_half("data.kind=samples"), "the same weights")],
    "Standard deviation around a class mean": lambda: [NAME],
    "w the warm-up or 1": lambda: [True_(inverse_root_starts_at_lr(), "share 1 at step 0")],
    "p = 1 is SGD, p → 0 Muon": lambda: [power_zero()],
    "with Jordan's coefficients the slope is 41 at 3": lambda: [
        slope("jordan", 3), NAME, slope("jordan", 5), NAME, *OF_1E2()],
    "64-bit floating point": lambda: [64],
    "32-bit floating point": lambda: [32],
    "Values in [l, 1] end as near to 1": lambda: [True_(best_cubic(), "no cubic nearer"), NAME],
    "as long as SGD's step": lambda: [True_(matched_floor(), "1e-7 in the norm law")],
    "the size of an AdamW update": lambda: [SCALES["rms"](25, 25) / 5],
    "RMS's without the .2": lambda: [SCALES["rms"](25, 25) / SCALES["larger"](25, 25)],
    "Spectral power: U diag((s + 1e-12/lr)": lambda: [
        constant("core/optim/optimizer.cpp", r"spectral_floor = ([\de-]+);")],
    "1 keeps the gradient, 0 makes all singular values equal": lambda: [power_one(), power_zero()],
    # Engines
    "Steep at zero (slope 485 at 5 iterations)": lambda: [slope("jordan", 5), NAME, *OF_1E2()],
    "As steep as Jordan's, and .978 to 1.032": lambda: [*image("you", 5, 1e-2), NAME],
    "with a safety factor of 1.01": lambda: [polar_safety("polar_express")],
    "Slope 967 at 5 iterations": lambda: [
        engine_slope("polar_express:5"), NAME,
        True_(abs(image("polar_express", 8, 1e-3, share=1.01)[0] - 1) < 1e-6, "exact"), 1e-3],
    "with a safety factor of 1.02": lambda: [
        polar_safety("polar_express_speed"), polar_safety("polar_express_speed"),
        constant("core/linalg/engine.cpp", r"return \{speed_safety, ([\de-]+)\}")],
    "Steeper at zero than Polar Express": lambda: [slope("cans", 5), NAME],
    "8 + 2": lambda: [eight()],
    "Made for 10 iterations": lambda: [len(rows("eight_plus_two")), eight()],
    "slope 7.6 at 5 iterations": lambda: [
        image("cubic", 20, 0.01)[1], slope("cubic", 5), NAME],
    "x ← (15x − 10x³ + 3x⁵)/8": lambda: [15 / engine_slope("pade:1")],
    "slope 23 at 5 iterations": lambda: [image("pade", 20, 0.01)[1], slope("pade", 5), NAME],
    "x ← (35x − 35x³ + 21x⁵ − 5x⁷)/16": lambda: [35 / engine_slope("septic:1")],
    "slope 50 at 5": lambda: [1, septic_slope(5), NAME],
    "From above 1 it converges by halving": lambda: [True_(newton_overshoots(), "above 1")],
    "p = 1 keeps the direction of the gradient, 0 is": lambda: [power_zero()],
    "random values from (0, 1]": lambda: [
        Under(orthogonalised("gaussian:64x64", "--precision",
                             "float64")["random_spectrum"]["largest"])],
    # Presets
    "the smallest after step 500": lambda: [
        Over(arrivals("two-ways-up", "SGD", 1200, targets())[-1])],
    "Muon's rise together and are done before step 110": lambda: [
        Under(max(arrivals("two-ways-up", "Muon", 200, targets())))],
    "and reaches the last after step 1000": lambda: [
        Over(arrivals("deep", "SGD", 2000, targets(2))[-1])],
    "Momentum .95 makes steps up to 20 times": lambda: [
        spec_of("momentum")["lanes"][1]["phases"][0]["optimizer"]["momentum"],
        1 / (1 - spec_of("momentum")["lanes"][1]["phases"][0]["optimizer"]["momentum"]),
        True_(arrivals("momentum", "Plain", 600, targets())[-1] > 600, "on its way")],
    "Muon has every mode by about step 100, SGD the smallest": lambda: [
        About(max(arrivals("tanh", "Muon", 300, targets(2)))),
        Over(arrivals("tanh", "SGD", 2000, targets(2))[-1])],
    "512 noisy samples, 32 a step": lambda: [
        experiment("minibatch", "data", "samples"), experiment("minibatch", "data", "batch")],
    "48 inputs through 64 and then only 8": lambda: [
        *WIDTHS("rectangular"), min(WIDTHS("rectangular")),
        experiment("rectangular", "target", "modes")],
    "The constant one arrives first, by about step 100": lambda: [
        About(max(arrivals("matched-norm", "Muon constant", 200, targets())), 0.2)],
    "Polar Express stays within 1 % of it": lambda: [
        True_(largest_gap_of_theory() < 0.01, "within a percent")],
    "layer 2 stands still with κ = 10": lambda: [experiment("conditioning", "init", "condition")],
    "= .980 a step in the long run": lambda: [
        (10**2 - 1) / (10**2 + 1), 1 - (1 / (1 + 0.01)) * 0.1**2],
    "those of SGD, power .5 and AdamW": lambda: [
        spec_of("between")["lanes"][1]["phases"][0]["optimizer"]["power"]],
    "Spectral power .5": lambda: [
        spec_of("between")["lanes"][1]["phases"][0]["optimizer"]["power"]],
    "One Muon, eight libraries' conventions": lambda: [
        spec_of("libraries")["lanes"][0]["phases"][0]["optimizer"]["lr"], shape_spread()],
    # The published presets
    "Layer 1 is trained for 600 steps by SGD": lambda: [phase_one_steps()],
    "layer 2 still needs 115 steps fewer": lambda: [
        published("staged", "sgd", "phase2_steps") - published("staged", "muon", "phase2_steps"),
        published("staged", "muon", "phase2_steps"), published("staged", "sgd", "phase2_steps")],
    "steps after Muon and 11518 after SGD": lambda: [
        published("blackbox", "muon", "steps"), published("blackbox", "sgd", "steps")],
    "layers 2, 3": lambda: [NAME],
    "After 80 steps from zero its cross-entropy": lambda: [
        experiment("ce-probe", "probe", "steps"), published("ce_probe", "muon", "loss_80"),
        published("ce_probe", "sgd", "loss_80")],
    "take turns of {} steps until the relative error": lambda: [
        math.sqrt(spec_of("tau")["lanes"][0]["until"]["loss"])],
    "gets there in 12 % fewer steps": lambda: [
        100 * (1 - published("tau", "10", "muon") / published("tau", "10", "sgd"))],
    "after 20 the square root on every layer": lambda: [
        constant("core/experiment/published/screening.cpp", r"horizon = (\d+)")],
    "Two planners choose each layer's power every 10 steps": lambda: [
        published("dp", "rollout_counts", "0.5,0.5,0.5"), 3**3,
        published("dp", "jacobian_decisions")[0]["horizon"]],
    "2.083 after 100 steps against SGD's 2.260": lambda: [
        published("dp", "loss_100", "rollout"), 100, published("dp", "loss_100", "sgd")],
    "is ahead of both at step 50": lambda: [
        True_(published("dp", "loss_50", "jacobian") < min(published("dp", "loss_50", "sgd"),
                                                           published("dp", "loss_50", "rollout")),
              "ahead")],
    "Muon on 1 to {}": lambda: [NAME],
    # The window
    "1 \\xe2\\x80\\x93 9": lambda: [NAME, NAME],
    "Ctrl 0": lambda: [NAME],
    "give a matrix with 1 to {}": lambda: [NAME],
    "A change starts over at step 0": lambda: [NAME],
    "each from 64 to 8192 pixels": lambda: [
        constant("app/gui/render_main.cpp", r"n >= (\d+)"),
        constant("app/gui/render_main.cpp", r"n <= (\d+)")],
    "give a number from 0.5 to 4": lambda: [
        constant("app/gui/render_main.cpp", r"o\.scale < ([\d.]+)"),
        constant("app/gui/render_main.cpp", r"o\.scale > (\d+)")],
    "give a number of steps, 0 or more": lambda: [NAME],
    "OpenGL 3.3 is needed": lambda: [NAME],
    "#version 330 core": lambda: [NAME],
    "a part of the error that this layer cannot remove": lambda: [NAME],
    "Above 1 the error grows": lambda: [NAME],
    "up to 512 rows and columns": lambda: [
        constant("app/gui/lab.cpp", r"largest_side = (\d+)")],
    "Spectral power: 1 keeps the gradient's direction": lambda: [power_one(), power_zero()],
    "for n = 16 to 1024, on a thread": lambda: lab_sizes(),
    "exponents are fitted from n = 128": lambda: [
        constant("app/gui/lab_timing.cpp", r"counted\((\d+)\)")],
    "times every engine that is on, n = 16 to 1024": lambda: lab_sizes(),
    "0 for an orthogonal O": lambda: [
        orthogonalised("gaussian:64x64", "--precision", "float64")["svd"]["orthogonality_error"]],
    "into the custom coefficients": lambda: [True_(best_cubic(), "no cubic nearer"), 1.5, 0.5,
                                             NAME, NAME],
    "Learning rate over steps 0 to {}": lambda: [NAME, NAME],
    "is at least 90 % of s_k": lambda: [
        100 * constant("app/gui/panels/measures.cpp", r"strengths\[k\] >= ([\d.]+) \*")],
    "Half of all matrices have a larger one": lambda: [edelman_median()],
    "exceed once in a hundred times": lambda: [kolmogorov_hundredth()],
    "Matrices whose numerical rank is below n": lambda: [2.0**-52 * 1e16, NAME],
    "The law gives them probability 0": lambda: [edelman_at_zero()],
    "The density at 0 is 1": lambda: [
        True_(abs((1 - math.exp(-(1e-6**2) / 2 - 1e-6)) / 1e-6 - 1) < 1e-5, "slope of the law")],
    "Near 0 the density grows": lambda: [NAME],
    "Shows where the points were at step 0": lambda: [NAME],
    "from the published one on: 1 to 1000": lambda: [
        NAME, constant("app/gui/panels/staged_planner.cpp", r"view\.sweep_seeds, 1, (\d+)")],
    "1–9 presets": lambda: [NAME],
    "Plain SGD: 1": lambda: [sgd_fidelity()],
    "W₀ are the layer's weights at step 0": lambda: [NAME],
    "Below 0 when the change has grown": lambda: [NAME],
    "Keys 1 to 9": lambda: [NAME, NAME],
    "Steps a second wanted, 1 to 1000": lambda: [
        NAME, constant("app/gui/panels/transport.cpp", r"fastest = (\d+)")],
    "Double click: 60": lambda: [spec_default("run.speed")],
    "For a projector: 150 %": lambda: [NAME],
    "Step 0 again": lambda: [NAME],
    # The paper's page; its tables are held against the published figures as they stand
    "Common to all: float64, width 64": lambda: [
        experiment("staged", "network", "width"), WIDTHS("adjacent")[0]],
    "3 Newton–Schulz iterations (5 in": lambda: [
        spec_of("staged")["lanes"][1]["phases"][0]["optimizer"]["iterations"],
        spec_of("tau")["lanes"][1]["phases"][0]["optimizer"]["iterations"]],
    "600 steps at rate 0.2 towards": lambda: [
        phase_one_steps(), spec_of("staged")["lanes"][0]["phases"][0]["optimizer"]["lr"]],
    "a fresh layer 2 at rate 0.02": lambda: [
        spec_of("staged")["lanes"][0]["phases"][1]["optimizer"]["lr"]],
    "layer 2 needs 0.9 % fewer steps": lambda: [
        100 * (1 - published("staged", "muon", "phase2_steps")
               / published("staged", "sgd", "phase2_steps"))],
    "phase 2 takes 30968 steps": lambda: [
        exact_staged()["Muon"][1], exact_staged()["Muon"][1] / exact_staged()["SGD"][1]],
    "learn by gradient descent, rate 0.08": lambda: [
        2 * spec_of("black-box")["lanes"][0]["phases"][-1]["optimizer"]["lr"],
        constant("core/experiment/published/blackbox.cpp", r"= (2500)")],
    "101 steps fewer": lambda: [
        published("blackbox", "sgd", "steps") - published("blackbox", "muon", "steps")],
    "The head starts at zero: 4096 samples": lambda: [
        experiment("ce-probe", "probe", "samples"), experiment("ce-probe", "probe", "lr"),
        experiment("ce-probe", "probe", "steps")],
    "The loss after 80 steps of a head": lambda: [experiment("ce-probe", "probe", "steps")],
    "A difference of 0.0038 on one seed": lambda: [
        published("ce_probe", "sgd", "loss_80") - published("ce_probe", "muon", "loss_80")],
    "until 30 % are misclassified": lambda: [100 * experiment("ce-probe", "probe", "threshold")],
    "Layer 2 always uses SGD, both at rate": lambda: [
        spec_of("tau")["lanes"][1]["phases"][0]["optimizer"]["lr"]],
    "(τ = 10)": lambda: [NAME],
    "Three layers, each with p = 1 (SGD)": lambda: [
        spec_of("planned")["lanes"][0]["phases"][0]["optimizer"]["lr"], 3**3,
        published("dp", "rollout_counts", "0.5,0.5,0.5")],
    "the rollout planner takes ½ everywhere for 10": lambda: [
        100, published("dp", "rollout_counts", "0.5,0.5,0.5"),
        published("dp", "rollout_counts", "1,1,1")],
    "begins with 0 everywhere for 30 steps": lambda: [
        True_(published("dp", "jacobian_decisions")[0]["schedule"] == [0, 0, 0], "zeros"),
        10 * sum(d["schedule"] == [0, 0, 0] for d in published("dp", "jacobian_decisions"))],
    "is at 1.837 after 100 steps": lambda: [min(schedules()), 100],
    "Can the loss after 20 steps be told": lambda: [NAME],
    "each held for 20 steps": lambda: [
        constant("core/experiment/published/screening.cpp", r"horizon = (\d+)")],
    "schedule | after 1 step": lambda: [NAME, NAME],
    "Spearman's rank correlation with the loss after 20": lambda: [
        NAME, published("screening", "spearman_prefix"),
        published("screening", "spearman_predicted")],
    "SGD is ahead after one step and not after 20": lambda: [NAME],
    "held for 100 steps; the first 20": lambda: [NAME, NAME],
    "near 42 where 15 comes out": lambda: [
        About(sum(r["predicted"] for r in published("screening", "rows")) / 8, 0.02),
        About(sum(r["loss_20"] for r in published("screening", "rows")) / 8, 0.05)],
    "The factor 0.05 is part of the recipe": lambda: [
        constant("core/experiment/published/screening.cpp", r"(0\.05)")],
    "A net of five layers with tanh, 512 samples": lambda: [
        experiment("adjacent", "data", "samples"),
        spec_of("adjacent")["lanes"][0]["phases"][0]["optimizer"]["lr"],
        constant("core/experiment/published/mlp.cpp", r"rounds = (\d+)")],
    "the whole drop falls from 0.0610": lambda: [
        published("mlp")[0]["drop_a"], published("mlp")[3]["drop_b"]],
    "Gains are below 1 % of the drop": lambda: [
        True_(all(m["g"] < 0.01 * m["drop_a"] for m in published("mlp")), "below")],
    "Figures printed to the last bit": lambda: [NAME],
    "tensor cores of NVIDIA's Ampere": lambda: [NAME],
}

LONG_CLAIMS = {
    "holds each of the 196 against": lambda: [total_figures()],
    "All 196 are exact": lambda: [total_figures(), NAME],
    "every one of the 196 figures is exact": lambda: [total_figures()],
    "printed figures, 196 in all": lambda: [total_figures()],
    "Over 40 seeds SGD − Muon is +77 ± 96": lambda: [
        40, *mean_of("fixed-steps")[:3], *mean_of("matched-distance")[:2],
        *mean_of("matched-loss")[:2],
        True_(all(mean_of(b)[2] == 40 for b in ("matched-distance", "matched-loss")), "all")],
    "With seeds shifted by 0 to 39 Muon saves": lambda: [
        0, 39, *mean_of("fixed-steps")[:3], 40],
}


# ---- small computations that claims share ----


@functools.lru_cache(maxsize=None)
def total_figures():
    """As many as the program compares, all of them exact."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "figures.json")
        done = subprocess.run([PROGRAM, "reproduce", "all", "--json", path], capture_output=True,
                              check=False)
        assert done.returncode == 0
        text = done.stdout.decode()
    return sum(line.rstrip().endswith("exact as printed") for line in text.split("\n"))


def engine_slope(name):
    engine = name.partition(":")[0]
    return orthogonalised("gaussian:8x8", "--engine", name)[engine]["slope_at_zero"]


def polar_safety(engine):
    """What the program divides by before the first iteration, from its slope."""
    index = 0
    first = rows(engine)[index][0]
    return first / engine_slope(f"{engine}:1")


def power_zero():
    made = orthogonalised("gaussian:16x16", "--precision", "float64", "--power", "0")
    return 1 - made["spectral_power"]["cosine_to_polar"]


def power_one():
    made = orthogonalised("gaussian:16x16", "--precision", "float64", "--power", "1")
    return made["spectral_power"]["cosine_to_gradient"]


def multiply_adds_ratio():
    made = orthogonalised("gaussian:48x64", "--precision", "float64")
    return made["svd"]["multiply_adds"] / made["jordan"]["multiply_adds"]


def newton_overshoots():
    made = orthogonalised("gaussian:64x64", "--precision", "float64", "--engine", "newton:1")
    return made["newton"]["largest"] > 10


@functools.lru_cache(maxsize=None)
def best_cubic():
    """No cubic near the formula's is nearer to 1 on [l, 1], and its ends lie at 2 - b and b."""

    def distance(a, b, low):
        return max(
            abs(x * (a + b * x * x) - 1) for x in (low + (1 - low) * i / 4000 for i in range(4001))
        )

    for low in (0.001, 0.1, 0.5):
        alpha = math.sqrt(3 / (1 + low + low * low))
        beta = 4 / (2 + low * (low + 1) * alpha**3)
        a, b = 1.5 * beta * alpha, -0.5 * beta * alpha**3
        best = distance(a, b, low)
        for da in (-0.01, 0, 0.01):
            for db in (-0.01, 0, 0.01):
                if distance(a + da, b + db, low) < best - 1e-6:
                    return False
        made = orthogonalised("gaussian:8x8", "--engine", "optimal_cubic:1", "--low", str(low))
        if abs(made["optimal_cubic"]["slope_at_zero"] - a) > 1e-9:
            return False
    return True


def eight():
    return sum(tuple(r) == tuple(rows("jordan")[0]) for r in rows("eight_plus_two"))


def edelman_at_zero():
    return math.exp(-2 / 0.001 - 2 / 0.001**2)


def flat_flatness():
    p = [1 / 8] * 8
    return math.exp(-sum(x * math.log(x) for x in p)) / 8


def phase_one_steps():
    return spec_of("staged")["lanes"][1]["phases"][0]["until"]["steps"]


def lab_sizes():
    return [
        constant("app/gui/lab_timing.cpp", r"smallest = (\d+)"),
        constant("app/gui/lab_timing.cpp", r"largest = (\d+)"),
    ]


def shapes_of_widths():
    _, summary = run("two-ways-up", 1, "network.widths=32,16,8")
    ranks = [len(v) for v in summary["lanes"][0]["singular_values"]["layers"]]
    return [ranks[0], 32, ranks[1], 16]


def equal_modes():
    values = run("theory", 100, "target.decay=1")[1]["lanes"][2]["singular_values"]["product"][:12]
    return max(values) - min(values) < 1e-6


def never_moves():
    lanes = run("two-ways-up", 5, "init.scale=0")[1]["lanes"]
    return all(max(lane["singular_values"]["product"]) == 0 for lane in lanes)


def diverging_exit_code():
    return subprocess.run(
        [PROGRAM, "run", "two-ways-up", "--steps", "50", "--set", "lanes.0.optimizer.lr=50"],
        capture_output=True, check=False).returncode


def signed_steps(signs):
    _, summary = run("staged", 60000, f"target.signs={signs}", "record.dense=1",
                     "target.stream_seed=2", "init.stream_seeds=2,3")
    return summary["lanes"][0]["phase_steps"][1]


def inverse_root_starts_at_lr():
    column = history_of("two-ways-up", 200, "lanes.0.optimizer.schedule=inverse_sqrt")["SGD"][
        "layer_1_learning_rate"]
    first = min(column)
    return abs(column[first] - 0.02 / math.sqrt(first)) < 1e-12


def stability_at_depth_two():
    def loss(rate):
        return run("theory", 400, f"lanes.0.optimizer.lr={rate}")[1]["lanes"][0]["loss"]

    below, above = loss(0.9 / 4), loss(1.3 / 4)
    return below < 1e-3 and (above is None or above > 1e-2)


def relative_is_half(data):
    """Relative loss at lr, half loss at 2 lr/|A|^2 (with data 2 lr n/|Y|^2): the same weights."""
    settings = ["network.depth=2", "run.speed=0"] + ([data] if data else [])
    relative = run("two-ways-up", 50, "loss=relative", *settings)[1]["lanes"][0]
    # |A|^2 (or |Y|^2/n) from the two losses at one place: half = 1/2 q, relative = q/|A|^2.
    start_half = run("two-ways-up", 1, "lanes.0.optimizer.lr=0", *settings)[1]["lanes"][0]["loss"]
    start_relative = run("two-ways-up", 1, "loss=relative", "lanes.0.optimizer.lr=0",
                         *settings)[1]["lanes"][0]["loss"]
    norm = 2 * start_half / start_relative
    scaled = run("two-ways-up", 50, f"lanes.0.optimizer.lr={2 * 0.02 / norm!r}",
                 *settings)[1]["lanes"][0]
    return all(
        abs(a - b) < 1e-9
        for a, b in zip(scaled["singular_values"]["product"], relative["singular_values"]["product"])
    )


def matched_floor():
    return constant("core/optim/optimizer.cpp", r"matched_floor = ([\de-]+);") == 1e-7


def sgd_fidelity():
    column = history_of("two-ways-up", 200)["SGD"]["layer_1_gradient_fidelity"]
    return sum(column.values()) / len(column)


def spec_default(key):
    match = re.search(rf"(?m)^\s*{re.escape(key)}\s.*", parameters())
    return experiment("two-ways-up", *key.split(".")) if match else math.nan


@functools.lru_cache(maxsize=None)
def sweep():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sweep.json")
        muonscope("sweep", "--seeds", "40", "--json", path)
        with open(path, encoding="utf-8") as file:
            return json.load(file)


def mean_of(budget):
    key = budget.replace("-", "_")
    found = next(b for b in sweep()["budgets"] if b["budget"].replace("-", "_") == key)
    saved = [seed["difference"] for seed in found["seeds"]]
    mean = sum(saved) / len(saved)
    deviation = math.sqrt(sum((x - mean) ** 2 for x in saved) / (len(saved) - 1))
    return mean, deviation, sum(x > 0 for x in saved)


# ---- the numbers of whole sources ----


def flavour_rows():
    with open(os.path.join(ROOT, "core/optim/flavours.cpp"), encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r'\{"(\w+)", "([^"]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+),', text):
        yield match.group(1), match.group(2), "".join(re.findall(r'"([^"]*)"', match.group(3)))


def flavour_numbers(slug):
    spec = flavour(slug)
    values = [spec["lr"], spec["momentum"], spec["weight_decay"], 0.2, 1e-7]
    if spec["kind"] == "adamw":
        values += [spec["beta1"], spec["beta2"], spec["epsilon"]]
    return values


def names_a_flavours_numbers(sentence, tokens, guide):
    if guide:
        labels = {"Jordan": "jordan", "torch.optim.Muon": "torch", "Moonlight": "moonlight",
                  "dion Muon": "dion", "optax.contrib.muon": "optax", "Keras Muon": "keras",
                  "NeMo Emerging-Optimizers": "nemo", "pytorch_optimizer": "pytorch_optimizer",
                  "MLX Muon": "mlx"}
        slug = labels.get(sentence.partition(" | ")[0])
        slugs = [slug] if slug else []
    else:
        slugs = [slug for slug, _, help_ in flavour_rows() if sentence.strip() in help_]
    if not slugs:
        return False
    return all(
        any(abs(value_of(t) - v) < 1e-12 for v in flavour_numbers(slug))
        for slug in slugs for t in tokens
    )


def is_published(token):
    if len(token.lstrip("−-").replace(".", "").lstrip("0")) < 3 and "e" not in token:
        return None  # too short to be known again
    return any(agrees(token, figure) for figure in published_numbers())


def names_published_figures(sentence, tokens):
    """A row of a table on the paper's page; shares are of the two before them."""
    if " | " not in sentence:
        return False
    cells = [c.strip("* ") for c in sentence.split(" | ")]
    for token in tokens:
        known = is_published(token)
        if known or (known is None and token in cells[0]):
            continue
        if any(token in c and c.endswith("%") for c in cells):
            sgd, muon = value_of(cells[1]), value_of(cells[2])
            if agrees(token, 100 * (muon / sgd - 1)):
                continue
        if token in cells[0]:
            continue
        return False
    return True


def is_sensible_range(sentence, tokens):
    """Within what the parameter allows; checked on the row that the sentence stands in."""
    if not sentence.startswith("Sensible:"):
        return False
    text = re.sub(r"\s+", " ", parameters())
    return sentence.strip() in text and all(value_of(t) >= 0 for t in tokens)


class Words(unittest.TestCase):
    maxDiff = None

    def test_every_number_is_computed(self):
        faults, used = [], set()
        for path, sentence, tokens in with_numbers(ROOT):
            if path.endswith("flavours.cpp") or (path.endswith("guide.md") and " | " in sentence):
                try:
                    if names_a_flavours_numbers(sentence, tokens, path.endswith(".md")):
                        continue
                except AssertionError as fault:
                    faults.append(f"{path}: {fault}")
                    continue
            if path.endswith("paper.md") and names_published_figures(sentence, tokens):
                continue
            if path.endswith("parameter_table.cpp") and is_sensible_range(sentence, tokens):
                continue
            if any(fragment in sentence for fragment in LONG_CLAIMS):
                continue
            found = [fragment for fragment in CLAIMS if fragment in sentence]
            if not found:
                faults.append(f"{path}: nobody computes “{sentence[:160]}” {tokens}")
                continue
            fragment = max(found, key=len)
            used.update(found)
            try:
                claims = CLAIMS[fragment]()
            except Exception as fault:  # noqa: BLE001: one fault must not hide the others
                faults.append(f"{path}: “{fragment}”: {type(fault).__name__} {fault}")
                continue
            if len(claims) != len(tokens):
                faults.append(f"{path}: “{fragment}”: {tokens} against {claims}")
                continue
            for token, claim in zip(tokens, claims):
                if not agrees(token, claim):
                    faults.append(f"{path}: “{fragment}” says {token}, it is {claim}")
        faults += [f"no sentence says “{f}” any more" for f in CLAIMS if f not in used]
        self.assertFalse(faults, "\n" + "\n".join(faults))

    @unittest.skipUnless(LONG, "many seeds: --long")
    def test_numbers_of_many_seeds(self):
        for fragment, make in LONG_CLAIMS.items():
            found = [t for _, s, t in with_numbers(ROOT) if fragment in s]
            self.assertTrue(found, fragment)
            for tokens in found:
                claims = make()
                self.assertEqual(len(tokens), len(claims), fragment)
                for token, claim in zip(tokens, claims):
                    self.assertTrue(agrees(token, claim), f"{fragment}: {token}, it is {claim}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
