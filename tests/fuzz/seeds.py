#!/usr/bin/env python3
"""usage: seeds.py FOLDER

Writes what the fuzz targets begin with, a folder a target below FOLDER: the golden files of tensors, texts
of the golden tokenisations, a vocabulary, and stacks of edits.
"""

import json
import pathlib
import sys

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
EDITS = ["drop-top=1", "drop-bottom=2", "keep=25%", "energy=.9", "flatten", "power=.5,norm=free", "clip=.5",
         "scale=1-3:2", "set=1:0", "orthogonalise=polar_express:5", "noise=7,norm=spectral,muted"]


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


main()
