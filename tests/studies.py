#!/usr/bin/env python3
"""Runs the studies that ship with the program and writes what came out into assets/guide/studies.md.

    tests/studies.py [--build build/release] [--results FOLDER] [--print]

Each runs with --chosen. Results stay in FOLDER (build/studies), where the same command goes on; a study
whose results are all there is not run again. Tables hold what `muonscope study show` says of them.
"""

import argparse
import csv
import io
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
GUIDE = ROOT / "assets/guide/studies.md"
BEGIN, END = "<!-- studies:begin -->", "<!-- studies:end -->"
ORDER = ["where-facts", "where-text", "tail", "depth", "conditioning", "signs"]
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


def report(program, name, folder):
    study = json.loads((ROOT / f"assets/studies/{name}.json").read_text())
    database = str(folder / f"{name}.db")
    said(program, "run", name, "--db", database, "--chosen", "--yes")
    counted = said(program, "show", database).splitlines()[1]
    done = counted.split(" ")[0]
    is_where = any(".layers." in key for arm in study["arms"] for key in arm.get("set", {}))
    tables = (where_tables if is_where else pair_tables)(program, database, study)
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
