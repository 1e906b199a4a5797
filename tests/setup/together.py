#!/usr/bin/env python3
"""usage: together.py most source…

Which sources can stand behind one another in one text, at most so many: a line of each, the number of its
text and the source. What costs most of compiling and looking at them, the headers that all of them include, is then
done once for a text. They must be compiled alike.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
AT_ONCE = 12  # more gain little, and the last to end is waited for
# What a source declares at the left margin: a type, a name for one, a function or a constant.
DECLARED = re.compile(r"(?:(?:struct|class|enum class|enum|using)\s+(?!namespace)(\w+)|"
                      r"(?!namespace|using|template|return|extern)"
                      r"[\w:<>,&*\s\[\]\".]+?[\s&*](\w+)\s*[(={\[;])")
TYPE = re.compile(r"^(?:struct|class|enum class|using) (\w+)", re.M)
OWN_TYPE = re.compile(r"^(?:struct|class|enum class) (\w+) (?=[{:])|^using (\w+) =", re.M)
MORE = re.compile(r",\s*[&*]?(\w+)\s*(?=[,={\[;])")  # behind the first of `int first = 1, second = 2;`
OWN = re.compile(r"^namespace \{\n(.*?)^\}  // namespace\n", re.M | re.DOTALL)
ALIAS = re.compile(r"^using (\w+) = (.+);$", re.M)
USING = re.compile(r"\busing (?:\w+::)+(\w+);")  # takes a name and declares none


def names(text):
    found = set()
    for line in text.splitlines():
        match = DECLARED.match(line) if line and line[0] not in " \t#}/" and not USING.match(line) else None
        if match:
            found.add(match[1] or match[2])
            if line[match.end() - 1] != "(":
                found.update(MORE.findall(line))
    return found


def groups(sources, how, most=AT_ONCE):
    """Lists of sources that are compiled alike and declare nothing under the same name. how: by source
    what says how it is compiled; None: it must stand alone."""
    texts = {source: source.read_text() for source in sources}
    declared = {source: names(text) for source, text in texts.items()}
    often = collections.Counter(name for found in declared.values() for name in found)
    headers = [header.read_text() for folder in ("core", "app", "tests") for header in (ROOT / folder).rglob("*.h")]
    # A type of a source's own stands beside one of the same name that others have from a header; a function
    # hides it from all that come behind.
    types = {name for header in headers for name in TYPE.findall(header)}
    of_headers = {name for header in headers for name in names(header)}
    hidden = {source: {name for own in OWN.findall(text) for name in names(own)} & of_headers
              for source, text in texts.items()}
    words = {source: set(re.findall(r"\w+", text)) for source, text in texts.items()}
    aliases = {source: dict(ALIAS.findall(text)) for source, text in texts.items()}

    def meet(source, batch):
        """Another name for the same type may be given twice."""
        return any(aliases[source].get(name, source) != batch["aliases"].get(name)
                   for name in declared[source] & batch["names"])
    batches = []
    # Those first that meet their names in most others: each needs a list of its own, which the rest fill.
    for source in sorted(sources, key=lambda source: -max((often[name] for name in declared[source]), default=0)):
        alone = how[source] is None or any(
            own in types for both in OWN_TYPE.findall(texts[source]) for own in both)
        for batch in batches:
            if not alone and batch["alike"] == how[source] and len(batch["sources"]) < most \
                    and not meet(source, batch) \
                    and not hidden[source] & batch["words"] and not words[source] & batch["hidden"]:
                batch["sources"].append(source)
                batch["names"] |= declared[source]
                batch["hidden"] |= hidden[source]
                batch["words"] |= words[source]
                batch["aliases"] |= aliases[source]
                break
        else:
            batches.append({"alike": None if alone else how[source], "sources": [source],
                            "names": set(declared[source]), "hidden": set(hidden[source]),
                            "words": set(words[source]), "aliases": dict(aliases[source])})
    return [batch["sources"] for batch in batches]


def main():
    most, sources = int(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]
    for number, group in enumerate(groups(sources, {source: "" for source in sources}, most)):
        for source in group:
            print(number, source)


if __name__ == "__main__":
    main()
