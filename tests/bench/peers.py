"""The libraries that products and steps are compared with: PyTorch and OpenBLAS, installed on demand
below the build folder, and held to the level of processor that ours is held to."""

import json
import os
import pathlib
import subprocess
import sys

# What a level is called by the libraries; without a name they use the best that they find.
LEVELS = {
    "highest": {},
    "avx2": {"MUONSCOPE_LEVEL": "avx2", "ATEN_CPU_CAPABILITY": "avx2",
             "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2",
             "OPENBLAS_CORETYPE": "Haswell"},
}


def private_python(build):
    """An interpreter that has PyTorch and OpenBLAS."""
    python = build.parent / "torchenv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "torch", "numpy",
                        "scipy-openblas32"], check=True)
    return python


def environment(level):
    """One thread, and the processor's best up to `level`."""
    own = {name: value for name, value in os.environ.items()
           if not name.startswith(("OPENBLAS_", "MUONSCOPE_LEVEL"))}
    return {**own, "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
            **LEVELS[level]}


def with_libraries(python, level):
    """The same with MUONSCOPE_PEERS, for the program `bench`."""
    found = subprocess.run(
        [python, "-c", "import importlib.util, json\n"
         "print(json.dumps([importlib.util.find_spec(name).submodule_search_locations[0]\n"
         "                  for name in ('torch', 'scipy_openblas32')]))"],
        check=True, capture_output=True, text=True).stdout
    torch, openblas = map(pathlib.Path, json.loads(found))
    paths = [torch / "lib/libtorch_cpu.so", openblas / "lib/libscipy_openblas.so"]
    return {**environment(level), "MUONSCOPE_PEERS": ":".join(map(str, paths))}
