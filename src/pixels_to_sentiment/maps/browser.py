"""A finished run for a reader's browser: its network as ONNX, and what a page has to know of it.

The page maps as `mapping` does, with ONNX Runtime Web, which lies beside the network, so
that a photograph never leaves the reader's machine.
"""

import json
import tarfile
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pixels_to_sentiment import places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.judging import calibration
from pixels_to_sentiment.maps import dense, drawing
from pixels_to_sentiment.maps.choice import Choice
from pixels_to_sentiment.networks import surgery
from pixels_to_sentiment.networks.network import Network

MODEL, FACTS = "model.onnx", "model.json"
RUNTIME = "onnxruntime-web-1.22.0.tgz"
# Of the runtime: what the page imports, and what that loads.
RUNTIME_FILES = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)


class LogOdds(nn.Module):
    """Log-odds of positive (n, h', w') of prepared input (n, 3, h, w); see `dense.log_odds`."""

    def __init__(self, network: Network):
        super().__init__()
        self.body = surgery.fully_convolutional(network)

    def forward(self, prepared: Tensor) -> Tensor:
        """Difference of the two outputs, in nats."""
        logits = self.body(prepared)
        return logits[:, 1] - logits[:, 0]


def export(choice: Choice, folder: Path) -> None:
    """Write a run's network and facts, and the runtime, into a folder.

    Raises
    ------
    assets.Unavailable
        If the runtime cannot be had.
    """
    runtime = assets.fetch(RUNTIME)
    with tarfile.open(runtime) as packed:
        for name in RUNTIME_FILES:
            places.keep(folder / name, packed.extractfile(f"package/dist/{name}").read())
    with places.written_whole(folder / MODEL) as made:
        write_onnx(choice.network, made)
    # Last, as the page begins with it.
    sizes = {name: (folder / name).stat().st_size for name in (MODEL, *RUNTIME_FILES)}
    places.keep(folder / FACTS, json.dumps(facts(choice) | {"bytes": sizes}))


def write_onnx(network: Network, path: Path) -> None:
    """Write `LogOdds` of a network as ONNX, for any number of pictures of any size."""
    crop = network.convention.crop
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            LogOdds(network).eval(),
            (torch.zeros(1, 3, crop, crop),),
            path,
            input_names=["pixels"],
            output_names=["log_odds"],
            dynamic_axes={"pixels": [0, 2, 3], "log_odds": [0, 1, 2]},
            # The exporter on `torch.export` writes the same network in some fifty times the time.
            dynamo=False,
        )


def facts(choice: Choice) -> dict:
    """Say what the page needs: the input, the places of the map, its colours, the test answers."""
    convention, tested = choice.network.convention, choice.predictions
    side = len(dense.log_odds(choice.network, torch.zeros(1, dense.SIDE, dense.SIDE, 3).byte())[0])
    ends = drawing.DIVERGING([0.0, 0.5, 1.0])[:, :3]
    return {
        "run": choice.numbers(),
        "words": choice.in_words(),
        "order": convention.order,
        "scale": convention.scale,
        "mean": convention.mean,
        "std": convention.std,
        "crop": convention.crop,
        "small": pictures.SIDE,
        "large": dense.SIDE,
        "places": dense.places(choice.network, np.empty((1, side, side))).tolist(),
        "full_colour": choice.scale,
        "colours": (ends * 255).round().astype(int).tolist(),
        "temperature": calibration.temperature(tested["label"], tested["centre"]),
        "tested": tested[["centre", "label"]].round(6).to_numpy().tolist(),
    }
