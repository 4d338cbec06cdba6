"""A probe that takes a second, for tests: of a network that was not trained, on noise."""

import json

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


def written(folder, probe, predicted, **fields):
    """Write a finished probe's folder with one row a string of predictions."""
    folder.mkdir(parents=True)
    rows = [
        f"logits,2,svm,{2.0**place},{2.0**place * 3},0.5,{string}\n"
        for place, string in enumerate(predicted)
    ]
    head = "layer,features,classifier,cost,relative,inner,predicted\n"
    (folder / "layers.csv").write_text(head + "".join(rows))
    (folder / "provenance.json").write_text('{"seconds": 1.5}')
    content = {
        "key": folder.name,
        "probe": vars(probe),
        "run": None,
        "data": {"source": "photographs", "fingerprint": "made-up"},
        "code": "c",
    }
    (folder / "probe.json").write_text(json.dumps(content | fields))
    return folder
