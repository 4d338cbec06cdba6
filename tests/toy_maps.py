"""A finished run with weights that maps photographs, and photographs for it."""

from functools import cache

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save

from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import runs


def restless(name, start="random", seed=1, by=30):
    """Build a network whose outputs differ from place to place and from zero."""
    network = factory.blank(name, start=start, seed=seed).eval()
    last = network.body.get_submodule(network.head)
    last.weight.data *= by
    last.bias.data.uniform_(0.5, 1)  # SqueezeNet's last ReLU would switch all places off
    return network


def alive(network):
    """Give a network weights that carry a picture through to logits of the size of one."""
    torch.manual_seed(3)
    for module in network.body.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight)
    # SqueezeNet's last ReLU would cut all else.
    network.body.get_submodule(network.head).bias.data.fill_(1.0)
    return network


@cache
def _weights(name, start):
    body = restless(name, start).body
    return save({key: value.contiguous() for key, value in body.state_dict().items()})


def with_weights(record):
    """Put weights into a run's folder, whose outputs differ from place to place."""
    (record.folder / runs.WEIGHTS).write_bytes(_weights(record.run.network, record.run.start))
    return record


def noise(count, side, seed=0):
    """Pictures of which no two pixels have to do with each other, uint8 (count, side, side, 3)."""
    dice = torch.manual_seed(seed)
    return torch.randint(0, 256, (count, side, side, 3), dtype=torch.uint8, generator=dice)


def photograph(path, seed=0, size=(60, 40)):
    """Write a picture of a few big blocks of colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST).save(path)
    return path
