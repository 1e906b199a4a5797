#!/usr/bin/env python3
"""usage: colour_maps.py > colour_maps.json     (needs numpy and matplotlib)
       colour_maps.py --stops                    prints the table of app/gui/colour_map.cpp

The sequential colour maps of matplotlib, 256 colours each as they are in its tables (CC0), and what
is kept of them: 33 evenly spaced stops with straight lines between them, their ends exact and the
others as near as least squares come.
"""

import json
import sys

import matplotlib
import numpy

NAMES = ["viridis", "inferno", "magma", "plasma", "cividis"]
STOPS = 33


def table(name):
    return numpy.array(matplotlib.colormaps[name].colors)


def as_hex(colours):
    return ["%02X%02X%02X" % tuple(colour) for colour in numpy.rint(colours * 255).astype(int)]


def stops(colours):
    places = numpy.linspace(0, 1, STOPS)
    hats = numpy.stack([numpy.interp(numpy.linspace(0, 1, len(colours)), places, one)
                        for one in numpy.eye(STOPS)], 1)
    ends = hats[:, [0]] * colours[0] + hats[:, [-1]] * colours[-1]
    inner = numpy.linalg.lstsq(hats[:, 1:-1], colours - ends, rcond=None)[0]
    return numpy.clip(numpy.vstack([colours[0], inner, colours[-1]]), 0, 1)


def main():
    if "--stops" in sys.argv:
        for name in NAMES:
            print(f"    {name}:", ", ".join("0x" + colour for colour in as_hex(stops(table(name)))))
        return
    json.dump({"matplotlib": matplotlib.__version__,
               "maps": {name: " ".join(as_hex(table(name))) for name in NAMES}}, sys.stdout, indent=1)
    print()


main()
