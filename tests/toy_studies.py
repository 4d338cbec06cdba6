"""Map studies that take a second, for tests: a small network on blocks of colour."""

from collections import OrderedDict
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import torch
from torch import nn

import toy_runs
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.networks import declared, network
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.studies import measures
from pixels_to_sentiment.studies.records import Study
from toy_runs import RUN

FILES = ["grad_cam.csv", "log_odds.csv", "maps.json", "measures.csv", "provenance.json"]
SIDE, CROP = 96, 64
MAPPED_RUN = replace(RUN, network="squeezenet1_1")
FITTED = Study("squeezenet1_1:random", "five", 1, limit=4)


def small(seed=0):
    """Build a network of SqueezeNet's form for crops of 64 pixels, with a map of 8x8 places."""
    torch.manual_seed(seed)
    features = nn.Sequential(nn.Conv2d(3, 6, 8, stride=8), nn.ReLU())
    classifier = nn.Sequential(nn.Dropout(0.2), nn.Conv2d(6, 2, 1), nn.AdaptiveAvgPool2d(1))
    classifier[1].weight.data *= 5
    body = nn.Sequential(OrderedDict(features=features, classifier=classifier))
    convention = declared.Convention("RGB", 1 / 255, (0.5, 0.5, 0.5), (0.3, 0.3, 0.3), CROP)
    return network.Network("squeezenet1_1", body, convention, "classifier.1").eval()


def even(count):
    """Places of a map that lie evenly over a side of the picture, as shares of it."""
    return (np.arange(count) + 0.5) / count


def blocks(source="stand-in"):
    """Big blocks of colour under the real names of five agree, with evidence in a corner."""
    table = folds.load()
    table = table[table["image"].isin(pd.concat(folds.split("five", 1))["image"])]
    shape = (len(table), 6, 6, 3)
    coarse = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    pixels = coarse.repeat(SIDE // 6, axis=1).repeat(SIDE // 6, axis=2)
    masks = np.zeros((len(table), SIDE, SIDE), bool)
    masks[:, 20:52, 24:40] = True
    names = table["image"].to_numpy()
    return Pictures(names, pixels, source, "made-up", pd.DataFrame({"image": names}), masks=masks)


def trained(root, data=None, **changes):
    """Write the folder of a finished run of the small network, without weights."""
    run = replace(MAPPED_RUN, **changes)
    data = {"source": "stand-in", "fingerprint": "made-up"} | (data or {})
    views = {"centre": 0.5, "oversampled": 0.5}
    return Record.open(toy_runs.written(root, run, views, data, run.fingerprint()))


def measured(images, labels, seed=0, maps=measures.MAPS):
    """Make up a table as `measures.measure` gives it, of random numbers."""
    dice = np.random.default_rng(seed)
    columns = [
        measures.column(c, share) for c, shares in measures.CURVES.items() for share in shares
    ]
    columns += [*measures.AGREEMENTS, *measures.EVIDENCE]
    classes = dice.integers(0, 2, len(images))
    parts = []
    for name in maps:
        made = pd.DataFrame({"image": images, "label": labels, "map": name, "class": classes})
        numbers = pd.DataFrame(dice.random((len(images), len(columns))).round(4), columns=columns)
        if name not in ("map", "grad-cam"):
            numbers[[*measures.AGREEMENTS]] = np.nan
        parts.append(pd.concat([made, numbers], axis=1))
    return pd.concat(parts, ignore_index=True)


def written(folder, study, table=None, maps=None, run=None, other=None, source="photographs"):
    """Write a finished study's folder, of made-up numbers where none are given."""
    folder.mkdir(parents=True)
    listed = folds.split(study.agreement, study.fold)[1].head(study.limit)
    table = measured(listed["image"], listed["label"]) if table is None else table
    images = table["image"].unique()
    maps = np.random.default_rng(1).normal(0, 2, (len(images), 3, 3)) if maps is None else maps
    table.to_csv(folder / "measures.csv", index=False)
    places = [f"{row}-{column}" for row, column in np.ndindex(*maps.shape[1:])]
    for name, some in (("log_odds", maps), ("grad_cam", np.abs(maps))):
        values = pd.DataFrame(some.reshape(len(maps), -1), columns=places)
        values.insert(0, "image", images)
        values.to_csv(folder / f"{name}.csv", index=False)
    content = {
        "maps": asdict(study),
        "run": run and asdict(run),
        "other": other and asdict(other),
        "at": even(maps.shape[-1]).tolist(),
        "grad_cam_at": even(maps.shape[-1]).tolist(),
    }
    toy_runs.describe(folder, study, content, {"source": source, "fingerprint": "made-up"})
    return folder
