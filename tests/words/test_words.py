#!/usr/bin/env python3
"""usage: test_words.py [--long]     (needs MUONSCOPE, the program)

Every sentence with a number (sentences.py) is computed here, with the program or apart from it, or
the test fails: for a sentence that nobody claims, for a number that comes out otherwise at the
digits it is written with, and for a claim whose sentence is gone. Numbers that measure nothing are
held to the text around them (Name, excused.txt). Every digit of every claimed number is changed by
one, too, and the claim must refuse it. --long: what takes many seeds.
"""

import collections
import csv
import functools
import glob
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

from sentences import all_excused, with_numbers  # noqa: E402
from written import Name, Over, Rounded, Rule, Under, agrees, changed, value_of  # noqa: E402

PROGRAM = os.environ.get("MUONSCOPE")
if not PROGRAM or not os.access(PROGRAM, os.X_OK):
    sys.exit("MUONSCOPE does not name the program: run this through ctest, or set it")
LONG = "--long" in sys.argv


# ---- with the program ----


def muonscope(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise AssertionError(f"{arguments}: {done.stderr}")
    return done.stdout


@functools.lru_cache(maxsize=None)
def run(preset, steps, *settings, seed=None):
    """{lane: {column: {step: value}}} and the summary; where memory and time allow, every step."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        options = ["--set", f"record.dense={max(steps, 1)}"]
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
        if len(mode) != steps + 1:
            raise AssertionError(f"{preset}: {len(mode)} of {steps + 1} steps were recorded")
        result.append(min((t for t in mode if mode[t] >= 0.9 * level), default=math.inf))
    return result


def bodies(lane, steps=260):
    """By step of Three dimensions: what the product makes of the sphere."""
    columns = history_of("three-dimensions", steps)[lane]
    words = []
    for t in range(steps + 1):
        long, middle, short = (columns[f"product_sv_{k}"][t] for k in (1, 2, 3))
        words.append("ball" if short >= 0.8 * long else "needle" if middle < 0.2 * long
                     else "disc" if short < 0.2 * middle else "")
    return words


@functools.lru_cache(maxsize=None)
def through(depth, lane="SGD"):
    """Of the preset How deep? with so many layers: when the first mode is learned and the last."""
    at = arrivals("depth", lane, 700, targets(2, 0.6, 5), f"network.depth={depth}")
    return min(at), max(at)


def critical_at_start(preset):
    """2/λ of two layers near a minimum, λ = s_1(W_1)² + s_1(W_2)², with the weights of the start."""
    columns = next(iter(history_of(preset, 1).values()))
    return 2 / (columns["layer_1_sv_1"][0] ** 2 + columns["layer_2_sv_1"][0] ** 2)


def known(step, lane, facts=(1, 33, 64), *settings):
    """Of the preset Rare facts: the probability of these facts' right answers."""
    columns = history_of("rare-facts", 10, *settings)[lane]
    return [columns[f"fact_probability_{k}"][step] for k in facts]


def crowded(step, lane, column, *settings):
    return history_of("rare-facts-crowded", step, *settings)[lane][column][step]


def rates_of(preset):
    return [lane["phases"][0]["optimizer"]["lr"] for lane in spec_of(preset)["lanes"]]


def neighbours(rate):
    """Of 1 and 3 times powers of ten: the one below and the one above."""
    one = f"{rate:e}".startswith("1")
    return [f"{rate * (0.3 if one else 1 / 3):.6g}", f"{rate * (3 if one else 10 / 3):.6g}"]


def with_rates(rates):
    return [f"lanes.{lane}.optimizer.lr={rate}" for lane, rate in enumerate(rates)]


def least_rates_know_the_first(probability):
    below = with_rates(neighbours(rate)[0] for rate in rates_of("rare-facts"))
    lanes = history_of("rare-facts", 10)
    return all(known(10, lane, (1,))[0] >= probability > known(10, lane, (1,), *below)[0]
               for lane in lanes)


def largest_rate():
    return constant("core/experiment/parameter_table.cpp", r'"lr", "Learning rate", log_range\(0, (\d+),')


def rates_are_best_of_their_neighbours(steps):
    lanes = history_of("rare-facts-crowded", steps)
    for side in (0, 1):
        rates = [min(float(neighbours(rate)[side]), 100) for rate in rates_of("rare-facts-crowded")]
        for lane, rate, own in zip(lanes, rates, rates_of("rare-facts-crowded")):
            other = crowded(steps, lane, "loss", *with_rates(rates))
            if rate != own and not other > crowded(steps, lane, "loss"):
                return False
    return True


def noise_beside_truth(lane, step):
    """Of the preset Noise first: the fifth singular value beside the fourth, the last true one."""
    columns = history_of("noise-first", 300)[lane]
    return columns["product_sv_5"][step] / columns["product_sv_4"][step]


def after(preset, step, column, lane):
    """What a lane of a transformer has come to; without rows in between, which take long."""
    return run(preset, step, "record.dense=1")[0][lane][column][step]


def both_after(preset, step, column="loss"):
    return [after(preset, step, column, lane) for lane in ("AdamW", "Muon inside")]


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
PRESET_KEYS = lambda: [  # noqa: E731
    constant("app/gui/keys.cpp", r"ImGuiKey_(\d) \+ i\)"),
    constant("app/gui/keys.cpp", r"i < (\d+); \+\+i\)\s+if \(pressed"),
]
PICTURE = lambda: constant("tests/pictures.sh", r"render two-ways-up --steps (\d+)")  # noqa: E731
SMALL_TEXT = lambda: constant(  # noqa: E731
    "core/experiment/token_tasks/small_text.cpp", r"wanted_bytes = (\d+)")
TEMPERATURE = lambda: constant(  # noqa: E731
    "app/gui/tokens_now.cpp", r"temperature = ([\d.]+)")
FRAMES = lambda: constant("app/gui/frame_pacer.h", r"shortest_frame = 1\.0 / (\d+)")  # noqa: E731
TENSOR_BITS = lambda: constant(  # noqa: E731
    "core/linalg/kernels/per_level/tensor_core.cpp", r"kept_bits = (\d+)")
LAYOUT_KEY = lambda: constant(  # noqa: E731
    "app/gui/keys.cpp", r"ImGuiKey_(\d), false\)\) context\.view\.reset_layout")
HORIZON = lambda: constant(  # noqa: E731
    "core/experiment/published/screening.cpp", r"horizon = (\d+)")
CLASSES_TEST = "class_means_lie_on_the_unit_circle_of_the_two_leading_directions"


# Fragment of a sentence: what its numbers are, in the order in which they stand in it.
CLAIMS = {
    # README
    "*Two ways up*, step 140": lambda: [PICTURE()],
    "On Debian 12 with git": lambda: [Name("Debian 12")],
    # The title of a lesson; the panel counts the values of the model that is open.
    "one number of 97,920": lambda: [Name("97,920"), Name("97,920")],
    "without that of block 11's ffn_down": lambda: [Name("block 11")],
    "One number of 97,920": lambda: [Name("97,920"), Name("97,920")],
    "median {}, 99 % {}, largest {}": lambda: [Name("99 %")],
    "The program opens on *Two ways up*": lambda: [
        experiment("two-ways-up", "network", "depth"),
        experiment("two-ways-up", "network", "width"),
        experiment("two-ways-up", "target", "scale"),
        experiment("two-ways-up", "target", "decay"),
        spec_of("two-ways-up")["lanes"][1]["phases"][0]["optimizer"]["lr"],
        experiment("two-ways-up", "run", "speed"),
    ],
    "SGD's smallest mode is at nine tenths at step 564": lambda: [
        arrivals("two-ways-up", "SGD", 1200, targets())[-1],
        max(arrivals("two-ways-up", "Muon", 200, targets())),
    ],
    "This is written as {0}": lambda: [Name("written as {0}:"), Name("end in {0}, or")],
    "type `muonscope run two-ways-up`": lambda: [PICTURE()],
    "1 – 9 | presets": PRESET_KEYS,
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
        constant("app/cli/command_line.h", r"missed = (\d)"),
    ],
    "are compared to 10 decimals": lambda: [decimals_to_the_last_bit()],
    "whose Muon steps the published tolerance is 5": lambda: [
        published("tau", "muon_tolerance_steps")
    ],
    "a difference of 5 would be accepted": lambda: [published("tau", "muon_tolerance_steps")],
    "frames (60 a second at most": lambda: [FRAMES()],
    "Dear ImGui, glad": lambda: [
        Name("(MPL 2)"), Name("(BSD-3)"), Name("(OFL 1.1)")],
    # Guide
    "O the orthogonalised B: k Newton–Schulz": lambda: list(rows("jordan")[0]),
    "p = 1 is SGD's direction, 0 Muon's limit": lambda: [polar_at_zero()],
    "Five of Jordan's iterations send everything above 1 %": lambda: [
        Rule(1, OF_1E2() == image("jordan", 5, 1 / 100), "per cent, from there on"), *OF_1E2(),
        slope("jordan", 5)],
    "The **shape scale** is": lambda: [SCALES["rms"](25, 25) / 5],
    "a momentum of 0 always does": lambda: [
        Rule(0, there_is_a_test("Optimizer", "a_buffer_without_momentum_is_empty"), "empty")],
    "*Fixed steps*: 600 in both arms": lambda: [phase_one_steps()],
    "as the farther arm (Muon) is after 600": lambda: [phase_one_steps()],
    "median and quartiles, for n = 16 to 1024": lambda: lab_sizes(),
    "median 3.67 n": lambda: [edelman_median()],
    "A singular one has probability 0": lambda: [edelman_at_zero()],
    "1 when all singular values are equal": lambda: [flat_flatness()],
    "each of the first 256": lambda: [constant("core/experiment/spec.h", r"dense = (\d+);")],
    "at most 60 frames a second": lambda: [FRAMES()],
    "*SGD diverged at step 24 in layer 1": lambda: [diverged(0.2), 0.2],
    "A read-out says what its number stands for": lambda: [
        Rule(212, stretch_at(212) == [212], "a row of its own")],
    "*steps 509–512: last, min – max*": lambda: [stretch_at(512)[i] for i in (0, -1)],
    "*steps 511, 512 of 509–512*": lambda: [
        511, 512, *(stretch_at(512)[i] for i in (0, -1))],
    "nothing that comes back after 4, 8 or 16": lambda: [
        Rule(n, every_phase_is_seen(n), "no phase is left out") for n in (4, 8, 16)],
    "and ends with exit code 3": lambda: [diverging_exit_code()],
    "at seed shift 2": lambda: [
        2, signed_steps("own"), signed_steps("largest-positive"), lapack("dgesdd"),
        lapack("dgesvd")],
    # Orthogonalisers
    "singular values that are all about 1": lambda: [
        Rounded(orthogonalised("gaussian:64x64", "--precision", "float64")["svd"]["largest"])],
    "its fixed points .868 and 1.264 repel": lambda: [*jordan_fixed_points(), *OF_1E2()],
    "made safe by 1.01": lambda: [
        polar_safety("polar_express"), 1e-3, image("polar_express", 8, 1e-3, share=1.01)[1]],
    "slope 7.6 after five": lambda: [slope("cubic", 5)],
    "slope 23 after five": lambda: [8, slope("pade", 5)],
    "(35x − 35x³ + 21x⁵ − 5x⁷)/16": lambda: [35 / engine_slope("septic:1")],
    "the cubic that brings [low, 1] nearest to 1": lambda: nearest_to_one(),
    "The cubic that brings [low, 1] nearest to 1": lambda: nearest_to_one(),
    "32 terms at a time": lambda: [
        constant("core/linalg/kernels/per_level/bfloat16_product.cpp", r"terms = (\d+)")],
    "made safe by 1.02": lambda: [polar_safety("polar_express_speed")],
    "1.6 times the multiply-adds": lambda: [multiply_adds_ratio(48, 64), 48, 64],
    "makes small values large first": lambda: [Rule(1, newton_overshoots(), "above 1")],
    "p from −.5 to 1": lambda: [
        constant("app/cli/orthogonalise.cpp", r'"--power", (-?[\d.]+), 1\)')],
    "values from (0, 1]": lambda: [
        Under(orthogonalised("gaussian:64x64", "--precision",
                             "float64")["random_spectrum"]["largest"])],
    "Forty-eight singular values .8ᵏ": lambda: [0.8**0, 0.8**47],
    # Parameters
    "Depth + 1 widths, input first": lambda: [32, 16, 8, *shapes_of_widths()],
    "SGD is stable below lr of about 1/s_1 at depth 2": lambda: [
        Rule(2, stability_at_depth_two(), "stable below, not above")],
    "1 makes all modes equal": lambda: [Rule(1, equal_modes(), "equal")],
    "The weights at step 0": lambda: [first_step()],
    "At exactly 0 no deep net ever moves": lambda: [Rule(0, never_moves(), "stands still")],
    "or step 2000 where that may help": lambda: [
        constant("core/experiment/probe.cpp", r"most_softmax_steps = (\d+)")],
    "Empty: 0": lambda: [Rule(
        0, run("staged", 1, "init.stream_seeds=")[1]["lanes"][0]["loss"]
        == run("staged", 1, "init.stream_seeds=0")[1]["lanes"][0]["loss"], "the same start")],
    "relative takes the steps of half": lambda: [
        Rule(2, relative_is_half(""), "the same weights"),
        Rule(2, relative_is_half("data.kind=samples"), "the same weights")],
    "Standard deviation around a class mean": lambda: [
        Rule(1, there_is_a_test("Problem", CLASSES_TEST), "the length of a class mean")],
    "w the warm-up or 1": lambda: [Rule(1, inverse_root_starts_at_lr(), "share 1 at step 0")],
    "p = 1 is SGD, p → 0 Muon": lambda: [polar_at_zero()],
    "with Jordan's coefficients the slope is 41 at 3": lambda: [
        slope("jordan", 3), 3, slope("jordan", 5), 5, *OF_1E2()],
    "64-bit floating point": lambda: [Name("64-bit floating point.")],
    "32-bit floating point": lambda: [Name("32-bit floating point:")],
    "Values in [l, 1] end as near to 1": lambda: nearest_to_one(),
    "as long as SGD's step": lambda: [matched_floor()],
    "the size of an AdamW update": lambda: [SCALES["rms"](25, 25) / 5],
    "RMS's without the .2": lambda: [SCALES["rms"](25, 25) / SCALES["larger"](25, 25)],
    "Spectral power: U diag((s + 1e-12/lr)": lambda: [
        constant("core/optim/kinds/spectral.cpp", r"spectral_floor = ([\de-]+);")],
    "1 keeps the gradient, 0 makes all singular values equal": lambda: [
        gradient_at_one(), polar_at_zero()],
    # Engines
    "Steep at zero (slope 485 at 5 iterations)": lambda: [slope("jordan", 5), 5, *OF_1E2()],
    "As steep as Jordan's, and .978 to 1.032": lambda: [*image("you", 5, 1e-2), 1e-2],
    "with a safety factor of 1.01": lambda: [polar_safety("polar_express")],
    "Slope 967 at 5 iterations": lambda: [
        engine_slope("polar_express:5"), 5, first_exact("polar_express", 1e-3, 1.01), 1e-3],
    "with a safety factor of 1.02": lambda: [
        polar_safety("polar_express_speed"), polar_safety("polar_express_speed"),
        constant("core/linalg/engine.cpp", r"return \{speed_safety, ([\de-]+)\}")],
    "Steeper at zero than Polar Express": lambda: [slope("cans", 5), 5],
    "8 + 2": lambda: [eight()],
    "Made for 10 iterations": lambda: [len(rows("eight_plus_two")), eight()],
    "slope 7.6 at 5 iterations": lambda: [
        image("cubic", 20, 0.01)[1], slope("cubic", 5), 5],
    "x ← (15x − 10x³ + 3x⁵)/8": lambda: [15 / engine_slope("pade:1")],
    "slope 23 at 5 iterations": lambda: [image("pade", 20, 0.01)[1], slope("pade", 5), 5],
    "x ← (35x − 35x³ + 21x⁵ − 5x⁷)/16": lambda: [35 / engine_slope("septic:1")],
    "slope 50 at 5": lambda: [Rule(1, septic_converges(), "a fixed point"), septic_slope(5), 5],
    "From above 1 it converges by halving": lambda: [Rule(1, newton_overshoots(), "above 1")],
    "p = 1 keeps the direction of the gradient, 0 is": lambda: [polar_at_zero()],
    "random values from (0, 1]": lambda: [
        Under(orthogonalised("gaussian:64x64", "--precision",
                             "float64")["random_spectrum"]["largest"])],
    # Presets
    "the smallest after step 500": lambda: [
        Over(arrivals("two-ways-up", "SGD", 1200, targets())[-1], 100)],
    "Muon's rise together and are done by step 70": lambda: [
        max(arrivals("two-ways-up", "Muon", 200, targets()))],
    "and reaches the last after step 1000": lambda: [
        Over(arrivals("deep", "SGD", 1100, targets(2))[-1], 100)],
    "Momentum .95 makes steps up to 20 times": lambda: [
        spec_of("momentum")["lanes"][1]["phases"][0]["optimizer"]["momentum"],
        1 / (1 - spec_of("momentum")["lanes"][1]["phases"][0]["optimizer"]["momentum"]),
        Rule(600, arrivals("momentum", "Plain", 600, targets())[-1] == math.inf, "on its way")],
    "Muon has every mode by step 91, SGD the smallest": lambda: [
        max(arrivals("tanh", "Muon", 300, targets(2))),
        Over(arrivals("tanh", "SGD", 1000, targets(2))[-1], 100)],
    "512 noisy samples, 32 a step": lambda: [
        experiment("minibatch", "data", "samples"), experiment("minibatch", "data", "batch")],
    "Speech: what each lane goes on to say, drawn": lambda: [TEMPERATURE()],
    "or of 64 KB of little stories made by rules": lambda: [SMALL_TEXT() / 1024],
    "little stories made by rules, 64 KB": lambda: [SMALL_TEXT() / 1024],
    "*Speech*: what each lane goes on to say behind": lambda: [
        constant("app/gui/tokens_now.h", r"prompt_tokens = (\d+)"), TEMPERATURE()],
    "Facts are subjects x relations, at most 4096": lambda: [
        constant("core/experiment/spec.cpp", r"most_facts = (\d+)")],
    "Two blocks of width 32 read 64 KB of stories": lambda: [
        experiment("stories", "transformer", "width"), Name("64 KB of stories")],
    "AdamW, at the best of three rates, has a loss": lambda: [
        after("stories", 250, "loss", "AdamW"), Name("at step 250"),
        after("stories", 250, "loss", "Muon inside"), Name("at step 600"),
        *both_after("stories", 600)],
    "At step 250 the tail, asked for least": lambda: [
        Name("At step 250"), *both_after("token-facts", 250, "tail_loss"), Name("at step 420"),
        Name("at step 600"), *both_after("token-facts", 600, "tail_loss")],
    "256 facts, subject and relation to object": lambda: [
        experiment("token-facts", "task", "subjects")
        * experiment("token-facts", "task", "relations"),
        Rounded(256 ** experiment("token-facts", "task", "exponent"), 10)],
    "Sixteen of 32 symbols, and the same once more": lambda: [
        experiment("induction", "task", "symbols")],
    "AdamW has found it by step 100": lambda: [
        Name("by step 100"), *both_after("induction", 100), Name("by step 150")],
    "a + b modulo 31 from half of all pairs": lambda: [
        experiment("modular", "task", "modulus")],
    "At step 400 both say every one of these right": lambda: [
        Rule(400, both_after("modular", 400, "training_accuracy") == [1, 1], "step")],
    "the pairs never seen AdamW has": lambda: [
        after("modular", 400, "held_out_accuracy", "AdamW"),
        after("modular", 200, "held_out_accuracy", "AdamW"), Name("of step 200"),
        after("modular", 400, "held_out_accuracy", "Muon inside")],
    "AdamW comes to .97 by step 900": lambda: [
        after("modular", 900, "held_out_accuracy", "AdamW"), Name("by step 900")],
    "*first ≈ 0*: that mean is nearly zero": lambda: [Name("first ≈ 0")],
    "48 inputs through 64 and then only 8": lambda: [
        *WIDTHS("rectangular"), min(WIDTHS("rectangular")),
        experiment("rectangular", "target", "modes")],
    "The constant one arrives first, by step 68": lambda: [
        max(arrivals("matched-norm", "Muon constant", 200, targets())),
        max(arrivals("matched-norm", "Muon matched", 200, targets()))],
    "Polar Express stays within 1 % of it": lambda: [
        Rule(1, largest_gap_of_theory() < 0.01, "per cent")],
    "the pictures of maps leave nothing out": lambda: [
        experiment("three-dimensions", "network", "width")],
    "is its product from step 27 on": lambda: [
        bodies("Muon").index("ball"),
        max(t for t, word in enumerate(bodies("Muon")) if word == "ball") + 1],
    "product is a needle until step 107": lambda: [
        max(t for t, word in enumerate(bodies("SGD")) if word == "needle") + 1,
        arrivals("three-dimensions", "SGD", 260, targets(3, 0.6, 3))[-1]],
    "layer 2 stands still with κ = 10": lambda: [experiment("conditioning", "init", "condition")],
    "= .980 a step in the long run": lambda: [
        (10**2 - 1) / (10**2 + 1), 1 - (1 / (1 + 0.01)) * 0.1**2],
    "those of SGD, power .5 and AdamW": lambda: [
        spec_of("between")["lanes"][1]["phases"][0]["optimizer"]["power"]],
    "Spectral power .5": lambda: [
        spec_of("between")["lanes"][1]["phases"][0]["optimizer"]["power"]],
    "One Muon, eight libraries' conventions": lambda: [
        spec_of("libraries")["lanes"][0]["phases"][0]["optimizer"]["lr"], shape_spread()],
    "SGD has the largest at step 61": lambda: [
        arrivals("small-modes", "SGD", 900, targets(4, 0.5, 5))[0],
        arrivals("small-modes", "SGD", 900, targets(4, 0.5, 5))[-1],
        arrivals("small-modes", "Exact polar", 900, targets(4, 0.5, 5))[-1],
        arrivals("small-modes", "Exact polar", 900, targets(4, 0.5, 5))[0]],
    "One layer has all of them between steps": lambda: [
        *through(1), *through(2), *through(4), *through(8)],
    "Muon with eight has all of them by step 44": lambda: [through(8, "Muon")[1]],
    "its last mode at step 127, 103 steps after": lambda: [
        max(arrivals("norm-only", "SGD, Muon's length", 900, targets())),
        max(arrivals("norm-only", "SGD, Muon's length", 900, targets())) -
        min(arrivals("norm-only", "SGD, Muon's length", 900, targets()))],
    "10.625, 2.625, .625 and .125": lambda: [
        sum((4 * 0.5**k) ** 2 for k in range(j, 4)) / 2 for j in range(4)],
    "Eight modes from 4 down to .007": lambda: [4, 4 * 0.4**7],
    "SGD at .4 of its critical rate needs": lambda: [
        spec_of("ill-conditioned")["lanes"][0]["phases"][0]["optimizer"]["lr"] * 4],
    "smallest early, when the largest": lambda: [
        max(arrivals("ill-conditioned", "Muon", 300, targets(4, 0.4, 8)))],
    "whose curvature allows 2/λ = .047": lambda: [critical_at_start("too-large")],
    "At .03 the loss only falls": lambda: [
        *[lane["phases"][0]["optimizer"]["lr"] for lane in spec_of("too-large")["lanes"]],
        run("too-large", 40)[1]["lanes"][3]["step"]],
    "Four true modes in 64 noisy samples": lambda: [experiment("noise-first", "data", "samples")],
    "SGD has all four by step 217": lambda: [
        max(arrivals("noise-first", "SGD", 300, targets(4, 0.7, 4)))],
    "at step 50 the first mode of the noise": lambda: [
        Rule(50, noise_beside_truth("Muon", 50) > 0.95, "as large")],
    "At right angles, of length 1": lambda: [
        2 * history_of("two-ways-up", 1, "network.depth=1", "init.scale=0",
                       "data.kind=associations")["SGD"]["loss"][0]],
    "64 facts in a matrix of 64 x 64": lambda: [
        experiment("rare-facts", "data", "facts"), *[experiment("rare-facts", "network", "width")] * 2],
    "After ten steps SGD knows the first with probability": lambda: [
        *known(10, "SGD"), *known(10, "AdamW"), *known(10, "Muon")],
    "Each rate is the least, of 1 and 3 times powers of ten": lambda: [
        Rule(1, least_rates_know_the_first(0.98), "and at none below"), 3,
        Rule(0.98, least_rates_know_the_first(0.98), "and at none below")],
    "64 facts with Gaussian keys": lambda: [
        experiment("rare-facts-crowded", "data", "facts"),
        experiment("rare-facts-crowded", "network", "width"),
        Rule(1, rates_are_best_of_their_neighbours(400), "1 and 3 times powers of ten"), 3,
        Rule(100, largest_rate() == 100, "the largest that is allowed"), 400],
    "In this draw Muon's is .383 by then": lambda: [
        *[crowded(400, "Muon", column) for column in ("loss", "head_loss", "tail_loss")],
        crowded(400, "SGD", "tail_loss")],
    "AdamW, at .115, leaves both behind": lambda: [crowded(400, "AdamW", "loss")],
    "What is known of each of 64 facts after ten steps": lambda: [
        experiment("rare-facts", "data", "facts")],
    "After that one step its loss is 3.181": lambda: [
        history_of("rare-facts", 10)["Exact polar"]["loss"][1],
        *known(1, "Exact polar", (1, 64))],
    "SGD, which moves as far as it is pulled, knows": lambda: known(1, "SGD", (1, 64)),
    "with a tail exponent of 2 the last frequencies": lambda: [
        2, *known(10, "Muon", (64,), "data.exponent=2"),
        *known(10, "Exact polar", (64,), "data.exponent=2")],
    "Floored at .15 it passes": lambda: [
        spec_of("exact-polar")["lanes"][3]["phases"][0]["optimizer"]["floor"]],
    "With one draw all modes are learned by step 89": lambda: [
        max(arrivals("random-spectrum", "Random", 800, targets())),
        max(arrivals("random-spectrum", "Muon", 800, targets())),
        max(arrivals("random-spectrum", "Random again", 800, targets())),
        max(arrivals("random-spectrum", "SGD", 800, targets()))],
    # The published presets
    "Layer 1 is trained for 600 steps by SGD": lambda: [phase_one_steps()],
    "layer 2 still needs 115 steps fewer": lambda: [
        published("staged", "sgd", "phase2_steps") - published("staged", "muon", "phase2_steps"),
        published("staged", "muon", "phase2_steps"), published("staged", "sgd", "phase2_steps")],
    "steps after Muon and 11518 after SGD": lambda: [
        published("blackbox", "muon", "steps"), published("blackbox", "sgd", "steps")],
    "layers 2, 3": lambda: [spec_of("black-box")["lanes"][0]["phases"][-1]["layers"][1]],
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
        Rule(50, published("dp", "loss_50", "jacobian") < min(
            published("dp", "loss_50", "sgd"), published("dp", "loss_50", "rollout")), "ahead")],
    "Muon on 1 to {}": lambda: [spec_of("adjacent")["lanes"][1]["phases"][0]["layers"][0]],
    # The window
    "1 \\xe2\\x80\\x93 9": PRESET_KEYS,
    "Ctrl 0": lambda: [LAYOUT_KEY()],
    "give a matrix with 1 to {}": lambda: [
        Rule(1, constant("core/experiment/engine_bench.cpp",
                         r"matrix\.size\(\) == (0)\)\s+throw") == 0, "not empty")],
    "A change starts over at step 0": lambda: [first_step()],
    "each from 64 to 8192 pixels": lambda: [
        constant("app/gui/render_main.cpp", r"n >= (\d+)"),
        constant("app/gui/render_main.cpp", r"n <= (\d+)")],
    "give a number from 0.5 to 4": lambda: [
        constant("app/gui/render_main.cpp", r"o\.scale < ([\d.]+)"),
        constant("app/gui/render_main.cpp", r"o\.scale > (\d+)")],
    "give a number of steps, 0 or more": lambda: [
        constant("app/gui/render_main.cpp", r"o\.steps < (\d+)")],
    "OpenGL 3.3 is needed": lambda: [opengl()],
    "a part of the error that this layer cannot remove": lambda: [left_of_what_stays()],
    "Above 1 the error grows": lambda: [Rule(1, error_left_above_one_grows(), "and only then")],
    "up to 512 rows and columns": lambda: [
        constant("core/experiment/engine_bench.cpp", r"largest_side = (\d+)")],
    "Spectral power: 1 keeps the gradient's direction": lambda: [
        gradient_at_one(), polar_at_zero()],
    "for n = 16 to 1024, beside the": lambda: lab_sizes(),
    "exponents are fitted from n = 128": lambda: [
        constant("core/measure/engine_timing.cpp", r"counted\((\d+)\)")],
    "times every engine that is on, n = 16 to 1024": lambda: lab_sizes(),
    "0 for an orthogonal O": lambda: [
        orthogonalised("gaussian:64x64", "--precision", "float64")["svd"]["orthogonality_error"]],
    "into the custom coefficients": lambda: [
        Rule(1, best_cubic(1.5, 0.5, 3, 4), "no cubic nearer"), 1.5, 0.5, 3, 4],
    "is at least 90 % of s_k": lambda: [
        100 * constant("core/measure/spectrum_measures.cpp", r"strengths\[k\] >= ([\d.]+) \*")],
    "Half of all matrices have a larger one": lambda: [edelman_median()],
    "exceed once in a hundred times": lambda: [kolmogorov_hundredth()],
    "Matrices whose numerical rank is below n": lambda: [2.0**-52 * 1e16, 10],
    "The law gives them probability 0": lambda: [edelman_at_zero()],
    "The density at 0 is 1": lambda: [
        Rule(0, abs((1 - math.exp(-(1e-6**2) / 2 - 1e-6)) / 1e-6 - 1) < 1e-5, "slope of the law")],
    "Near 0 the density grows": lambda: [Rule(
        0, abs((1 - math.exp(-(1e-8) / 2 - 1e-4)) / 1e-4 - 1) < 1e-3, "the law's root of x")],
    "Shows where the points were at step 0": lambda: [first_step()],
    "from the published one on: 1 to 1000": lambda: [
        constant("app/gui/panels/staged_sweep.cpp", r"plans\.seeds, (\d+), \d+\)"),
        constant("app/gui/panels/staged_sweep.cpp", r"plans\.seeds, \d+, (\d+)\)")],
    "1–9 presets": lambda: PRESET_KEYS()[1:],
    "Plain SGD: 1": lambda: [sgd_fidelity()],
    "W₀ are the layer's weights at step 0": lambda: [first_step()],
    "Below 0 when the change has grown": lambda: [Rule(
        0, preservation_goes_below_zero(), "where the change is as long as the start")],
    "Keys 1 to 9": PRESET_KEYS,
    "Steps a second wanted, 1 to 1000": lambda: [
        constant("app/gui/panels/transport.cpp", r"std::log\(std::max\(speed, ([\d.]+)\)\)"),
        constant("app/gui/panels/transport.cpp", r"fastest = (\d+)")],
    "Double click: 60": lambda: [
        constant("app/gui/panels/transport.cpp", r"DoubleClicked\(.*\s+set_speed\(context, (\d+)\)")],
    "Text has a contrast of at least 4.5:1": lambda: [
        constant("tests/gui/theme_test.cpp", r"contrast\(ink, ground\), ([\d.]+)\)"), 1,
        constant("tests/gui/theme_test.cpp", r"contrast\(ink, t\.card\), ([\d.]+)\)"), 1],
    "Step 0 again": lambda: [first_step()],
    # The paper's page; of its tables further down
    "Common to all: float64, width 64": lambda: [
        experiment("staged", "network", "width"), WIDTHS("adjacent")[0]],
    "3 Newton–Schulz iterations (5 in": lambda: [
        spec_of("staged")["lanes"][1]["phases"][0]["optimizer"]["iterations"],
        spec_of("tau")["lanes"][1]["phases"][0]["optimizer"]["iterations"],
        100 * spec_of("staged")["lanes"][0]["phases"][1]["until"]["relative_error"]],
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
    "(τ = 10)": lambda: [spec_of("tau")["lanes"][0]["phases"][0]["until"]["steps"]],
    "Three layers, each with p = 1 (SGD)": lambda: [
        spec_of("planned")["lanes"][0]["phases"][0]["optimizer"]["lr"], 3**3,
        published("dp", "rollout_counts", "0.5,0.5,0.5")],
    "the rollout planner takes ½ everywhere for 10": lambda: [
        100, published("dp", "rollout_counts", "0.5,0.5,0.5"),
        published("dp", "rollout_counts", "1,1,1")],
    "begins with 0 everywhere for 30 steps": lambda: [
        Rule(0, published("dp", "jacobian_decisions")[0]["schedule"] == [0, 0, 0], "zeros"),
        10 * sum(d["schedule"] == [0, 0, 0] for d in published("dp", "jacobian_decisions"))],
    "is at 1.837 after 100 steps": lambda: [min(schedules()), 100],
    "Can the loss after 20 steps be told": lambda: [HORIZON()],
    "each held for 20 steps": lambda: [HORIZON()],
    "schedule | after 1 step": lambda: [
        constant("core/experiment/published/screening.cpp", r"run_to\(lane, (\d+)\)"), HORIZON()],
    "Spearman's rank correlation with the loss after 20": lambda: [
        HORIZON(), published("screening", "spearman_prefix"),
        published("screening", "spearman_predicted")],
    "SGD is ahead after one step and not after 20": lambda: [Rule(HORIZON(), (
        screened_first("one_step"), screened_first("loss_20")) == ([1, 1, 1], [0.5, 0.5, 0.5]),
        "the first")],
    "held for 100 steps; the first 20": lambda: [
        constant("tests/pictures.sh", r"panel screening schedules (\d+)"), HORIZON()],
    "near 42 where 15 comes out": lambda: [
        Rounded(sum(r["predicted"] for r in published("screening", "rows")) / 8),
        Rounded(sum(r["loss_20"] for r in published("screening", "rows")) / 8)],
    "The factor 0.05 is part of the recipe": lambda: [
        constant("core/experiment/published/screening.cpp", r"(0\.05)")],
    "A net of five layers with tanh, 512 samples": lambda: [
        experiment("adjacent", "data", "samples"),
        spec_of("adjacent")["lanes"][0]["phases"][0]["optimizer"]["lr"],
        constant("core/experiment/published/mlp.cpp", r"rounds = (\d+)")],
    "the whole drop falls from 0.0610": lambda: [
        published("mlp")[0]["drop_a"], published("mlp")[3]["drop_b"]],
    "Gains are below 1 % of the drop": lambda: [
        Rule(1, all(m["g"] < 0.01 * m["drop_a"] for m in published("mlp")), "below, per cent")],
    "Figures printed to the last bit": lambda: [decimals_to_the_last_bit()],
    "tensor cores of NVIDIA's Ampere": lambda: [TENSOR_BITS()],
}

SEEDS = 40
LONG_CLAIMS = {
    "holds each of the 196 against": lambda: [total_figures()],
    "All 196 are exact": lambda: [total_figures(), TENSOR_BITS()],
    "every one of the 196 figures is exact": lambda: [total_figures()],
    "printed figures, 196 in all": lambda: [total_figures()],
    "Over 40 seeds SGD − Muon is +77 ± 96": lambda: [
        SEEDS, *mean_of("fixed"), *mean_of("distance")[:2], *mean_of("loss")[:2],
        Rule(SEEDS, mean_of("distance")[2] == mean_of("loss")[2] == SEEDS, "all")],
    "With seeds shifted by 0 to 39 Muon saves": lambda: [
        *swept_seeds(), *mean_of("fixed"), SEEDS],
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


def power(p):
    made = orthogonalised("gaussian:16x16", "--precision", "float64", "--power", str(p))
    return made["spectral_power"]


def polar_at_zero():
    return Rule(0, abs(power(0)["cosine_to_polar"] - 1) < 1e-12, "the power of the polar factor")


def gradient_at_one():
    return Rule(1, abs(power(1)["cosine_to_gradient"] - 1) < 1e-12, "the power of the gradient")


def multiply_adds_ratio(rows, cols):
    made = orthogonalised(f"gaussian:{rows}x{cols}", "--precision", "float64")
    return made["svd"]["multiply_adds"] / made["jordan"]["multiply_adds"]


def newton_overshoots():
    made = orthogonalised("gaussian:64x64", "--precision", "float64", "--engine", "newton:1")
    return made["newton"]["largest"] > 10


@functools.lru_cache(maxsize=None)
def best_cubic(linear=1.5, cubic=0.5, three=3, four=4):
    """No cubic near the formula's is nearer to 1 on [l, 1], and the program has the same."""

    def distance(a, b, low):
        return max(
            abs(x * (a + b * x * x) - 1) for x in (low + (1 - low) * i / 4000 for i in range(4001))
        )

    for low in (0.001, 0.1, 0.5):
        alpha = math.sqrt(three / (1 + low + low * low))
        beta = four / (2 + low * (low + 1) * alpha**3)
        a, b = linear * beta * alpha, -cubic * beta * alpha**3
        best = distance(a, b, low)
        for da in (-0.01, 0, 0.01):
            for db in (-0.01, 0, 0.01):
                if distance(a + da, b + db, low) < best - 1e-6:
                    return False
        made = orthogonalised("gaussian:8x8", "--engine", "optimal_cubic:1", "--low", str(low))
        if abs(made["optimal_cubic"]["slope_at_zero"] - a) > 1e-9:
            return False
    return True


def nearest_to_one():
    return [Rule(1, best_cubic(), "no cubic nearer on [low, 1]")] * 2


def first_exact(engine, low, share):
    """The fewest iterations that bring all of [low, 1] to 1 within a millionth."""
    for count in range(1, 20):
        if max(abs(x - 1) for x in image(engine, count, low, share=share)) < 1e-6:
            return count
    return math.inf


def septic_converges():
    x = 0.01
    for _ in range(30):
        x = (35 * x - 35 * x**3 + 21 * x**5 - 5 * x**7) / 16
    return abs(x - 1) < 1e-12


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
        constant("core/measure/engine_timing.cpp", r"smallest = (\d+)"),
        constant("core/measure/engine_timing.cpp", r"largest = (\d+)"),
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


def diverged(rate):
    """The step at which SGD does in Two ways up at this rate, as the program says it."""
    done = subprocess.run([PROGRAM, "run", "two-ways-up", "--steps", "200", "--set",
                           f"lanes.0.optimizer.lr={rate}"],
                          capture_output=True, text=True, check=False)
    return int(re.search(r"diverged at step (\d+), layer 1: gradient is not finite",
                         done.stderr).group(1))


@functools.lru_cache(maxsize=None)
def recorded_steps(steps):
    """[(step, how many steps it stands for)], recorded by the rule as it is."""
    with tempfile.TemporaryDirectory() as folder:
        muonscope("run", "two-ways-up", "--steps", str(steps), "--out", folder, "--force",
                  "--set", "network.width=12", "--set", "network.depth=1")
        with open(os.path.join(folder, "history.csv"), encoding="utf-8") as file:
            return sorted({(int(r["step"]), int(r["steps"])) for r in csv.DictReader(file)})


def stretch_at(step):
    """The steps for which the pair that ends with this one stands, itself where all are measured."""
    at = recorded_steps(5000)
    index = next(i for i, row in enumerate(at) if row[0] == step)
    if step < constant("core/experiment/spec.h", r"dense = (\d+);"):
        assert at[index][1] == 1
        return [step]
    assert at[index - 1][0] == step - 1
    return list(range(step - at[index - 1][1], step + 1))


def every_phase_is_seen(period):
    dense = constant("core/experiment/spec.h", r"dense = (\d+);")
    seen = [step for step, _ in recorded_steps(5000) if step > dense]
    return {step % period for step in seen} == set(range(period))


def first_step():
    """Where a run begins."""
    return min(history_of("two-ways-up", 5)["SGD"]["loss"])


def opengl():
    major, minor = (
        constant("app/gui/window.cpp", rf"GLFW_CONTEXT_VERSION_{part}, (\d)\)")
        for part in ("MAJOR", "MINOR"))
    return major + minor / 10


def left_of_what_stays():
    """The error left a step where a bottleneck keeps modes out: comes to 1."""
    column = history_of("two-ways-up", 1200, "network.widths=32,4,4,32")["SGD"]["error_left"]
    return Rule(1, abs(column[max(column)] - 1) < 1e-6, "in the end")


def error_left_above_one_grows():
    """On a run whose error both falls and grows."""
    column = history_of("momentum", 600)["Heavy ball"]
    left, loss = column["error_left"], column["loss"]
    steps = [t for t in left if t > 0 and t - 1 in loss]
    grown = [t for t in steps if loss[t] > loss[t - 1]]
    return 0 < len(grown) < len(steps) and all((left[t] > 1) == (t in set(grown)) for t in steps)


def preservation_goes_below_zero():
    column = history_of("two-ways-up", 200)["SGD"]["layer_1_preservation_from_start"]
    return column[min(column)] > 0 > column[max(column)]


def screened_first(key):
    return min(published("screening", "rows"), key=lambda row: row[key])["schedule"]


def there_is_a_test(suite, name):
    """Of what is held by a test of the code."""
    for folder, _, files in os.walk(os.path.join(ROOT, "tests")):
        for file in files:
            if file.endswith(".cpp"):
                with open(os.path.join(folder, file), encoding="utf-8") as text:
                    if f"TEST({suite}, {name})" in text.read():
                        return True
    return False


def decimals_to_the_last_bit():
    """Of the figures that are published with more digits than they are known to."""
    found = {
        constant(f"core/experiment/published/{name}.cpp", r'"\{:\.(1\d)f\}"')
        for name in ("dp", "blackbox")}
    (decimals,) = found
    return decimals


def lapack(driver):
    """As tests/golden/signs.py counted with the libraries that signs.json names."""
    counted = golden("signs.json")
    steps = counted["steps_of_phase_2"]
    assert steps["own"] == signed_steps("own")
    assert steps["largest-positive"] == signed_steps("largest-positive")
    return steps[driver]


@functools.lru_cache(maxsize=None)
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
    return constant("core/optim/kinds/muon.cpp", r"matched_floor = ([\de-]+);")


def sgd_fidelity():
    column = history_of("two-ways-up", 200)["SGD"]["layer_1_gradient_fidelity"]
    return sum(column.values()) / len(column)


@functools.lru_cache(maxsize=None)
def sweep():
    """Of SEEDS seeds, by budget."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sweep.json")
        muonscope("sweep", "--seeds", str(SEEDS), "--json", path)
        with open(path, encoding="utf-8") as file:
            return json.load(file)


def mean_of(budget):
    saved = [seed["difference"] for seed in sweep()[budget]["seeds"]]
    mean = sum(saved) / len(saved)
    deviation = math.sqrt(sum((x - mean) ** 2 for x in saved) / (len(saved) - 1))
    return mean, deviation, sum(x > 0 for x in saved)


def swept_seeds():
    seeds = [seed["seed"] for seed in sweep()["fixed"]["seeds"]]
    return min(seeds), max(seeds)


# ---- the numbers of whole sources ----


def flavour_rows():
    text = ""
    for path in sorted(glob.glob(os.path.join(ROOT, "core/optim/kinds/*.cpp"))):
        with open(path, encoding="utf-8") as file:
            text += file.read()
    for match in re.finditer(r'\{\s*"(\w+)",\s*"([^"]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+),', text):
        yield match.group(1), match.group(2), "".join(re.findall(r'"([^"]*)"', match.group(3)))


LABELS = {
    "Jordan": "jordan", "torch.optim.Muon": "torch", "Moonlight": "moonlight",
    "dion Muon": "dion", "optax.contrib.muon": "optax", "Keras Muon": "keras",
    "NeMo Emerging-Optimizers": "nemo", "pytorch_optimizer": "pytorch_optimizer",
    "MLX Muon": "mlx",
}


def flavour_claims(path, sentence, numbers):
    """Of a library's conventions: what stands before or behind a number says which it is."""
    if path.endswith("guide.md"):
        slugs = [LABELS[label] for label in [sentence.partition(" | ")[0]] if label in LABELS]
    elif "/kinds/" in path:
        slugs = [slug for slug, _, help_ in flavour_rows() if sentence.strip() in help_]
    else:
        return None
    if not slugs:
        return None
    claims = []
    for _, (start, end) in numbers:
        before, after = sentence[:start], sentence[end:]
        meant = [
            key for key, pattern in (
                ("momentum", r"(?:EMA|[Hh]eavy ball) $"), ("lr", r"\blr $"), ("lr", r"of its own: $"),
                ("weight_decay", r"λ (?:= )?$"), ("beta1", r"β $"), ("beta2", r" and $"),
                ("epsilon", r"ε $"), ("beta2", r"β₂ $"), ("momentum", r"μ $"),
                ("basis_every", r"bases every $"), ("root", r"root $"), ("radius", r"radius $"))
            if re.search(pattern, before)]
        if after.startswith(" √max(") or before.endswith("consistent_rms = "):
            claims.append(SCALES["rms"](25, 25) / 5)
        elif before.endswith("‖O‖ + "):
            claims.append(matched_floor())
        elif len(meant) == 1:
            values = {flavour(slug)[meant[0]] for slug in slugs}
            claims.append(values.pop() if len(values) == 1 else math.nan)
        else:
            claims.append(math.nan)
    return claims


def table_claims(path, sentence, _):
    """Of a row of the paper's page: the published figures of that row."""
    if not path.endswith("paper.md") or " | " not in sentence:
        return None
    return table_rows().get(sentence.partition(" | ")[0])


@functools.lru_cache(maxsize=None)
def table_rows():
    def both(section, *keys):
        """SGD's figures of these keys, then Muon's."""
        found = []
        for lane in ("sgd", "muon"):
            for key in keys:
                found.append(published(section, lane, *key.split("/")))
        return found

    every = constant("core/experiment/published/blackbox.cpp", r"= (2500)")
    head = experiment("ce-probe", "probe", "steps")
    at_50, at_100 = published("dp", "loss_50"), published("dp", "loss_100")
    rows_ = {
        "steps of phase 2": both("staged", "phase2_steps"),
        "layer 1 from its target, ‖W₁ − W₁*‖/‖A‖": both("staged", "w1_distance"),
        "layer 2 from its target, ‖W₂ − W₂*‖/‖A‖": both("staged", "w2_distance"),
        "flatness_H of W₁": both("staged", "flatness_h"),
        "steps to the threshold": both("blackbox", "steps"),
        "λ_eff at step 0 / 5000 / 10000": [5000, 10000] + both(
            "blackbox", "lambda_eff/0", "lambda_eff/5000", "lambda_eff/10000"),
        "relative error at step 5000 / 10000": [5000, 10000] + both(
            "blackbox", "relative_error/5000", "relative_error/10000"),
        "one step ahead: mean / largest miss of e": both(
            "blackbox", "one_step_error_mean", "one_step_error_max"),
        "whole curve: mean miss, frozen / every 2500 steps": [every] + both(
            "blackbox", "frozen_curve_error", "rolling_curve_error"),
        "e at the end as predicted, frozen / every 2500": [every] + both(
            "blackbox", "frozen_final", "rolling_final"),
        "cross-entropy at step 0": both("ce_probe", "loss_0"),
        "cross-entropy after 80 steps": [head] + both("ce_probe", f"loss_{head}"),
        "lost in the first step": both("ce_probe", "one_step_drop"),
        "… as predicted": both("ce_probe", "predicted_drop"),
        "flatness of the Gauss–Newton matrix": both("ce_probe", "gn_flatness"),
        "0 steps": [first_step(), published("dp", "loss_0")],
        "50 steps": [50, at_50["sgd"], at_50["rollout"], at_50["jacobian"]],
        "100 steps": [100, at_100["sgd"], at_100["rollout"]],
    }
    for turns, steps in published("tau").items():
        if not turns.isdigit():
            continue
        more = 100 * (steps["muon"] / steps["sgd"] - 1)
        rows_[turns] = [int(turns)] * (int(turns) > 1) + [steps["sgd"], steps["muon"], more]
    for row in published("screening", "rows"):
        schedule = [{0: "0", 0.5: "½", 1: "1"}[p] for p in row["schedule"]]
        # The last of a row stands before a bar, as a constant of a formula does.
        powers = [int(p) for p in schedule[:-1] if p != "½"]
        rows_[", ".join(schedule)] = powers + [
            row["one_step"], row["lambda_eff"], row["predicted"], row["loss_20"]]
    for i, row in enumerate(published("mlp")):
        rows_[f"Π{'₀₁₂₃₄'[i]} / Π{'₀₁₂₃₄'[i + 1]}"] = [
            row[key] for key in ("drop_a", "drop_b", "b_up", "g", "g_predicted")]
    return rows_


# What is sensible is advice; it must lie within what the program takes.
SENSIBLE = {
    "network.depth": [2, 4],
    "network.width": [16, 64, 256],
    "transformer.width": [32, 64],
    "target.scale": [1, 8],
    "target.decay": [0.6, 0.95],
    "target.exponent": [0.5, 2],
    "init.scale": [0.01, 1],
    "init.condition": [1, 100],
    "optimizer.lr": [0.001, 0.1],
    "optimizer.momentum": [0, 0.9, 0.95],
    "optimizer.power": [0, 1],
    "optimizer.radius": [1, 100],
    "optimizer.beta1": [0.9],
    "optimizer.beta2": [0.95, 0.999],
}


def sensible_claims(path, sentence, _):
    if not ("parameter_table" in path or "/kinds/" in path) or not sentence.startswith("Sensible:"):
        return None
    rows_ = re.findall(r"(?m)^(\S+)\n((?:^    .*\n?)+)", parameters())
    found = []
    for key, text in rows_:
        low, high = map(float, re.search(r"from (\S+) to ([^\s;]+)", text).groups()) if (
            sentence in text) else (0, 0)
        if sentence not in text:
            continue
        numbers = SENSIBLE[key]
        assert numbers == sorted(numbers) and low <= numbers[0] and numbers[-1] <= high, key
        found.append(numbers)
    if not found or any(numbers != found[0] for numbers in found):
        raise AssertionError(f"{sentence} stands in {found}")
    return found[0]


class Words(unittest.TestCase):
    maxDiff = None

    def faults_of(self, where, sentence, numbers, claims):
        """Numbers that are not what they should be, and claims that would take others, too."""
        if len(claims) != len(numbers):
            return [f"{where}: {[token for token, _ in numbers]} against {claims}"]
        faults = []
        for (token, place), claim in zip(numbers, claims):
            if not agrees(claim, token, sentence, place):
                faults.append(f"{where} says {token}, it is {claim}")
                continue
            for other, text in changed(token, sentence, place):
                if agrees(claim, other, text, (place[0], place[0] + len(other))):
                    faults.append(f"{where} says {token}, and {other} would do for {claim}")
        return faults

    def test_every_number_is_computed(self):
        faults, used = [], set()
        for path, sentence, numbers in with_numbers(ROOT):
            if any(fragment in sentence for fragment in LONG_CLAIMS):
                continue
            where = f"{path}: “{sentence[:100]}”"
            try:
                found = [fragment for fragment in CLAIMS if fragment in sentence]
                used.update(found)
                claims = None
                for of_a_source in (flavour_claims, table_claims, sensible_claims):
                    claims = claims or of_a_source(path, sentence, numbers)
                if claims is None and found:
                    claims = CLAIMS[max(found, key=len)]()
            except Exception as fault:  # noqa: BLE001: one fault must not hide the others
                faults.append(f"{where}: {type(fault).__name__} {fault}")
                continue
            if claims is None:
                faults.append(f"{where}: nobody computes {[token for token, _ in numbers]}")
            else:
                faults += self.faults_of(where, sentence, numbers, claims)
        faults += [f"no sentence says “{f}” any more" for f in CLAIMS if f not in used]
        self.assertFalse(faults, "\n" + "\n".join(faults))

    def test_every_excused_number_stands_as_it_did(self):
        with open(os.path.join(HERE, "excused.txt"), encoding="utf-8") as file:
            stood = collections.Counter(file.read().splitlines())
        stand = collections.Counter(all_excused(ROOT))
        new, gone = stand - stood, stood - stand
        self.assertFalse(
            new or gone,
            "\nLook whether they are right, then: sentences.py --excused > excused.txt\n"
            + "\n".join([f"new: {text}" for text in new] + [f"gone: {text}" for text in gone]))

    @unittest.skipUnless(LONG, "many seeds: --long")
    def test_numbers_of_many_seeds(self):
        faults = []
        for fragment, make in LONG_CLAIMS.items():
            found = [(s, n) for _, s, n in with_numbers(ROOT) if fragment in s]
            if not found:
                faults.append(f"no sentence says “{fragment}” any more")
            for sentence, numbers in found:
                faults += self.faults_of(f"“{fragment}”", sentence, numbers, make())
        self.assertFalse(faults, "\n" + "\n".join(faults))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
