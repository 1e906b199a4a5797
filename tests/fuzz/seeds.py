#!/usr/bin/env python3
"""usage: seeds.py FOLDER

Writes what the fuzz targets begin with, a folder a target below FOLDER: the golden files of tensors, texts
of the golden tokenisations, a vocabulary, stacks of edits, studies, settings, stop rules, fields of CSV, layouts
and preferences. What the program alone writes comes from documents.cpp.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"
EDITS = ["drop-top=1", "drop-bottom=2", "keep=25%", "energy=.9", "flatten", "power=.5,norm=free", "clip=.5",
         "scale=1-3:2", "set=1:0", "orthogonalise=polar_express:5", "noise=7,norm=spectral,muted"]
SETTINGS = ["two-ways-up\nseed=7\nnetwork.depth=3\nnetwork.widths=8,4,8\noptimizer.lr=2%\nlanes.0.optimizer.kind=muon",
            "staged\nlanes.Muon.optimizer.lr=0,02\nlanes.0.phases.1.layers.2.optimizer.momentum=.9\nloss=cross-entropy",
            "stories\nlanes.0.layers.query.optimizer.kind=adamw\ntransformer.width=8\ntransformer.heads=2",
            "rare-facts\ndata.facts=12\ndata.exponent=1.5\nlanes.0.name=a.b\ninit.kind=orthogonal",
            "libraries\ntarget.kind=file\ntarget.file=a.npy\ninit.files=a.npy,b.npy\nrecord.dense=1e2"]
CONDITIONS = ["loss<=0.05\nrelative_error<=1e-3", "layer_2_norm<=.5\nproduct_sv_1<=-2", "probe_after_k<=inf\nloss<="]
LAYOUT = """[Window][Loss]
Pos=0,0
Size=400,300
Collapsed=0
DockId=0x00000002,0

[Window][Lanes]
Pos=-3,20
Size=400,300
Collapsed=1

[Docking][Data]
DockSpace     ID=0x7D5CBA8D Window=0x8D0C4CE6 Pos=0,0 Size=1280,720 Split=X
  DockNode    ID=0x00000001 Parent=0x7D5CBA8D SizeRef=640,720 Split=Y
    DockNode  ID=0x00000003 Parent=0x00000001 SizeRef=640,300 NoTabBar=1 Selected=0x0000002A
    DockNode  ID=0x00000004 Parent=0x00000001 SizeRef=640,418 HiddenTabBar=1
  DockNode    ID=0x00000002 Parent=0x7D5CBA8D SizeRef=638,720 CentralNode=1 NoCloseButton=1
DockNode      ID=0x00000009 Pos=200,200 Size=500,300

"""
PREFERENCES = ["{\"dark\": false, \"user_scale\": 1.5, \"presented\": [\"loss\"], \"colour_map\": 3, \"on\": true, "
               "\"whole\": -2, \"real\": 3.25, \"words\": [\"a\", \"b\"]}", "whole=3", "words=[\"loss\"]", "real=1e999"]
FIELDS = ["name\xffa, b\xff\"quoted\"\xff\xff1.5\xff\n\xff\r\n", ",\xff\"\xff\"\""]


def write(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / str(number)).write_bytes(seed)


def main():
    root = pathlib.Path(sys.argv[1])
    files = json.loads((GOLDEN / "tensor_files.json").read_text())["files"]
    for ending in ("gguf", "safetensors", "npy", "npz"):
        write(root / ending, [bytes.fromhex(f["bytes"]) for f in files if f["name"].endswith("." + ending)])
    tokeniser = json.loads((GOLDEN / "tokeniser.json").read_text())
    texts = [case["text"].encode() for case in tokeniser["smollm"]]
    write(root / "tokeniser", texts)
    pieces = [piece for piece in tokeniser["pieces"] if "\n" not in piece]
    table = "the thing\n" + "\n".join(pieces) + "\n\n" + "\n".join(tokeniser["merges"])
    write(root / "token_table", [table.encode(), "ab\na\nb\nab\n<|x|>\n\na b\n".encode()])
    write(root / "edits", [f"blk.1-20.ffn_*+attn_v:{edit}  # as it is\n".encode() for edit in EDITS] +
          ["\n".join(f"*:{edit}" for edit in EDITS).encode()])
    studies = [path.read_bytes() for path in sorted((ROOT / "assets/studies").glob("*.json"))]
    study = {"version": 1, "base": "two-ways-up", "grid": {"network.depth": [1, 2]}, "list": [{"target.modes": 3}],
             "arms": [{"name": "SGD", "set": {"optimizer.kind": "sgd"}, "rates": [0.1, 0.2]},
                      {"name": "Muon", "set": {"optimizer.kind": "muon"}, "rates": ["1%"], "rate": "optimizer.lr"}],
             "tuning": {"by": "at the end", "seeds": "same"}, "seeds": [4, 7], "budget": {"loss": 0.1, "most_steps": 9},
             "metrics": [{"name": "at the end", "end": "loss"}, {"steps_to": "loss<=0.5", "every": 2},
                         {"area": "loss", "over": "steps", "better": "smaller"}], "compare": [["SGD", "Muon"]]}
    write(root / "study", studies + [json.dumps(study).encode()])
    write(root / "set", [text.encode() for text in SETTINGS])
    write(root / "until", [text.encode() for text in CONDITIONS])
    write(root / "layout", [LAYOUT.encode(), (ROOT / "tests/gui/layouts/missing-dock-node.ini").read_bytes()])
    write(root / "preferences", [text.encode() for text in PREFERENCES])
    write(root / "csv", [text.encode("latin-1") for text in FIELDS])
    write(root / "ghost_csv", [
        b"step,lane,steps,loss,loss_min,loss_max\n0,SGD,1,5,5,5\n2,SGD,2,4,4,5\n0,Muon,1,5,5,5\n",
        b"step,SGD steps,SGD loss,\"Muon, x5 steps\",\"Muon, x5 loss\"\r\n0,1,5,1,5\r\n1,1,4,,\r\n"])


main()
