#!/usr/bin/env python3
"""usage: lint.py BUILD [source…]

Runs clang-tidy over these sources, all of core/ and app/ without any; BUILD was configured by Clang
and without precompiled headers. Nine tenths of its time go into the headers that a source includes,
so sources that can stand behind each other are looked at as one text; findings are told at their own
places. What does not compile as one text is looked at in halves.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import together

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDY = "clang-tidy-14"
PLACE = re.compile(r"^(\S+?):(\d+):", re.M)


def commands_of(build):
    """Of each source how it is compiled, once for every target that it is part of."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        found.setdefault(path, []).append(entry)
    return found


def how(commands):
    """Of each source how it is compiled, but for where to; None where it is for several targets."""
    return {source: None if len(entries) > 1 else re.sub(r" -o .*", "", entries[0]["command"])
            for source, entries in commands.items()}


def tidy(build, source):
    done = subprocess.run([TIDY, "--quiet", "-p", build, source], capture_output=True, text=True)
    return done.returncode == 0, done.stdout + "".join(
        line for line in done.stderr.splitlines(True) if not re.match(r"\d+ warnings? (generated|treated)", line))


def taken_in_vain(source):
    """Names that a source takes from a namespace and does not use: clang-tidy cannot tell where others do."""
    text = re.sub(r"//.*", "", source.read_text())
    return "".join(f"{source}: `using …::{name};` is not used\n" for name in together.USING.findall(text)
                   if not re.search(rf"(?<![.>:\w]){name}\b", text))


def tidy_together(build, commands, sources):
    """The same for all of them as one text, or None where that does not compile."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lint-", dir=build))
    whole, lines = folder / "sources.cpp", []  # of each line its source and its number there
    with whole.open("w") as file:
        for source in sources:
            for at, line in enumerate(source.read_text().splitlines(), 1):
                file.write(line + "\n")
                lines.append((source, at))
    entry = commands[sources[0]][0]
    # What stands in another source is shadowed by nothing here; of each by itself the compiler has said it.
    command = entry["command"].replace(str(entry["file"]), str(whole)) + " -Wno-shadow"
    (folder / "compile_commands.json").write_text(json.dumps(
        [{"directory": entry["directory"], "file": str(whole), "command": command}]))
    passed, said = tidy(folder, whole)
    if "[clang-diagnostic-error]" in said:
        return None

    def own_place(match):
        if pathlib.Path(match[1]) != whole:
            return match[0]
        source, at = lines[int(match[2]) - 1]
        return f"{source}:{at}:"
    return passed, PLACE.sub(own_place, said)


def look_at(build, commands, sources):
    if len(sources) == 1:
        return tidy(build, sources[0])
    found = tidy_together(build, commands, sources)
    if found:
        return found
    half = len(sources) // 2
    halves = [look_at(build, commands, part) for part in (sources[:half], sources[half:])]
    return all(passed for passed, _ in halves), "".join(said for _, said in halves)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    commands = commands_of(build)
    sources = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or \
        sorted(path for folder in ("core", "app") for path in (ROOT / folder).rglob("*.cpp"))
    unknown = [str(source) for source in sources if source not in commands]
    if unknown:
        sys.exit(f"lint.py: {build} does not compile {' '.join(unknown)}")
    batches = sorted(together.groups(sources, how(commands)), key=len, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        results = list(pool.map(lambda sources: look_at(build, commands, sources), batches))
    vain = "".join(map(taken_in_vain, sources))
    for said in [said for _, said in results] + [vain]:
        sys.stdout.write(said)
    sys.exit(0 if all(passed for passed, _ in results) and not vain else 1)


if __name__ == "__main__":
    main()
