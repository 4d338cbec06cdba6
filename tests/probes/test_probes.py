"""Probes from pixels to scores: features, classifiers, and both ways to choose a cost."""

import numpy as np
import pandas as pd

from pixels_to_sentiment.probes import features, linear, protocols


def test_what_a_layer_shows_is_found_and_what_it_does_not_show_is_not(tiny, bright_or_dark):
    """Brightness is read off an untrained layer without a fault; labels drawn by lot are not."""
    pixels, bright = bright_or_dark
    known = features.grams(tiny(), pixels, ["penultimate"])["penultimate"].products
    lot = np.random.default_rng(0).permutation(bright)
    tables = []
    for name, labels in (("bright", bright), ("lot", lot)):
        for fold in (1, 2, 3):
            testing = np.arange(60) // 20 == fold - 1
            train, test = np.flatnonzero(~testing), np.flatnonzero(testing)
            table = linear.probe(known, train, test, labels[train], linear.quarters(40))
            right = [np.array(list(p)) == labels[test].astype(str) for p in table["predicted"]]
            table = table.assign(labels=name, fold=fold, seed=0, accuracy=np.mean(right, axis=1))
            tables.append(table)
    compared = protocols.compare(pd.concat(tables), ["labels", "classifier"])
    compared = compared.set_index(["labels", "classifier"])
    assert (compared.loc["bright", ["paper_mean", "nested_mean"]] == 1).all(axis=None)
    assert (compared.loc["lot", "nested_mean"] < 0.75).all()
    assert (compared["n"] == 3).all()
