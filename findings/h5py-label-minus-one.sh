#!/usr/bin/env bash
# h5py stores the label -1 as 0 where it comes in an array, and as 255 where it comes alone.
#
# Versions: h5py 3.16.0, numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: labels of a few classes are stored as uint8, and -1 marks a picture that has none.
# Expectation: the documentation likens data sets to NumPy arrays. What does not fit the type turns
#   over, so that -1 is 255 and easily told from a class, as labels.astype("uint8") has it; or it is
#   refused, as NumPy refuses Python's -1. All at once or one by one makes no difference.
# Behaviour: an array is converted by HDF5, which takes the nearest number that fits: -1 becomes 0,
#   which is a class, and 300 becomes 255. So it is with data[...] = labels, write_direct and
#   create_dataset(data=labels, dtype="uint8"), and with astype on the way back. A NumPy number by
#   itself, data[i] = label, is converted by NumPy and turns over, to 255 and 44; a list is
#   converted by NumPy as well, and refused. Of float labels, NaN becomes 0 in an array as well. The
#   documentation says that HDF5 converts in astype and read_direct, and names no range. Nothing is
#   said.
# Cure: labels.astype("uint8") before, or data[...] = labels.tolist().
# Output seen (of the labels 2, -1 and 300):
#   NumPy's astype: 2 255 44
#   data[...] = labels: 2 0 255
#   write_direct: 2 0 255
#   create_dataset: 2 0 255
#   one by one: 2 255 44
#   list: OverflowError
#   stored as int64, read by astype: 2 0 255
#   NaN in an array: 0
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check h5py==3.16.0 numpy==2.4.6
"$work/venv/bin/python" - "$work/labels.h5" <<'PYTHON'
import sys
import warnings

import h5py
import numpy as np

warnings.simplefilter("error")
labels = np.array([2, -1, 300])
seen = {"NumPy's astype": labels.astype("uint8")}
with h5py.File(sys.argv[1], "w") as file:

    def empty(name):
        return file.create_dataset(name, labels.shape, "uint8")

    data = empty("array")
    data[...] = labels
    seen["data[...] = labels"] = data[:]
    data = empty("direct")
    data.write_direct(labels)
    seen["write_direct"] = data[:]
    seen["create_dataset"] = file.create_dataset("new", data=labels, dtype="uint8")[:]
    data = empty("single")
    for place, label in enumerate(labels):
        data[place] = label
    seen["one by one"] = data[:]
    data = empty("list")
    try:
        data[...] = labels.tolist()
        seen["list"] = data[:]
    except OverflowError as error:
        seen["list"] = [type(error).__name__]
    wide = file.create_dataset("wide", data=labels)
    seen["stored as int64, read by astype"] = wide.astype("uint8")[:]
    missing = file.create_dataset("missing", data=np.array([np.nan]), dtype="uint8")
    seen["NaN in an array"] = missing[:]
for name, stored in seen.items():
    seen[name] = " ".join(str(one) for one in stored)
    print(f"{name}: {seen[name]}")
nearest, turned = "2 0 255", "2 255 44"
expected = [turned, nearest, nearest, nearest, turned, "OverflowError", nearest, "0"]
sys.exit(0 if list(seen.values()) == expected else "It behaves otherwise now.")
PYTHON
