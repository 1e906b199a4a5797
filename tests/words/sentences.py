"""Every sentence of the project's own words that holds a number.

Words are taken where people read them: the README and the guide, the help of parameters, engines
and libraries, what presets say of themselves, and every string of the window. What is no claim is
excused: numbers within code, of papers and years, of a layer, phase or lane, and the constants 0, 1
and 2 where they stand in a formula. excused.txt has each of them as it stands, with the words beside
it: `sentences.py --excused > excused.txt`. Left out are blocks of commands.
"""

import glob
import os
import re
import sys

NUMBER = re.compile(
    r"(?<![\w.₀-₉^_])[−-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[−-]?\d+)?(?![\w]|\.\d)"
)
NAMED = re.compile(
    r"x86-64|AVX-?512|avx512|AVX2|"
    r"arXiv:?\s?\d{4}\.\d{5}|(?<![.\d])(?<!step )\b(?:19|20)\d\d\b(?!\.\d)|"
    r"\b[Ll]ayers?\s\d+(?:[–-]\d+)?(?:\s(?:and|or|to)\s\d+)?|\b[Pp]hases?\s\d+|\b[Ll]anes?\s\d+"
)
OPERATORS = "+−·/^√‖|<>≤≥=←(×"


def sentences_of(text):
    text = re.sub(r"\s+", " ", text).strip()
    return re.split(r"(?<=[.!?;])\s+(?=[A-ZÀ-ÿ*‖√Α-Ω0-9(])", text)


def markdown(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"<!-- \w+:begin -->.*?<!-- \w+:end -->", "", text, flags=re.S)
    text = re.sub(r"```.*?```", "\n\n", text, flags=re.S)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>\n]+>", "", text)
    text = re.sub(r"`[^`]*`", "", text)
    block = ""
    for line in text.split("\n") + [""]:
        alone = line.startswith(("|", "#")) or not line.strip()
        if alone or re.match(r"\s*[-*] ", line):
            yield from sentences_of(block)
            block = ""
        if line.startswith("|"):
            yield line.strip("| ")
        elif not alone:
            block += " " + line


def strings(path):
    """String literals with a space in them, adjacent ones as one."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"(?m)^\s*//.*$", "", file.read())
    for match in re.finditer(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', text):
        literal = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', match.group(0)))
        if " " in literal and '=\\"' not in literal:  # markup is no sentence
            yield from sentences_of(literal.replace("\\n", " "))


def is_constant(text, match):
    """0, 1 or 2 beside an operator: a formula's, held by the tests of what it is a formula of."""
    if match.group(0).lstrip("−-") not in ("0", "1", "2"):
        return False
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return (
        match.group(0)[0] in "−-"
        or (before and before[-1] in OPERATORS)
        or (after and after[0] in OPERATORS + ":")
    )


def numbers(sentence):
    """(number as written, (from, to)) each."""
    text = NAMED.sub(lambda m: " " * len(m.group(0)), sentence)
    return [(m.group(0), m.span()) for m in NUMBER.finditer(text) if not is_constant(text, m)]


def excuses(sentence):
    """What numbers() leaves out: each with the words that it stands in and those beside it."""
    text = NAMED.sub(lambda m: " " * len(m.group(0)), sentence)
    places = [m.span() for m in NAMED.finditer(sentence)]
    places += [m.span() for m in NUMBER.finditer(text) if is_constant(text, m)]
    for start, end in sorted(places):
        before = re.search(r"(?:\S+\s+)?\S*$", sentence[:start]).group(0)
        after = re.match(r"\S*(?:\s+\S+)?", sentence[end:]).group(0)
        yield before + sentence[start:end] + after


def code_within(path):
    """What stands in `backticks` and has a digit, outside blocks of commands."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"<!-- \w+:begin -->.*?<!-- \w+:end -->|```.*?```", "", file.read(), flags=re.S)
    for code in re.findall(r"`([^`]*)`", text):
        if re.search(r"\d", code):
            yield "`" + re.sub(r"\s+", " ", code) + "`"


def sources(root):
    for path in ["README.md"] + sorted(glob.glob("assets/guide/*.md", root_dir=root)):
        yield path, markdown(os.path.join(root, path))
    code = [
        "core/experiment/channels.cpp",
        "core/experiment/channels.h",
        "core/experiment/engine_bench.cpp",
        "core/experiment/parameter_table.cpp",
        "core/linalg/engine.cpp",
        "core/experiment/spec.h",
        "core/linalg/precision.h",
        "core/model/network_spec.h",
        "core/model/regression.h",
        "core/optim/optimizer_spec.h",
        "core/experiment/published/specs.cpp",
    ]
    code += sorted(glob.glob("core/experiment/presets/*.cpp", root_dir=root))
    code += sorted(glob.glob("core/optim/kinds/*.cpp", root_dir=root))
    code += sorted(glob.glob("app/gui/*.cpp", root_dir=root))
    code += sorted(glob.glob("app/gui/panels/*.cpp", root_dir=root))
    code += sorted(glob.glob("app/gui/plots/*.cpp", root_dir=root))
    code.remove("app/gui/plots/python_script.cpp")  # another program's code
    for path in code:
        yield path, strings(os.path.join(root, path))


def with_numbers(root):
    """(path, sentence, its numbers)"""
    for path, sentences in sources(root):
        for sentence in sentences:
            found = numbers(sentence)
            if found:
                yield path, sentence, found


def all_excused(root):
    """"path: text" of every number that needs no claim, in the order of the sources."""
    for path, sentences in sources(root):
        texts = [text for sentence in sentences for text in excuses(sentence)]
        if path.endswith(".md"):
            texts += code_within(os.path.join(root, path))
        yield from (f"{path}: {text}" for text in texts)


if __name__ == "__main__":
    if sys.argv[1:] == ["--excused"]:
        print("\n".join(all_excused(".")))
        sys.exit()
    last = None
    for path, sentence, found in with_numbers("."):
        if path != last:
            print("==", path)
        last = path
        print("   ", sentence[:230], "##", [token for token, _ in found])
