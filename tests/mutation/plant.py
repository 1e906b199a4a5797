#!/usr/bin/env python3
"""Plants faults in a scratch copy of the tree, one at a time, and prints those that no test notices.

usage: plant.py [FOLDER[/NUMBER[-NUMBER]] …] [--changed] [--again] [--list] [--check] [--table]

  FOLDER/NUMBER   only these, as app/gui, app/gui/3, core/session/4-9; default: all
  --changed       only faults without a result, or whose file changed since, or that survived before
                  a test changed
  --again         whatever the results say, also what is known already
  --list          print the faults and what is known of them
  --check         each old text stands exactly once in its file: nothing is built
  --table         print the table of the results as Markdown: nothing is built
  --readme        put it into README.md
  --programs A,B  hold them against the tests of these programs alone (core, session, cli, gui)
  --scratch DIR   where the copy and its build lie (default build/mutation)
  --jobs N        compilers, then tests, at once (default 2)

The faults are listed in faults/*.toml, one file a folder:

  [[fault]]
  file = 'core/…/x.cpp'
  old = '''text that stands once in the file'''
  new = '''what takes its place'''
  what = 'what its user would see'
  form = 'expression'     # see below; the default
  same = '…'              # changes nothing, and why: listed apart, never run

What came of each is kept in results.json, so that a run can be of some of them.

Most faults are compiled in at once, each behind a switch that a process reads from its environment,
so that one build serves all of them. `form` says what `old` is:
  expression   a whole operand: (planted::is(N) ? (new) : (old))
  statement    one or more whole statements that declare nothing used later
  alone        neither (a constant, a declaration): its tree is built for itself
A first run of every test without a fault writes down how long it takes and which faults it comes by
(a fault that stands alone counts as met by every test of its folder's programs). Then each fault is
held against the tests that come by it, quickest first, until one fails. A test that takes ten times
as long as without the fault has noticed it too.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
programs = ["core", "session", "cli", "gui"]

# Which programs can notice a fault that stands alone, by the start of its file's path.
noticing = {"core/session": ["session", "cli", "gui"], "core": ["core", "session", "cli", "gui"],
            "app/cli": ["cli"], "app": ["gui", "cli"]}


class Fault:
    def __init__(self, folder, number, entry, index):
        self.name = f"{folder}/{number}"
        self.folder = folder
        self.index = index  # of all, from 1: what the switch is compared with
        self.file = entry["file"]
        self.old, self.new = entry["old"], entry["new"]
        self.what = entry["what"]
        self.form = entry.get("form", "expression")
        self.same = entry.get("same")
        text = "\0".join([self.file, self.old, self.new, self.form])
        self.key = hashlib.sha256(text.encode()).hexdigest()[:16]

    def source(self):
        return (root / self.file).read_text()


def read_faults():
    faults = []
    for path in sorted(here.glob("faults/*.toml")):
        folder = path.stem.replace("_", "/")
        for number, entry in enumerate(tomllib.loads(path.read_text())["fault"], 1):
            unknown = set(entry) - {"file", "old", "new", "what", "form", "same"}
            if unknown:
                raise SystemExit(f"{path.name}, fault {number}: what is {', '.join(unknown)}?")
            faults.append(Fault(folder, number, entry, len(faults) + 1))
    return faults


def complaints(faults):
    """What is wrong with the list itself, as lines; empty: nothing."""
    lines = []
    keys = collections.Counter(fault.key for fault in faults)
    for fault in faults:
        path = root / fault.file
        if not path.exists():
            lines.append(f"{fault.name}: there is no {fault.file}")
            continue
        count = path.read_text().count(fault.old)
        if count != 1:
            lines.append(f"{fault.name}: its old text stands {count} times in {fault.file}: {fault.old!r}")
        if not fault.file.startswith(fault.folder):
            lines.append(f"{fault.name}: {fault.file} is not in its folder")
        if fault.old == fault.new:
            lines.append(f"{fault.name}: old and new are the same")
        if keys[fault.key] > 1:
            lines.append(f"{fault.name}: listed twice")
        if fault.form not in ("expression", "statement", "alone"):
            lines.append(f"{fault.name}: no form is called {fault.form}")
        if fault.form != "alone" and not all(balanced(text) for text in (fault.old, fault.new)):
            lines.append(f"{fault.name}: a bracket without its other one: let it stand alone")
        if fault.form == "expression" and re.match(r"(if|for|while|return)\b", fault.old):
            lines.append(f"{fault.name}: this is a statement: {fault.old!r}")
    return lines or overlaps(faults)


def balanced(text):
    text = re.sub(r"'.'|\"(?:\\\\.|[^\"])*\"", "", text)
    return all(text.count(opening) == text.count(closing) for opening, closing in ("()", "[]", "{}"))


def overlaps(faults):
    """Texts that switches cannot share, as lines: all of them stand where the list says."""
    lines, places = [], collections.defaultdict(list)
    for fault in faults:
        if fault.form != "alone" and not fault.same:
            begin = (root / fault.file).read_text().index(fault.old)
            places[fault.file].append((begin, begin + len(fault.old), fault))
    for found in places.values():
        found.sort(key=lambda place: place[:2])
        for earlier, later in zip(found, found[1:]):
            same = earlier[:2] == later[:2] and earlier[2].form == later[2].form
            if earlier[1] > later[0] and not same:
                lines.append(f"{earlier[2].name}, {later[2].name} overlap: let one of them stand alone")
    return lines


# ---- planting ----

def with_switches(text, faults):
    """The text of one file with all of its faults behind switches. Those of one place share a switch."""
    places = collections.defaultdict(list)
    for fault in faults:
        begin = text.index(fault.old)
        places[begin, begin + len(fault.old), fault.form].append(fault)
    ordered = sorted(places, reverse=True)
    for (later, earlier) in zip(ordered, ordered[1:]):
        if earlier[1] > later[0]:
            names = [f.name for place in (earlier, later) for f in places[place]]
            raise SystemExit(f"{', '.join(names)} overlap: let one of them stand alone")
    for begin, end, form in ordered:
        old = text[begin:end]
        for fault in places[begin, end, form]:
            if form == "expression":
                old = f"(planted::is({fault.index}) ? ({fault.new}) : ({old}))"
            else:
                old = f"{{ if (planted::is({fault.index})) {{ {fault.new} }} else {{ {old} }} }}"
        text = text[:begin] + old + text[end:]
    return '#include "tests/mutation/planted.h"\n#line 1\n' + text


def write_if_changed(path, text):
    if path.exists() and path.read_bytes() == text.encode():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Scratch:
    """A copy of the tree with its own build."""

    def __init__(self, folder, jobs, programs):
        self.folder = folder
        self.tree = folder / "tree"
        # As deep as the tree's own build, with its flags: what no fault touches comes from ccache.
        self.build = self.tree / "build" / "release"
        self.jobs, self.programs = jobs, programs

    def copy(self, faults):
        by_file = collections.defaultdict(list)
        for fault in faults:
            by_file[fault.file].append(fault)
        listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                                check=True, capture_output=True, text=True).stdout.splitlines()
        wanted = {name for name in listed if (root / name).is_file()}
        for name in wanted:
            if name in by_file:
                write_if_changed(self.tree / name, with_switches((root / name).read_text(), by_file[name]))
                continue
            target = self.tree / name
            if target.exists() and target.read_bytes() == (root / name).read_bytes():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target)
            os.utime(target)
        for path in list(self.tree.rglob("*")):
            name = str(path.relative_to(self.tree))
            if path.is_file() and name not in wanted and not name.startswith("build/"):
                path.unlink()

    def configure(self):
        subprocess.run(["cmake", "--preset", "release", f"-DMUONSCOPE_DEPS={root / 'build' / 'deps'}"],
                       check=True, cwd=self.tree, stdout=subprocess.DEVNULL)

    def make(self):
        """Empty when it builds, else what the compiler said."""
        done = subprocess.run(["ninja", "-C", self.build, "-k", "0", "-j", str(self.jobs),
                               *(f"test_{program}" for program in self.programs)],
                              capture_output=True, text=True)
        if done.returncode == 0:
            return ""
        errors = [line for line in done.stdout.splitlines() if "error:" in line or line.startswith("FAILED")]
        return "\n".join(errors[:40])


# ---- tests ----

def heed_signals():
    """Some tests send these; nohup and a shell's background ignore them for all that they start."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def limited(command, seconds, environment, cwd):
    """(passed, what was said); a process that outlives its time is ended with all it started."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", env=environment, cwd=cwd, start_new_session=True,
                               preexec_fn=heed_signals)
    try:
        said, _ = process.communicate(timeout=seconds)
        return process.returncode == 0, said
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return False, "timeout"


def tests_of(scratch, program):
    said = subprocess.run([scratch.build / f"test_{program}", "--gtest_list_tests"], check=True,
                          capture_output=True, text=True).stdout
    suite = ""
    for line in said.splitlines():
        if not line.startswith(" "):
            suite = line.split("#")[0].strip()
        elif not suite.startswith("Long/") and "DISABLED_" not in suite + line:
            yield suite + line.split("#")[0].strip()


def environment_of(**more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MUONSCOPE_FAULT")}
    environment.update(more)
    return environment


def stamp_of(scratch, program):
    """Changes when anything that the program's tests run changes."""
    digest = hashlib.sha256()
    for name in (f"test_{program}", *(["muonscope"] if program == "cli" else [])):
        digest.update((scratch.build / name).read_bytes())
    return digest.hexdigest()


def indices_in(note):
    """The faults that a test came by; a test that closes descriptors may have put other words there."""
    if not note.exists():
        return []
    return sorted({int(word) for word in note.read_text(errors="replace").split() if word.isdecimal()})


def trace(scratch):
    """How long each test takes, and the indices of the faults that it comes by."""
    path = scratch.folder / "trace.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    for program in scratch.programs:
        stamp = stamp_of(scratch, program)
        if known.get(program, {}).get("stamp") == stamp:
            continue
        tests, note = {}, scratch.folder / "met.txt"
        names = list(tests_of(scratch, program))
        for number, test in enumerate(names, 1):
            print(f"\r{program}: test {number} of {len(names)} without a fault ", end="", flush=True)
            note.unlink(missing_ok=True)
            began = time.monotonic()
            passed, said = limited([scratch.build / f"test_{program}", f"--gtest_filter={test}"], 900,
                                   environment_of(MUONSCOPE_FAULT_TRACE=str(note)), scratch.build)
            tests[test] = {"seconds": time.monotonic() - began, "passed": passed,
                           "met": indices_in(note)}
            if not passed:
                print(f"\n{test} fails without a fault and is left out:\n{said[-600:]}")
        print()
        known[program] = {"stamp": stamp, "tests": tests}
        path.write_text(json.dumps(known))
    return known


def noticed_by(scratch, fault, traced, failing_last):
    """The first test that fails, or None; and how many tests came by the fault."""
    candidates = []
    for program in scratch.programs:
        for test, known in traced[program]["tests"].items():
            if known["passed"] and (fault.form == "alone" or fault.index in known["met"]):
                candidates.append((known["seconds"], program, test))
    if fault.form == "alone":
        prefix = max((p for p in noticing if fault.file.startswith(p)), key=len)
        candidates = [c for c in candidates if c[1] in noticing[prefix]]
    candidates.sort(key=lambda c: (c[2] not in failing_last, c[0]))
    environment = environment_of() if fault.form == "alone" else environment_of(MUONSCOPE_FAULT=str(fault.index))
    met = len(candidates)
    while candidates:
        # Quick tests of one program share a process; a slow one has its own.
        program = candidates[0][1]
        batch, seconds = [], 0.0
        for candidate in list(candidates):
            if candidate[1] == program and (not batch or seconds + candidate[0] < 4) and len(batch) < 60:
                batch.append(candidate[2])
                seconds += candidate[0]
                candidates.remove(candidate)
            elif candidate[0] > candidates[0][0] + 4 if candidates else False:
                break
        passed, said = limited(
            [scratch.build / f"test_{program}", "--gtest_fail_fast", f"--gtest_filter={':'.join(batch)}"],
            20 + 10 * seconds, environment, scratch.build)
        if not passed:
            failed = re.findall(r"\[  FAILED  \] ([^ \n]+)", said) or re.findall(r"\[ RUN      \] (\S+)", said)[-1:]
            return f"{program}.{failed[0] if failed else batch[0]}" + (" (timeout)" if said == "timeout" else ""), met
    return None, met


# ---- results ----

class Results:
    def __init__(self, path):
        self.path = path
        self.known = json.loads(path.read_text()) if path.exists() else {}

    def of(self, fault):
        return self.known.get(fault.key)

    def note(self, fault, **what):
        self.known[fault.key] = {"name": fault.name, "file": digest(fault.source()), **what}
        self.write()

    def forget_others(self, faults):
        """What is known of faults that are no longer planted."""
        keys = {fault.key for fault in faults}
        self.known = {key: result for key, result in self.known.items() if key in keys}

    def write(self):
        self.path.write_text(json.dumps(self.known, indent=1, sort_keys=True) + "\n")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digest_of_tests():
    return digest("".join(path.read_text() for path in sorted((root / "tests").rglob("*.cpp"))))


def table(faults, results):
    counts = collections.defaultdict(lambda: [0, 0, 0, 0, 0])
    for fault in faults:
        row = counts[fault.folder]
        result = results.of(fault)
        if fault.same:
            row[3] += 1
        elif result:
            row[0] += result["by"] is not None
            row[1] += 1
            row[4] += result["file"] != digest(fault.source())
        else:
            row[2] += 1
    lines = ["| folder | noticed | of those planted | not planted yet | change nothing | file changed since |",
             "|---|---|---|---|---|---|"]
    sums = [sum(row[i] for row in counts.values()) for i in range(5)]
    for folder, row in [*sorted(counts.items()), ("all", sums)]:
        lines.append(f"| {folder} | " + " | ".join(map(str, row)) + " |")
    return "\n".join(lines)


def into_readme(text):
    path, begin, end = root / "README.md", "<!-- mutation:begin -->\n", "<!-- mutation:end -->"
    before, _, rest = path.read_text().partition(begin)
    path.write_text(before + begin + text + "\n" + end + rest.partition(end)[2])


def summary(faults, results):
    print(table(faults, results))
    lived = [f for f in faults if not f.same and results.of(f) and results.of(f)["by"] is None]
    if lived:
        print("\nNo test noticed:")
    for fault in lived:
        print(f"  {fault.name}  {fault.file}: {fault.what} ({results.of(fault)['met']} tests came by)")
    same = [f for f in faults if f.same]
    if same:
        print("\nChange nothing:")
    for fault in same:
        print(f"  {fault.name}  {fault.file}: {fault.what}: {fault.same}")
    waiting = [f.name for f in faults if not f.same and not results.of(f)]
    if waiting:
        print(f"\nWithout a result: {' '.join(waiting)}")


def chosen(faults, names):
    if not names:
        return faults
    result = []
    for name in names:
        match = re.fullmatch(r"(.*?)(?:/(\d+)(?:-(\d+))?)?/?", name)
        folder, first, last = match.groups()
        found = [f for f in faults if f.folder == folder and
                 (first is None or int(first) <= int(f.name.rsplit("/")[-1]) <= int(last or first))]
        if not found:
            raise SystemExit(f"no fault is named {name}: see --list")
        result += [f for f in found if f not in result]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    for flag in ("changed", "again", "list", "check", "table", "readme"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--scratch", type=pathlib.Path, default=root / "build" / "mutation")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--programs", type=lambda text: text.split(","), default=programs)
    options = parser.parse_args()

    faults = read_faults()
    wrong = complaints(faults)
    if wrong:
        print("\n".join(wrong))
        raise SystemExit(1)
    if options.check:
        print(f"{len(faults)} faults, each where the list says")
        return
    options.scratch.mkdir(parents=True, exist_ok=True)
    results = Results(here / "results.json")
    if options.table or options.readme:
        print(table(faults, results))
        if options.readme:
            into_readme(table(faults, results))
        return
    if options.list:
        for fault in faults:
            result = results.of(fault)
            state = "changes nothing" if fault.same else "-" if not result else result["by"] or "SURVIVES"
            print(f"{fault.name:22} {fault.file}: {fault.what}  [{state}]")
        return

    tests = digest_of_tests()
    results.forget_others(faults)

    def wanted(fault):
        result = results.of(fault)
        if fault.same:
            return False
        if options.again or not result:
            return True
        return options.changed and (result["file"] != digest(fault.source())
                                    or (result["by"] is None and result["tests"] != tests))

    todo = [f for f in chosen(faults, options.names) if wanted(f)]
    if not todo:
        summary(faults, results)
        return

    # Every fault behind a switch is compiled in, whichever is asked for: the build is then kept.
    scratch = Scratch(options.scratch, options.jobs, options.programs)
    switched = [f for f in faults if f.form != "alone" and not f.same]
    scratch.copy(switched)
    scratch.configure()
    said = scratch.make()
    if said:
        raise SystemExit("the faults do not compile together:\n" + said)
    traced = trace(scratch)
    favourites = {r["by"].split(".", 1)[1].split(" ")[0] for r in results.known.values() if r["by"]
                  and "." in r["by"]}

    lock, counter, began_at = threading.Lock(), itertools.count(1), time.monotonic()

    def tell(fault, by, met):
        with lock:
            if by or scratch.programs == programs:
                results.note(fault, by=by, met=met, tests=tests)
            print(f"{next(counter)}/{len(todo)} {fault.name} {'noticed by ' + by if by else 'SURVIVES'}: "
                  f"{fault.what} ({time.monotonic() - began_at:.0f} s)", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in [pool.submit(lambda f=f: tell(f, *noticed_by(scratch, f, traced, favourites)))
                     for f in todo if f.form != "alone"]:
            done.result()
    # Last, since a build for one fault leaves the others' programs out of date.
    for fault in (f for f in todo if f.form == "alone"):
        path = scratch.tree / fault.file
        kept = path.read_text()
        text = fault.source().replace(fault.old, fault.new)
        path.write_text(with_switches(text, [f for f in switched
                                             if f.file == fault.file and text.count(f.old) == 1]))
        said = scratch.make()
        by, met = ("the compiler", 0) if said else noticed_by(scratch, fault, traced, favourites)
        path.write_text(kept)
        tell(fault, by, met)
    if any(f.form == "alone" for f in todo):
        scratch.make()
    print()
    summary(faults, results)


if __name__ == "__main__":
    main()
