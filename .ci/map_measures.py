"""Measure maps of the twelve photographs of figure 7, and hold the measures against Quantus.

python .ci/map_measures.py networks [NETWORK ...]
python .ci/map_measures.py quantus PYTHON

The first makes maps with networks from ImageNet, whose heads are fitted to the other photographs of
five agree, and writes all their measures into book/benchmarks/maps-NETWORK.json. It takes some
minutes a network on one core.

The second measures maps of one of them by this project and by Quantus, and writes values and
seconds into book/benchmarks/quantus.json. PYTHON is that of an environment of its own, since
Quantus brings an OpenCV that reads no files of Caffe: ``pip install quantus==0.6.0 torch==2.13.0``.
Seconds are those of the processor, on one thread, so that other work beside it counts little.

Both need the photographs, and a checkout with everything committed.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import torch
from timed import timed

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.maps import dense, geometry, rivals
from pixels_to_sentiment.networks import factory, surgery
from pixels_to_sentiment.studies import authors, faithfulness, measures, robustness, summary
from pixels_to_sentiment.training import heads, memory

NETWORKS = ("squeezenet1_1", "mobilenet_v2", "efficientnet_lite0", "resnet50")
# One of the new ones, whose weights anybody can have.
PEER = "efficientnet_lite0"
OTHER_SIDE = Path(__file__).with_name("quantus_side.py")
# In rounds, of which the median counts, after one that does not.
ROUNDS = {"sparseness": 201, "complexity": 201, "max_sensitivity": 3, "road": 3}
# Of ROAD's noise, which differs on both sides: so often is ours drawn.
DRAWS = 5
MEASURES = (*summary.SCORES, "mirrored", "head", "half", "all", "window")


class Twelve:
    """The twelve photographs, and a network that was fitted to all others of five agree."""

    def __init__(self, name: str, loaded: pictures.Pictures):
        self.table = authors.pictures()[["image", "label"]]
        self.network = factory.create(name, start="imagenet")
        digests = loaded.files.set_index("image")["sha256"]
        others = folds.subset("five")
        copies = digests[others["image"]].isin(digests[self.table["image"]]).to_numpy()
        others = others[~copies]
        squares = loaded.tensor()
        heads.fit(self.network, squares[loaded.rows(others["image"])], others["label"].to_numpy())
        self.squares = squares[loaded.rows(self.table["image"])]
        crop = self.network.convention.crop
        start = (pictures.SIDE - crop) // 2
        self.crops = self.squares[:, start : start + crop, start : start + crop].contiguous()
        self.large = dense.enlarged(loaded, self.table["image"])
        self.network.eval()
        with torch.no_grad():
            self.classes = self.network(self.crops).argmax(1)
        self.mapping = partial(dense.log_odds, self.network)
        self.grad_cam = partial(rivals.grad_cam, self.network, classes=self.classes)

    def relevance(self) -> torch.Tensor:
        """Sentiment maps for the predicted classes, on the cells of the crop."""
        maps, crop = self.mapping(self.large), self.network.convention.crop
        at = geometry.within(dense.places(self.network, maps), pictures.SIDE, crop)
        return faithfulness.cells((2 * self.classes - 1)[:, None, None] * maps, at, crop)


def photographs() -> pictures.Pictures:
    """Load them, or say that they are needed."""
    loaded = pictures.load("auto")
    return loaded if loaded.real else sys.exit(f"The photographs are needed. {loaded.reason}")


def record(name: str, clock: provenance.Clock, rows: list[dict], **more: object) -> None:
    """Keep rows with how they were made, where benchmarks are kept."""
    made = clock.details(device="cpu", **more)
    if made["dirty"]:
        print("Not all is committed, so this cannot be told from its commit.", file=sys.stderr)
    report = json.dumps({"made": made, "rows": rows}, indent=1) + "\n"
    places.keep(places.benchmarks() / f"{name}.json", report)


def of_network(name: str) -> None:
    """Measure all maps of a network, a map of a picture a row."""
    loaded, clock = photographs(), provenance.Clock()
    twelve = Twelve(name, loaded)
    maps, _, cam, _, table = measures.measure(
        twelve.network, loaded, twelve.table, progress=lambda what: print(name, what, flush=True)
    )
    study = SimpleNamespace(key="", measures=lambda: table.assign(fold=0, key=""))
    table = summary.gathered([study]).assign(network=name)
    found = {
        measures.MAP: (maps, twelve.mapping, twelve.large),
        measures.GRAD_CAM: (cam, twelve.grad_cam, twelve.crops),
    }
    for kind, (values, mapping, pixels) in found.items():
        rows, values = table["map"] == kind, values.numpy()
        table.loc[rows, "places"] = values[0].size
        table.loc[rows, "sparseness"] = robustness.sparseness(values)
        table.loc[rows, "complexity"] = robustness.complexity(values)
        table.loc[rows, "sensitivity"] = robustness.max_sensitivity(mapping, pixels)
        print(name, kind, "robustness", flush=True)
    names = ["network", "image", "map", "label", "class", *MEASURES]
    names += ["places", "sparseness", "complexity", "sensitivity"]
    rows = json.loads(table[names].round(4).to_json(orient="records"))
    noise = {"radius": robustness.RADIUS, "samples": robustness.SAMPLES}
    record(f"maps-{name}", clock, rows, network=name, noise=noise)


def our_road(twelve: Twelve, relevance: torch.Tensor, seed: int = 0) -> list[float]:
    """Share of pictures that keep their class without their most relevant cells, by share."""
    rank, kept = faithfulness.ranked(relevance), []
    for share in faithfulness.ROAD_SHARES:
        missing = faithfulness.spread(rank < round(share * rank[0].numel()), twelve.crops.shape[1])
        filled = faithfulness.filled(twelve.crops, missing, seed)
        sure = faithfulness.probability(twelve.network, filled, twelve.classes)
        kept.append((sure > 0.5).float().mean().item())
    return kept


def packed(twelve: Twelve, relevance: torch.Tensor, folder: Path) -> None:
    """Write what the other side needs: pictures, maps, noise, and networks without this library."""
    network, convention = twelve.network, twelve.network.convention
    form = surgery.fully_convolutional(network)
    noise = torch.stack(list(robustness.noisy(twelve.large)))
    np.savez(
        folder / "arrays.npz",
        large=convention.prepare(twelve.large).contiguous(),
        crops=convention.prepare(twelve.crops).contiguous(),
        noise=noise,
        maps=twelve.mapping(twelve.large),
        rank=faithfulness.spread(faithfulness.ranked(relevance), twelve.crops.shape[1]),
        classes=twelve.classes,
    )
    facts = {"rounds": ROUNDS, "shares": faithfulness.ROAD_SHARES}
    facts["noise"] = faithfulness.NOISE * 255 * convention.scale / convention.std[0]
    facts |= {"scale": convention.scale, "mean": convention.mean, "std": convention.std}
    (folder / "facts.json").write_text(json.dumps(facts))
    for name, body, pixels in (("form", form, twelve.large), ("body", network.body, twelve.crops)):
        with torch.inference_mode():
            traced = torch.jit.trace(body.eval(), convention.prepare(pixels), check_trace=False)
        traced.save(str(folder / f"{name}.pt"))


def against(python: str) -> None:
    """Measure the same maps on both sides."""
    loaded, clock = photographs(), provenance.Clock()
    twelve = Twelve(PEER, loaded)
    maps, relevance = twelve.mapping(twelve.large), twelve.relevance()
    with tempfile.TemporaryDirectory() as folder:
        packed(twelve, relevance, Path(folder))
        subprocess.run(
            [python, OTHER_SIDE, folder], check=True, env=os.environ | {"PYTHONPATH": ""}
        )
        theirs = json.loads((Path(folder) / "theirs.json").read_text())
    works = {
        "sparseness": lambda: robustness.sparseness(maps.numpy()),
        "complexity": lambda: robustness.complexity(maps.numpy()),
        "max_sensitivity": lambda: robustness.max_sensitivity(twelve.mapping, twelve.large),
        "road": lambda: our_road(twelve, relevance),
    }
    rows = []
    for name, work in works.items():
        values, seconds = timed(work, ROUNDS[name])
        other = theirs["measures"][name]
        row = {"measure": name, "ours": list(map(float, values)), "quantus": other["values"]}
        rows.append(row | {"our_seconds": seconds, "quantus_seconds": other["seconds"]})
        print(pd.Series(row | {"ours s": seconds, "Quantus s": other["seconds"]}), flush=True)
    rows[-1]["draws"] = [our_road(twelve, relevance, seed) for seed in range(DRAWS)]
    record("quantus", clock, rows, network=PEER, other_versions=theirs["versions"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    memory.keep_freed()  # as whatever makes maps here does
    match sys.argv[1:]:
        case ["networks", *names]:
            for one in names or NETWORKS:
                of_network(one)
        case ["quantus", python]:
            against(python)
        case _:
            sys.exit(__doc__)
