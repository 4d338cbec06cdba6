"""A probe that takes a second, for tests: of a network that was not trained, on noise."""

from dataclasses import asdict

import toy_runs
from pixels_to_sentiment.probes.records import Probe
from toy_runs import LIMIT

PROBE = Probe(
    network="timm/test_efficientnet:random",
    agreement="five",
    fold=1,
    layers=("logits", "penultimate"),
    grid=(("svm", -1, 1), ("softmax", 0, 1)),
    limit=LIMIT,
)
FILES = ["layers.csv", "probe.json", "provenance.json"]


def written(folder, probe, predicted, kind="svm", **fields):
    """Write a finished probe's folder with one row a string of predictions."""
    folder.mkdir(parents=True)
    rows = [
        f"logits,2,{kind},{2.0**place},{2.0**place * 3},0.5,{string}\n"
        for place, string in enumerate(predicted)
    ]
    head = "layer,features,classifier,cost,relative,inner,predicted\n"
    (folder / "layers.csv").write_text(head + "".join(rows))
    content = {"probe": asdict(probe), "run": None, **fields}
    toy_runs.describe(folder, probe, content, {"source": "photographs", "fingerprint": "made-up"})
    return folder
