"""The side of Quantus in `map_measures.py`, which calls it: python quantus_side.py FOLDER.

It runs in Quantus' environment, without this project's library, and measures what lies in the
folder. Quantus wants maps of the size of the picture. Where the picture does not count it gets one
of the map's size; where lengths alone count, the map lies in a corner of zeros.
"""

import itertools
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import quantus
import torch
from timed import timed

PACKAGES = ("quantus", "torch", "numpy", "scipy", "opencv-python")


def sensitivity(arrays, facts, form):
    """Max-Sensitivity of log-odds, with the noise that the other side drew."""
    large, mean, std = arrays["large"], *(np.array(facts[n], np.float32) for n in ("mean", "std"))
    draws = itertools.cycle(arrays["noise"])

    def noisy(arr, **_):
        prepared = (next(draws).astype(np.float32) * np.float32(facts["scale"]) - mean) / std
        return prepared.transpose(0, 3, 1, 2).reshape(arr.shape)

    def explained(model, inputs, targets, **_):
        with torch.inference_mode():
            logits = model(torch.from_numpy(np.ascontiguousarray(inputs, np.float32))).numpy()
        found = np.zeros((len(inputs), 1, *inputs.shape[2:]), np.float32)
        found[:, 0, : logits.shape[2], : logits.shape[3]] = logits[:, 1] - logits[:, 0]
        return found

    metric = quantus.MaxSensitivity(
        nr_samples=len(arrays["noise"]), perturb_func=noisy, disable_warnings=True
    )
    given = {"model": form, "x_batch": large, "y_batch": arrays["classes"], "channel_first": True}
    return lambda: metric(**given, explain_func=explained)


def road(arrays, facts, body):
    """ROAD, most relevant first.

    It ranks the values of all channels, and takes their numbers for those of pixels: so all but the
    first channel are ranked last, and percentages are of three times as many values.
    """
    crops = arrays["crops"]
    relevance = np.full(crops.shape, -1e6, np.float32)
    relevance[:, 0] = -arrays["rank"]
    percentages = [100 * share / crops.shape[1] for share in facts["shares"]]
    metric = quantus.ROAD(percentages, noise=facts["noise"], disable_warnings=True)
    given = {"model": body, "x_batch": crops, "y_batch": arrays["classes"], "channel_first": True}
    return lambda: list(metric(**given, a_batch=relevance).values())


def alone(metric, maps, classes):
    """Measure maps for which the picture does not count."""
    maps = maps[:, None]
    given = {"model": None, "x_batch": np.zeros_like(maps), "y_batch": classes}
    return lambda: metric(**given, a_batch=maps, channel_first=True)


def main(folder):
    """Measure and write values and seconds."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    arrays, facts = (
        dict(np.load(folder / "arrays.npz")),
        json.loads((folder / "facts.json").read_text()),
    )
    form, body = (torch.jit.load(folder / f"{name}.pt").eval() for name in ("form", "body"))
    maps, classes = arrays["maps"], arrays["classes"]
    works = {
        "sparseness": alone(quantus.Sparseness(disable_warnings=True), maps, classes),
        "complexity": alone(quantus.Complexity(disable_warnings=True), maps, classes),
        "max_sensitivity": sensitivity(arrays, facts, form),
        "road": road(arrays, facts, body),
    }
    found = {}
    for name, work in works.items():
        values, seconds = timed(work, facts["rounds"][name])
        found[name] = {"values": list(map(float, values)), "seconds": seconds}
        print("Quantus:", name, f"{seconds:.4f} s", flush=True)
    versions = {name: version(name) for name in PACKAGES}
    (folder / "theirs.json").write_text(json.dumps({"measures": found, "versions": versions}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
