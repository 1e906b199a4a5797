#!/usr/bin/env python3
"""usage: tensor_files.py > tensor_files.json     (needs numpy, torch, gguf and safetensors, from PyPI)
       tensor_files.py FILE…                       says what those packages read of files that we wrote

What core/formats reads of tensors is held against: for each format of blocks some blocks and their values as
the gguf package gives them, from random bytes and, where the package can quantise, from random numbers; and
small files as the packages write them, with what they hold. Bytes and floats are in hexadecimal.
"""

import io
import json
import os
import sys
import tempfile

import gguf
import numpy
import safetensors
import safetensors.torch
import torch
from gguf import GGMLQuantizationType as Type

# Where the halves stand in a block: all else is any byte.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2],
          "Q6_K": [208]}
random = numpy.random.default_rng(20)


def floats(array):
    return numpy.ascontiguousarray(array, dtype="<f4").tobytes().hex()


def any_half():
    """Finite, subnormal and zero ones among them."""
    half = int(random.integers(0, 1 << 16))
    return half & 0x83ff if half >> 10 & 31 in (1, 31) else half


def any_blocks(name):
    values, size = gguf.GGML_QUANT_SIZES[Type[name]]
    blocks = random.integers(0, 256, (2 if values == 256 else 6, size), dtype=numpy.uint8)
    for block in blocks:
        for at in HALVES[name]:
            block[at:at + 2] = numpy.array([any_half()], dtype="<u2").view(numpy.uint8)
    return blocks


def case(name, blocks):
    return {"type": name, "bytes": blocks.tobytes().hex(), "values": floats(gguf.dequantize(blocks, Type[name]))}


def block_cases():
    for name in HALVES:
        yield case(name, any_blocks(name))
        if not name.endswith("_K"):
            yield case(name, gguf.quantize(random.normal(size=(3, 64)).astype("f4"), Type[name]))


def tensor(name, kind, shape, values):
    return {"name": name, "type": kind, "shape": list(shape), "values": floats(values)}


def gguf_file(alignment):
    """A key of every kind, and tensors of rank one to four, two of them of types that we do not read."""
    tensors = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.gguf")
        writer = gguf.GGUFWriter(path, "llama")
        if alignment != 32:
            writer.add_custom_alignment(alignment)
        writer.add_uint8("n.u8", 200)
        writer.add_int8("n.i8", -100)
        writer.add_uint16("n.u16", 60000)
        writer.add_int16("n.i16", -30000)
        writer.add_uint32("n.u32", 4000000000)
        writer.add_int32("n.i32", -2000000000)
        writer.add_uint64("n.u64", 1 << 63)
        writer.add_int64("n.i64", -(1 << 62))
        writer.add_float32("n.f32", 0.1)
        writer.add_float64("n.f64", 0.1)
        writer.add_bool("flag", True)
        writer.add_string("text", "Grüße\n")
        writer.add_array("texts", ["a", "", "<|im_start|>", "日本"])
        writer.add_array("wholes", [3, -1, 4])
        writer.add_array("numbers", [0.5, -1.25])
        writer.add_array("flags", [True, False, True])
        for name, kind, shape in [("a", "F32", (5,)), ("b", "F16", (2, 3)), ("c", "F32", (2, 1, 3)),
                                  ("d", "F16", (2, 3, 1, 2)), ("e", "F64", (3, 2)), ("q", "Q8_0", (3, 64)),
                                  ("k", "Q4_K", (2, 256)), ("bf", "BF16", (1, 7)), ("i", "I32", (2, 2)),
                                  ("q2", "Q2_K", (1, 256))]:
            if kind in ("F32", "F16", "F64"):
                values = random.normal(size=shape).astype({"F32": "f4", "F16": "f2", "F64": "f8"}[kind])
                writer.add_tensor(name, values)
                tensors.append(tensor(name, kind, shape, values))
            elif kind == "I32":
                writer.add_tensor(name, numpy.array([[1, 2], [3, 4]], dtype="i4"))
                tensors.append({"name": name, "type": kind, "shape": list(shape)})
            elif kind == "Q2_K":
                writer.add_tensor(name, random.integers(0, 256, (1, 84), dtype=numpy.uint8), raw_dtype=Type[kind])
                tensors.append({"name": name, "type": kind, "shape": list(shape)})
            else:
                rows = any_blocks("Q4_K") if kind == "Q4_K" else gguf.quantize(
                    random.normal(size=shape).astype("f4"), Type[kind])
                writer.add_tensor(name, rows, raw_dtype=Type[kind])
                tensors.append(tensor(name, kind, shape, gguf.dequantize(rows, Type[kind])))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        with open(path, "rb") as file:
            return {"name": f"gguf_{alignment}.gguf", "bytes": file.read().hex(), "tensors": tensors}


def safetensors_file(metadata):
    held = {"w": torch.tensor(random.normal(size=(3, 4)), dtype=torch.float64),
            "layer.0.weight": torch.tensor(random.normal(size=(2, 3)), dtype=torch.float32),
            "layer.0.bias": torch.tensor(random.normal(size=5), dtype=torch.float16),
            "brain": torch.tensor(random.normal(size=(2, 2, 2)), dtype=torch.bfloat16),
            "scalar": torch.tensor(2.5), "empty": torch.zeros((0, 4)), "counts": torch.tensor([1, 2, 3]),
            "mask": torch.tensor([True, False])}
    names = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
             torch.int64: "I64", torch.bool: "BOOL"}
    tensors = []
    for name, value in held.items():
        if value.is_floating_point():
            tensors.append(tensor(name, names[value.dtype], value.shape, value.to(torch.float32).numpy()))
        else:
            tensors.append({"name": name, "type": names[value.dtype], "shape": list(value.shape)})
    return {"name": "a.safetensors", "bytes": safetensors.torch.save(held, metadata=metadata).hex(),
            "tensors": tensors}


def npy_file(kind, shape, order):
    values = numpy.asarray(random.normal(size=shape), dtype=kind, order=order)
    file = io.BytesIO()
    numpy.save(file, values)
    name = {"<f2": "F16", "<f4": "F32", "<f8": "F64"}[kind]
    return {"name": "a.npy", "bytes": file.getvalue().hex(), "tensors": [tensor("a", name, shape, values)]}


def npz_file(save):
    held = {"W1": random.normal(size=(6, 40)), "conv": random.normal(size=(2, 3, 4)).astype("f4"),
            "columns": numpy.asfortranarray(random.normal(size=(3, 4, 2))), "steps": numpy.arange(5)}
    file = io.BytesIO()
    save(file, **held)
    tensors = [tensor(name, {"f8": "F64", "f4": "F32"}[value.dtype.str[1:]], value.shape, value)
               for name, value in held.items() if value.dtype.kind == "f"]
    tensors.append({"name": "steps", "type": "<i8", "shape": [5]})
    return {"name": "a.npz", "bytes": file.getvalue().hex(), "tensors": tensors}


def read_again(path):
    if path.endswith(".gguf"):
        reader = gguf.GGUFReader(path)
        for key, field in reader.fields.items():
            print(f"{key} = {str(field.contents())[:60]}")
        for found in reader.tensors:
            values = gguf.dequantize(found.data, found.tensor_type)
            print(found.name, found.tensor_type.name, [int(n) for n in reversed(found.shape)], float(values.sum()))
    elif path.endswith(".safetensors"):
        with safetensors.safe_open(path, "pt") as file:
            print(file.metadata())
            for name in file.keys():
                value = file.get_tensor(name)
                print(name, value.dtype, list(value.shape), float(value.double().sum()))
    else:
        value = numpy.load(path)
        print(value.dtype, value.shape, float(value.astype("f8").sum()))


def main():
    if len(sys.argv) > 1:
        for path in sys.argv[1:]:
            print(path)
            read_again(path)
        return
    doubles = numpy.concatenate([random.normal(size=60) * 10.0 ** random.integers(-9, 4, 60),
                                 [1 + 2.0**-11 + 2.0**-40, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 65519.99999999999,
                                  2.0**-25, 2.0**-25 + 2.0**-70, -2.0**-24 * 1.5, 0.0, -0.0]])
    result = {"blocks": list(block_cases()),
              "halves": {"doubles": doubles.astype("<f8").tobytes().hex(),
                         "halves": doubles.astype("<f2").tobytes().hex()},
              "files": [gguf_file(32), gguf_file(8), safetensors_file({"format": "pt", "step": "140", "ä\"": "ö\n"}),
                        safetensors_file(None)] +
                       [npy_file(kind, shape, order) for kind in ("<f2", "<f4", "<f8") for order in ("C", "F")
                        for shape in ((2, 3), (4,), (), (2, 3, 4))] + [npz_file(numpy.savez),
                                                                       npz_file(numpy.savez_compressed)]}
    print(json.dumps(result, ensure_ascii=True, indent=0))


if __name__ == "__main__":
    main()
