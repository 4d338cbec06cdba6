"""A finished run with weights that maps photographs, and photographs for it."""

import numpy as np
from PIL import Image
from safetensors.torch import save_file

from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import runs


def with_weights(record, seed=1):
    """Put weights into a run's folder, whose outputs differ from place to place."""
    network = factory.blank(record.run.network, start=record.run.start, seed=seed)
    last = network.body.get_submodule(network.head)
    last.weight.data *= 30
    last.bias.data.uniform_(0.5, 1)  # SqueezeNet's last ReLU would switch all places off
    state = {k: v.contiguous() for k, v in network.body.state_dict().items()}
    save_file(state, record.folder / runs.WEIGHTS)
    return record


def photograph(path, seed=0, size=(60, 40)):
    """Write a picture of a few big blocks of colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST).save(path)
    return path
