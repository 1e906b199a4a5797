"""Every sentence of the project's own words that holds a number.

Words are taken where people read them: the README and the guide, the help of parameters, engines
and libraries, what presets say of themselves, and every string of the window. What is no claim is
left out: numbers within code and commands, of papers and years, of a layer, phase or lane, and the
constants 0, 1 and 2 where they stand in a formula.
"""

import glob
import os
import re

NUMBER = re.compile(
    r"(?<![\w.₀-₉^_])[−-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[−-]?\d+)?(?![\w]|\.\d)"
)
NAMED = re.compile(
    r"x86-64|AVX-?512|avx512|AVX2|"
    r"arXiv:?\s?\d{4}\.\d{5}|\b(?<![.\d])(?:19|20)\d\d\b(?!\.\d)|"
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
    text = NAMED.sub("", sentence)
    return [m.group(0) for m in NUMBER.finditer(text) if not is_constant(text, m)]


def sources(root):
    for path in ["README.md"] + sorted(glob.glob("assets/guide/*.md", root_dir=root)):
        yield path, markdown(os.path.join(root, path))
    code = [
        "core/experiment/parameter_table.cpp",
        "core/linalg/engine.cpp",
        "core/optim/flavours.cpp",
        "core/experiment/presets.cpp",
        "core/experiment/published/specs.cpp",
    ]
    code += sorted(glob.glob("app/gui/*.cpp", root_dir=root))
    code += sorted(glob.glob("app/gui/panels/*.cpp", root_dir=root))
    code += sorted(glob.glob("app/gui/plots/*.cpp", root_dir=root))
    for path in code:
        yield path, strings(os.path.join(root, path))


def with_numbers(root):
    """(path, sentence, its numbers as written)"""
    for path, sentences in sources(root):
        for sentence in sentences:
            found = numbers(sentence)
            if found:
                yield path, sentence, found


if __name__ == "__main__":
    last = None
    for path, sentence, found in with_numbers("."):
        if path != last:
            print("==", path)
        last = path
        print("   ", sentence[:230], "##", found)
