#!/usr/bin/env python3
"""usage: arrows.py [--table]

Holds every #include of core/ and app/ to the arrows of the house: what a folder of core/ may use
stands in cmake/House.cmake, and the app stands above all of core. Says each crossing and fails;
--table prints who includes whom how often instead.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = {name: set(uses.split()) for name, uses in re.findall(
    r"^room\((\w+)(?: USES ([\w ]+?))?(?: ALSO [^)]*)?\)", (ROOT / "cmake/House.cmake").read_text(), re.M)}
APP = {"app/render": {"base", "formats"}, "app/gui": {*CORE, "app/render"},
       "app/cli": {*CORE, "app/render", "app/gui"}, "app": {"app/cli"}}
ALLOWED = {**{f"core/{name}": {f"core/{used}" for used in uses} for name, uses in CORE.items()},
           **{name: {used if "/" in used else f"core/{used}" for used in uses} for name, uses in APP.items()}}
OPENGL = re.compile(r"\bgl[A-Z]\w+\(|#include [<\"](glad/|GL/|imgui_impl_opengl3)")
BEGUN = re.compile(r"std::(jthread|thread|async)\b|pthread_create")
LOCKS = re.compile(r"std::(mutex|condition_variable)\b")


def room_of(path):
    return "/".join(path.split("/")[:2]) if path.count("/") > 1 else path.split("/")[0]


includes, faults = collections.Counter(), []
for path in sorted([*ROOT.glob("core/**/*.[hc]*"), *ROOT.glob("app/**/*.[hc]*")]):
    name, text = path.relative_to(ROOT).as_posix(), path.read_text()
    for used in map(room_of, re.findall(r'^#include "((?:core|app)/[^"]+)"', text, re.M)):
        includes[room_of(name), used] += 1
        if used != room_of(name) and used not in ALLOWED.get(room_of(name), set()):
            faults.append(f"{name}: includes {used}, which {room_of(name)} may not use")
    if OPENGL.search(text) and room_of(name) != "app/render":
        faults.append(f"{name}: OpenGL belongs to app/render")
    if BEGUN.search(text) and not name.startswith("core/session/crew."):
        faults.append(f"{name}: threads begin in core/session/crew alone")
    if LOCKS.search(text) and room_of(name) != "core/session":
        faults.append(f"{name}: locks belong to core/session")
if "--table" in sys.argv:
    for (room, used), count in sorted(includes.items()):
        print(f"{room:18} {used:18} {count:4}")
print("\n".join(faults))
sys.exit(1 if faults else 0)
