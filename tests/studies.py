#!/usr/bin/env python3
"""Runs the studies that ship with the program and writes what came out into assets/guide/studies.md.

    tests/studies.py [--build build/release] [--results FOLDER] [--print]

Each runs with --chosen. Results stay in FOLDER (build/studies), where the same command goes on; a study
whose results are all there is not run again. Tables hold what `muonscope study show` says of them. Certificates
are no study: the paper's runs `screening` and `mlp` on other seeds, whose files stay in FOLDER/certificates.
"""

import argparse
import csv
import io
import json
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
GUIDE = ROOT / "assets/guide/studies.md"
BEGIN, END = "<!-- studies:begin -->", "<!-- studies:end -->"
ORDER = ["where-facts", "where-text", "exponent", "tail", "depth", "conditioning", "signs"]
CERTIFICATE_SEEDS = range(1, 29)
METRICS = 2  # of each study that are shown, the first ones
KINDS = ["query", "key", "value", "output", "mlp_in", "mlp_out"]


def said(program, *words, cwd=None):
    done = subprocess.run([program, "study", *words], capture_output=True, text=True, cwd=cwd)
    if done.returncode != 0:
        sys.exit(f"studies.py: study {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def tables_of(text):
    """CSV tables with an empty line between them, each a list of dictionaries."""
    return [list(csv.DictReader(io.StringIO(part))) for part in re.split(r"\n\s*\n", text.strip())]


def markdown(heading, rows):
    return ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)] + \
        ["| " + " | ".join(row) + " |" for row in rows]


def shown_metrics(study):
    return [metric.get("name") or f"{metric['end']} at the end" for metric in study["metrics"]][:METRICS]


def where_tables(program, database, study):
    """Of each metric the gain by kind (rows) in every block together and in each alone."""
    (rows,) = tables_of(said(program, "show", database, "--where", "--format", "csv"))
    lines = []
    for metric in shown_metrics(study):
        gains = {row["Muon in"]: row for row in rows if row["metric"] == metric}
        blocks = sorted({match[1] for group in gains if (match := re.match(r"block_(\d+)_", group))})

        def cell(group):
            row = gains.get(group)
            if not row:
                return ""
            low, high = float(row["95 % low"].rstrip(" %")), float(row["95 % high"].rstrip(" %"))
            gain = f"{row['gain']} ({row['95 % low'].rstrip(' %')} to {row['95 % high']})"
            return f"**{gain}**" if low > 0 or high < 0 else gain
        lines += ["", f"Gain in *{metric}*, with the interval; bold where it leaves out zero:", ""]
        lines += markdown(
            ["Muon in", "all blocks"] + [f"block {block} alone" for block in blocks],
            [[kind.replace("_", " "), cell(kind)] + [cell(f"block_{block}_{kind}") for block in blocks]
             for kind in KINDS] +
            [[name, cell(group)] + [""] * len(blocks)
             for name, group in (("all of these", "inside"), ("embedding", "embedding"), ("head", "head"))])
    return lines


def pair_tables(program, database, study):
    """Of each setting and metric every arm's mean at its rate, and the compared differences."""
    arms, pairs = tables_of(said(program, "show", database, "--format", "csv"))
    names = [arm["name"] for arm in study["arms"]]
    compared = [f"{first} − {second}" for first, second in
                study.get("compare", [[name, names[-1]] for name in names[:-1]])]
    lines = []
    for metric in shown_metrics(study):
        means = {(row["setting"], row["arm"]): row for row in arms if row["metric"] == metric}
        found = {(row["setting"], row["difference"]): row for row in pairs if row["metric"] == metric}

        def mean(setting, arm):
            row = means[setting, arm]
            none = int(row["of"]) - int(row["n"])
            at = f" at {row['rate']}" if row["rate"] else ""
            return row["mean"] + at + (f", {none} of {row['of']} without" if none else "")

        def difference(setting, pair):
            row = found[setting, pair]
            return f"{row['mean']} ({row['95 % low']} to {row['95 % high']}), {row['second better']}"
        settings = list(dict.fromkeys(row["setting"] for row in arms))
        lines += ["", f"*{metric}*: mean{' at the chosen rate' if 'tuning' in study else ''}; difference with its interval, seeds on which the "
                      "second is better:", ""]
        lines += markdown(["setting"] + names + compared,
                          [[setting] + [mean(setting, arm) for arm in names] +
                           [difference(setting, pair) for pair in compared] for setting in settings])
    return lines


def power_tables(program, database, study):
    """Of each metric every kind (rows) at each power: mean, and the difference from the first power."""
    arms, pairs = tables_of(said(program, "show", database, "--format", "csv"))
    names = [arm["name"].split(", p = ") for arm in study["arms"]]
    kinds = list(dict.fromkeys(kind for kind, _ in names))
    powers = list(dict.fromkeys(power for _, power in names))
    lines = []
    for metric in shown_metrics(study):
        means = {row["arm"]: row["mean"] + row["rate"][row["rate"].find(" "):] * (" " in row["rate"])
                 for row in arms if row["metric"] == metric}
        found = {row["difference"]: row for row in pairs if row["metric"] == metric}

        def cell(kind, power):
            name = f"{kind}, p = {power}"
            if power == powers[0]:
                return means[name]
            row = found[f"{kind}, p = {powers[0]} − {name}"]
            clear = float(row["95 % low"]) > 0 or float(row["95 % high"]) < 0
            share = f"{row['share']}, {row['second better']}"
            return means[name] + (f" (**{share}**)" if clear else f" ({share})")
        lines += ["", f"*{metric}*: mean at the rate that is best for it; how much less than at p = {powers[0]}, and on how many "
                      "seeds; bold where the interval of the difference leaves out zero; (end): the rate is the smallest or largest "
                      "of those tried:", ""]
        lines += markdown(["power in"] + [f"p = {power}" for power in powers],
                          [[kind] + [cell(kind, power) for power in powers] for kind in kinds])
    return lines


def ranks(values):
    """From 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for place in order[begin:end]:
            found[place] = (begin + end + 1) / 2
        begin = end
    return found


def spearman(first, second):
    a, b = ranks(first), ranks(second)
    middle = (len(a) + 1) / 2
    product = sum((x - middle) * (y - middle) for x, y in zip(a, b))
    squares = [sum((x - middle) ** 2 for x in of) for of in (a, b)]
    return product / (squares[0] * squares[1]) ** 0.5 if all(squares) else float("nan")


def interval(seeds, measure, draws=2000):
    """The percentile bootstrap interval of what `measure` makes of a list of seeds, drawn anew as wholes."""
    random.seed(1)
    found = sorted(measure([random.choice(seeds) for _ in seeds]) for _ in range(draws))
    return found[draws // 40], found[-1 - draws // 40]


def with_interval(seeds, measure):
    low, high = interval(seeds, measure)
    return f"{measure(seeds):.3f} ({low:.3f} to {high:.3f})"


def figures_of(program, folder, seed):
    path = folder / f"seed-{seed}.json"
    if not path.exists():
        partial = path.with_suffix(".partial")
        done = subprocess.run([program, "reproduce", "screening", "mlp", "--seed", str(seed), "--json", str(partial)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"studies.py: reproduce --seed {seed}: {done.stderr.strip()}")
        partial.rename(path)
    return json.loads(path.read_text())


def certificates(program, folder):
    """How well certificates of arXiv 2607.01124 order what then happens, over seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = [figures_of(program, folder, seed) for seed in CERTIFICATE_SEEDS]
    count = len(seeds)

    def mean_of(key):
        return lambda some: sum(one["screening"][key] for one in some) / len(some)

    def gap(some):
        return mean_of("spearman_predicted")(some) - mean_of("spearman_prefix")(some)
    better = sum(gap([one]) > 0 for one in seeds)
    worse = sum(gap([one]) < 0 for one in seeds)

    def of_pairs(pairs, order):
        def measure(some):
            chosen = [one["mlp"][pair] for one in some for pair in pairs]
            return order([row["g_predicted"] for row in chosen], [row["drop_b"] - row["drop_a"] for row in chosen])
        return measure
    rows = []
    for pair in range(len(seeds[0]["mlp"])):
        own = [one["mlp"][pair] for one in seeds]
        certified = [row for row in own if row["g"] > row["b_up"]]
        gains = sorted((row["drop_b"] - row["drop_a"]) / row["drop_a"] for row in own)
        rows.append([f"Π{pair} / Π{pair + 1}", f"{len(certified)} of {count}",
                     f"{sum(row['drop_b'] > row['drop_a'] for row in certified)} of {len(certified)}",
                     f"{sum(row['drop_b'] > row['drop_a'] for row in own)} of {count}",
                     f"{100 * gains[count // 2]:+.2f} % ({100 * gains[0]:+.2f} to {100 * gains[-1]:+.2f} %)",
                     with_interval(seeds, of_pairs([pair], spearman))])
    everything = with_interval(seeds, of_pairs(range(len(seeds[0]["mlp"])), spearman))
    return ["", "### Certificates against what then happens", "",
            f"The paper's *Screening schedules* and *One more layer of Muon*, each on {count} other seeds, so other targets, "
            "samples and starts: `muonscope reproduce screening mlp --seed N`. ρ is Spearman's rank correlation, with the "
            "interval of drawing the seeds anew.", "",
            "*Screening*: eight schedules of a target in the order of their predicted losses, against the order of their "
            "losses after 20 steps; the mean of ρ over targets:", ""] + markdown(
        ["order by", "ρ"],
        [["loss after one step", with_interval(seeds, mean_of("spearman_prefix"))],
         ["predicted loss, from that and λ_eff", with_interval(seeds, mean_of("spearman_predicted"))],
         [f"second − first; second better on {better}, first on {worse}", with_interval(seeds, gap)]]) + [
        "", "*One more layer*: certified is G > B_up; the truth is how much more the loss falls in the 150 rounds of the "
            "scheme with one layer more; ρ of G~ against it, over targets:", ""] + markdown(
        ["pair", "certified", "of these right", "more falls", "how much more: median (all)", "ρ"],
        rows + [["all pairs", "", "", "", "", everything]])


def report(program, name, folder):
    study = json.loads((ROOT / f"assets/studies/{name}.json").read_text())
    database = str(folder / f"{name}.db")
    said(program, "run", name, "--db", database, "--chosen", "--yes")
    counted = said(program, "show", database).splitlines()[1]
    done = counted.split(" ")[0]
    in_kinds = any(".layers." in key for arm in study["arms"] for key in arm.get("set", {}))
    by_power = all(", p = " in arm["name"] for arm in study["arms"])
    tables = (power_tables if by_power else where_tables if in_kinds else pair_tables)(program, database, study)
    tuning = study.get("tuning")
    if tuning:
        how = f"{tuning['seeds']} seeds choose each rate by *{tuning['by']}*, " \
            f"{study['seeds'] - tuning['seeds']} others compare"
    else:
        how = f"{study['seeds']} seeds compare"
    return ["", f"### {study['title']}", "", f"`{name}`: {study['about']} {done} jobs; {how}."] + tables


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "build/studies")
    parser.add_argument("--print", action="store_true", help="print and leave the guide alone")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    program = str(options.build.resolve() / "muonscope")
    lines = []
    for name in ORDER:
        lines += report(program, name, options.results.resolve())
    lines += certificates(program, options.results.resolve() / "certificates")
    text = "\n".join([BEGIN, *lines[1:], "", END])
    if options.print:
        print(text)
        return
    before = GUIDE.read_text()
    if BEGIN not in before:
        sys.exit(f"studies.py: {GUIDE} has no {BEGIN}")
    GUIDE.write_text(before[:before.index(BEGIN)] + text + before[before.index(END) + len(END):])


if __name__ == "__main__":
    main()
