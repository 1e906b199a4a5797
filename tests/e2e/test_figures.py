#!/usr/bin/env python3
"""Figures that leave the program, read by others: an XML parser, csv, Python's own, and where they are
installed pdftotext, ffmpeg and matplotlib."""

import ast
import csv
import math
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

PROGRAM = os.environ.get("MUONSCOPE", "")
if not PROGRAM or not os.access(PROGRAM, os.X_OK):
    sys.exit("MUONSCOPE does not name the program: run this through ctest, or set it")
SVG = "{http://www.w3.org/2000/svg}"
POINT = 72 / 25.4  # of a millimetre
STEPS = 140
# One that has matplotlib.
PYTHON = os.environ.get("MUONSCOPE_MATPLOTLIB", sys.executable)


def has_matplotlib():
    return subprocess.run([PYTHON, "-c", "import matplotlib, numpy"], capture_output=True).returncode == 0


def number(text):
    """As a label has it: 0.5, 12k, 10⁻³, ≤ 0.1."""
    text = text.replace("≤ ", "").replace("−", "-")
    power = re.fullmatch(r"(?:(\d+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    if power:
        exponent = power[2].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return float(power[1] or 1) * 10.0 ** int(exponent)
    try:
        return float(text.replace("k", "e3").replace("M", "e6"))
    except ValueError:
        return None


class Axis:
    """Values of places, by the labels that a reader sees."""

    def __init__(self, labels, logarithmic):
        self.logarithmic = logarithmic
        labels = sorted(labels)
        (self.at, self.low), (end, high) = labels[0], labels[-1]
        self.share = lambda place: (place - self.at) / (end - self.at)
        self.high = high

    def value(self, place):
        share = self.share(place)
        if self.logarithmic:
            return self.low * (self.high / self.low) ** share
        return self.low + share * (self.high - self.low)


def words_of_pdf(data):
    """The words of a page by the tables of its own fonts: a list of strings."""
    start = int(re.search(rb"startxref\n(\d+)", data)[1])
    count = int(re.match(rb"xref\n0 (\d+)\n", data[start:])[1])
    entries = data[start:].split(b"\n", 2)[2]
    objects = {}
    for i in range(1, count):
        at = int(entries[20 * i:20 * i + 10])
        head = re.match(rb"%d 0 obj\n" % i, data[at:])
        assert head, f"object {i} is not where the table says"
        body = data[at + head.end():data.index(b"\nendobj", at)]
        if b"stream\n" in body:
            keys, stream = body.split(b"stream\n", 1)
            stream = stream[:int(re.search(rb"/Length (\d+)", keys)[1])]
            objects[i] = keys, zlib.decompress(stream) if b"/FlateDecode" in keys else stream
        else:
            objects[i] = body, b""
    page = next(keys for keys, _ in objects.values() if b"/Type /Page " in keys)
    signs = {}
    for name, font in re.findall(rb"/(F\d) (\d+) 0 R", page):
        table = objects[int(re.search(rb"/ToUnicode (\d+)", objects[int(font)][0])[1])][1]
        signs[name] = {code: bytes.fromhex(text.decode()).decode("utf-16-be")
                       for code, text in re.findall(rb"<(\w+)> <(\w+)>\n", table)}
    content = objects[int(re.search(rb"/Contents (\d+)", page)[1])][1]
    words = []
    for block in re.findall(rb"BT (.*?) ET", content, re.S):
        text = ""
        for font, shown in re.findall(rb"/(F\d) [\d.]+ Tf <(\w+)>", block):
            text += "".join(signs[font][shown[i:i + 4]] for i in range(0, len(shown), 4))
        words.append(text)
    return words, page


class Figures(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="muonscope figures "))
        self.addCleanup(shutil.rmtree, self.folder)

    def export(self, name, *words, spec="two-ways-up", steps=STEPS, code=0, **environment):
        path = self.folder / name
        done = subprocess.run([PROGRAM, "export", spec, *(["--steps", str(steps)] if steps is not None else []),
                               *words, "-o", path],
                              capture_output=True, text=True, env=dict(os.environ, **environment))
        self.assertEqual(done.returncode, code, done.stderr)
        self.said = done.stderr
        return path

    def rows(self, path):
        with open(path, newline="") as file:
            return list(csv.DictReader(file))

    def history(self):
        """Of another command: step, lane, values."""
        subprocess.run([PROGRAM, "run", "two-ways-up", "--steps", str(STEPS), "--out", self.folder / "run"],
                       check=True, capture_output=True)
        return self.rows(self.folder / "run/history.csv")

    def test_a_curve_stands_where_its_values_are_and_words_stay_text(self):
        tree = ElementTree.parse(self.export("loss.svg", "--panel", "loss", "--width-mm", "85", "--height-mm", "60",
                                             "--type-size", "7")).getroot()
        self.assertEqual(tree.get("width"), f"{85 * POINT:.2f}pt")
        self.assertEqual(tree.get("height"), f"{60 * POINT:.2f}pt")
        texts = list(tree.iter(SVG + "text"))
        words = [text.text for text in texts]
        for word in ("Two ways up: Loss", "SGD", "Muon", "step", "loss"):
            self.assertIn(word, words)
        self.assertEqual({text.get("font-size") for text in texts}, {"7.00", "7.70"})
        labels = [(text, number(text.text)) for text in texts if number(text.text) is not None]
        across = Axis([(float(t.get("x")), v) for t, v in labels if t.get("text-anchor") == "middle"], False)
        up = Axis([(float(t.get("y")) - 0.36 * 7, v) for t, v in labels if t.get("text-anchor") == "end"], True)
        self.assertEqual(across.high, 200, "as the screen's axis, which ends at a round number")
        history = {(row["lane"], int(row["step"])): float(row["loss"]) for row in self.history()}
        lines = 0
        for group in tree.iter(SVG + "g"):
            title = group.find(SVG + "title")
            line = group.find(SVG + "polyline")
            if title is None or line is None:
                continue
            lines += 1
            lane = title.text.removesuffix(" loss")
            self.assertEqual(bool(line.get("stroke-dasharray")), lane == "Muon")
            for pair in line.get("points").split()[::7]:
                x, y = map(float, pair.split(","))
                step = across.value(x)
                value = history[lane, round(step)]
                self.assertAlmostEqual(step, round(step), delta=0.1)
                self.assertLess(abs(math.log(up.value(y) / value)), 0.02, (lane, step))
        self.assertEqual(lines, 2)

    def test_lanes_stand_side_by_side_with_the_colours_of_ranks_and_the_targets_levels(self):
        tree = ElementTree.parse(self.export("values.svg", "--panel", "singular-values")).getroot()
        words = {text.text: float(text.get("x")) for text in tree.iter(SVG + "text")}
        self.assertLess(words["SGD"] + 100, words["Muon"])
        plots = [group for group in tree.iter(SVG + "g") if group.get("clip-path")]
        self.assertEqual(len(plots), 2)
        for plot in plots:
            colours = [line.get("stroke") for line in plot.iter(SVG + "polyline")]
            self.assertEqual(len(set(colours)), 13, "twelve modes, and noise in one colour")
            levels = [line for line in plot.iter(SVG + "line") if line.get("stroke-dasharray")]
            self.assertEqual(len(levels), 12)

    def test_a_pdf_has_its_words_in_fonts_of_its_own(self):
        path = self.export("norms.pdf", "--panel", "update", "--width-mm", "175", "--height-mm", "100")
        data = path.read_bytes()
        words, page = words_of_pdf(data)
        for word in ("Two ways up: Update", "σ out", "by direction"):
            self.assertIn(word, words)
        self.assertNotIn("?", "".join(words))
        box = [float(n) for n in re.search(rb"/MediaBox \[([\d. ]+)\]", page)[1].split()]
        self.assertAlmostEqual(box[2], 175 * POINT, delta=0.01)
        self.assertAlmostEqual(box[3], 100 * POINT, delta=0.01)
        self.assertNotIn(b"/Type1", data)
        self.assertLess(len(data), 400_000)
        fonts = re.findall(rb"/W \[(.*?)\] >>", data)
        self.assertEqual(len(fonts), 2, "regular and bold")
        for widths in fonts:
            self.assertGreater(len(set(re.findall(rb"\[(\d+)\]", widths))), 7)
        if shutil.which("pdftoppm"):
            picture = subprocess.run(["pdftoppm", "-r", "72", "-gray", path], capture_output=True, check=True).stdout
            head = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", picture)
            width = int(head[1])
            title = [picture[head.end() + y * width + x] for y in range(4, 16) for x in range(4, 100)]
            self.assertLess(min(title), 120, "the title is seen")
        if shutil.which("pdftotext"):
            text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
            self.assertEqual(text.stderr, b"")
            self.assertIn("σ out", text.stdout.decode())
        if shutil.which("pdffonts"):
            fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
            for line in fonts.splitlines()[2:]:
                self.assertRegex(line, r"yes (yes|no )\s+yes")

    def test_values_are_those_of_the_run_as_far_as_they_are_shown(self):
        rows = self.rows(self.export("loss.csv", "--panel", "loss"))
        history = {(row["lane"], int(row["step"])): float(row["loss"]) for row in self.history()}
        self.assertEqual(len(rows), STEPS + 1)
        for row in rows:
            for lane in ("SGD", "Muon"):
                self.assertEqual(float(row[f"{lane} loss"]), history[lane, int(row["step"])])
        everything = self.rows(self.export("all.csv", "--panel", "loss", "--what", "csv-all"))
        self.assertEqual(everything, rows)

    def test_several_plots_of_a_panel_are_named(self):
        self.export("x.csv", "--panel", "trade-off", code=2)
        names = re.search(r"give one of: (.*)", self.said)[1].split(", ")
        self.assertGreater(len(names), 1)
        heads = {(self.export("x.csv", "--panel", "trade-off", "--plot", name)).read_text().split("\n")[0]
                 for name in names}
        self.assertEqual(len(heads), len(names))

    def test_a_script_holds_the_data_and_draws_it(self):
        path = self.export("loss.py", "--panel", "loss")
        tree = ast.parse(path.read_text())
        imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
        self.assertEqual(imported, {"sys", "matplotlib", "matplotlib.pyplot", "numpy"})
        rows = self.rows(self.export("loss.csv", "--panel", "loss"))
        lists = [ast.literal_eval(node.args[0]) for node in ast.walk(tree)
                 if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.array" and "nan" not in ast.unparse(node)]
        for lane in ("SGD", "Muon"):
            self.assertIn([float(row[f"{lane} loss"]) for row in rows], [list(map(float, one)) for one in lists])
        if not has_matplotlib():
            self.skipTest("matplotlib is not installed: the script was read, not run")
        for panel in ("loss", "singular-values", "update", "alignment", "representations"):
            script = self.export(panel + ".py", "--panel", panel)
            drawn = self.folder / (panel + ".svg")
            done = subprocess.run([PYTHON, "-W", "error", script, drawn], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = drawn.read_text()
            self.assertIn("Two ways up", text)
        # Its y axis is logarithmic, its legend names the lanes.
        text = (self.folder / "loss.svg").read_text()
        for word in (">SGD<", ">Muon<", ">step<", ">loss<"):
            self.assertIn(word, text)

    def test_tables_for_documents(self):
        rows = self.rows(self.export("loss.csv", "--panel", "loss", steps=4))
        lines = self.export("loss.md", "--panel", "loss", steps=4).read_text().splitlines()
        self.assertEqual(len(lines), 2 + len(rows))
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        self.assertEqual(cells[0], list(rows[0]))
        self.assertEqual({c.strip("-") for c in cells[1]}, {":"})
        at = cells[0].index("SGD loss")
        for cell, row in zip(cells[2:], rows):
            self.assertAlmostEqual(float(cell[at]), float(row["SGD loss"]), delta=1e-5 * float(row["SGD loss"]))
        text = self.export("loss.tex", "--panel", "loss", "--set", "lanes.0.name=A_1 & 50 %", steps=4).read_text()
        self.assertTrue(text.startswith("\\begin{tabular}{") and text.endswith("\\end{tabular}\n"))
        self.assertIn("A\\_1 \\& 50 \\% loss", text)
        body = [line for line in text.splitlines() if line.endswith("\\\\")]
        columns = re.search(r"\{([lr]+)\}", text)[1]
        for line in body:
            self.assertEqual(len(re.findall(r"(?<!\\)&", line)) + 1, len(columns))

    def test_the_whole_window_has_every_panel(self):
        tree = ElementTree.parse(self.export("window.svg", "--width-mm", "300", "--height-mm", "170")).getroot()
        words = [text.text for text in tree.iter(SVG + "text")]
        for panel in ("Singular values", "Loss", "Downstream probe"):
            self.assertIn(panel, words)
        self.assertGreater(len([g for g in tree.iter(SVG + "g") if g.get("clip-path")]), 3)
        pictures = list(tree.iter(SVG + "image"))
        self.assertGreater(len(pictures), 0, "the lanes' controls are no drawing")
        self.assertTrue(pictures[0].get("{http://www.w3.org/1999/xlink}href").startswith("data:image/png;base64,"))
        words_of_pdf(self.export("window.pdf").read_bytes())

    def test_a_picture_is_as_large_as_its_dots_say(self):
        data = self.export("loss.png", "--panel", "loss", "--width-mm", "127", "--height-mm", "76.2",
                           "--dpi", "150").read_bytes()
        self.assertEqual(struct.unpack(">II", data[16:24]), (750, 450))

    def test_frames_are_the_run_and_an_end_in_between_keeps_them(self):
        small = ["--panel", "loss", "--what", "frames", "--width-mm", "60", "--height-mm", "40", "--dpi", "100"]
        folder = self.export("frames", *small, "--frames", "4", steps=40)
        names = sorted(path.name for path in folder.iterdir())
        self.assertEqual(names, [f"frame-{i:05}.png" for i in range(1, 5)])
        self.assertEqual(len({(folder / name).read_bytes() for name in names}), 4)
        one = self.export("one.png", *small[:2], *small[4:], steps=40)
        self.assertEqual((folder / names[-1]).read_bytes(), one.read_bytes(), "the last is the end")
        many = self.folder / "many"
        process = subprocess.Popen([PROGRAM, "export", "two-ways-up", "--steps", "40", *small, "--frames", "99999",
                                    "-o", many], stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 60
        while time.monotonic() < end and not (many / "frame-00003.png").exists():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, said)
        self.assertIn("interrupted", said)
        for path in many.iterdir():
            self.assertTrue(path.read_bytes().endswith(b"IEND\xaeB`\x82"), path)

    def test_a_film_has_as_many_frames_or_says_what_is_missing(self):
        small = ["--panel", "loss", "--width-mm", "60", "--height-mm", "40", "--dpi", "100", "--frames", "6"]
        empty = self.folder / "empty"
        empty.mkdir()
        self.export("film.mp4", *small, code=2, PATH=str(empty))
        self.assertIn("install ffmpeg", self.said)
        self.assertFalse((self.folder / "film.mp4").exists())
        if not shutil.which("ffprobe"):
            self.skipTest("ffmpeg is not installed")
        for name in ("film.mp4", "film.gif"):
            path = self.export(name, *small)
            probed = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries",
                                     "stream=nb_read_frames,width,height", "-of", "csv=p=0", path],
                                    capture_output=True, text=True, check=True).stdout
            width, height, frames = map(int, probed.strip().split(","))
            self.assertEqual(frames, 6)
            self.assertLess(abs(width - 236), 2)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["empty", "film.gif", "film.mp4"])

    def test_a_session_is_shown_where_it_was_saved(self):
        subprocess.run([PROGRAM, "run", "two-ways-up", "--steps", "30", "--out", self.folder / "run"], check=True,
                       capture_output=True)
        rows = self.rows(self.export("loss.csv", "--panel", "loss", spec=self.folder / "run/session.json", steps=None))
        self.assertEqual(rows[-1]["step"], "30")

    def test_what_cannot_be_is_said_in_one_line(self):
        for words, said in [(["--panel", "loss", "--what", "doc"], "--what"), (["--panel", "los"], "--panel"),
                            (["--panel", "loss", "--width-mm", "1"], "--width-mm"),
                            (["--panel", "loss", "--type-size", "nan"], "--type-size"),
                            (["--panel", "loss", "--dpi", "0"], "--dpi"),
                            (["--panel", "loss", "--what", "csv", "--plot", "x"], "--plot"),
                            (["--panel", "loss", "--at", "9999"], "--at")]:
            name = "x.csv" if "csv" in words else "x.svg"
            self.export(name, *words, code=2)
            self.assertIn(said, self.said)
            self.assertEqual(self.said.count("\n"), 1, self.said)
            self.assertFalse((self.folder / name).exists())
        self.export("x", "--panel", "loss", code=2)
        self.export("x.png", "--panel", "loss", "--dpi", "2400", code=2)
        self.assertIn("pixels", self.said)
        self.export("x.svg", "--panel", "loss", steps=None, code=2)
        self.assertIn("--steps", self.said)


if __name__ == "__main__":
    unittest.main()
