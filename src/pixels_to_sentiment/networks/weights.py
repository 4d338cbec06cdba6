"""Trained weights from a file into a network, with every shape checked.

Reads safetensors, torch's files and Caffe's models, under the names of any of them. Nothing is
reordered on the way: a model of Caffe keeps filters that want blue, green, red.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from math import prod
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from pixels_to_sentiment.caffe import kinds, models
from pixels_to_sentiment.errors import Damaged, UserError, damage
from pixels_to_sentiment.networks.caffenet import FC6_WINDOW

# Ends the names of inner products that were turned into convolutions, as the authors' fully
# convolutional model has them.
CONVOLUTIONAL = "-conv"
# What `read` has from torch and safetensors, in the words of `kinds.refuse`.
_OURS = ("a safetensors file", "a PyTorch file", "a Python pickle", "a zip archive")


def load(
    body: nn.Module,
    path: Path,
    head: str,
    new: Iterable[str] = (),
    *,
    ignored: str = "",
    renamed: Mapping[str, str] | None = None,
) -> None:
    """Load weights into a network, leaving its head and the declared parameters new.

    Biases that the file lacks start at zero, as those of the paper's new layers do, and not at
    the one that Caffe's filler gives some layers of a network trained from nothing.

    Parameters
    ----------
    body
        The module of a `network.Network`, or its fully convolutional form. Inner products fit
        the convolutions made of them and the other way round.
    path
        ``.safetensors``, ``.caffemodel``, or what torch saves.
    head
        Layer of the body that gives the logits; what the file has for it is passed over. Empty for
        one that was fine-tuned on the same two classes.
    new
        Shell patterns of parameters that the file need not hold.
    ignored
        Shell pattern of those in the file that the network does not have, such as another task's
        classifier.
    renamed
        Names of layers in the file that are others in the network.

    Raises
    ------
    UserError
        If the file cannot be read, or a layer is missing, unknown or of another shape; every such
        layer is named with both shapes.
    """
    wanted = _without(head, body.state_dict())
    given = _without(head, _named_as_in(body, read(path), renamed or {}))
    given = {k: v for k, v in given.items() if k in wanted or not fnmatch(k, ignored)}
    given = {k: _fitted(v, wanted.get(k)) for k, v in given.items()}
    ours, theirs = ({k: tuple(v.shape) for k, v in one.items()} for one in (wanted, given))
    absent = (*new, "*.num_batches_tracked")
    faults = [
        f"{k} ({theirs.get(k, 'absent')} in the file, {ours.get(k, 'absent')} in the network)"
        for k in sorted(ours.keys() | theirs.keys())
        if ours.get(k) != theirs.get(k)
        and not (k not in given and any(fnmatch(k, pattern) for pattern in absent))
    ]
    if faults:
        raise UserError(f"{path} does not fit the network: {'; '.join(faults)}.")
    for key in wanted.keys() - given.keys():
        if key.endswith(".bias"):
            given[key] = torch.zeros_like(wanted[key])
    body.load_state_dict(given, strict=False)


def read(path: Path) -> dict[str, Tensor]:
    """Read the parameters of a file by name, as they are in it."""
    # A value too large for float32 would become infinite and only be warned of.
    with damage(path, what="a weights file"), np.errstate(over="raise"):
        if path.suffix == ".caffemodel":
            # Writable and apart from the file's bytes, as torch wants it.
            given = models.parameters(path)
            return {name: torch.from_numpy(np.array(blob, np.float32)) for name, blob in given}
        kinds.refuse(path, _OURS)
        if path.suffix == ".safetensors":
            return load_file(path)
        state = dict(torch.load(path, map_location="cpu", weights_only=True))
        if odd := [key for key, value in state.items() if not isinstance(value, Tensor)]:
            raise Damaged(f"{odd[0]!r} in it is no tensor", "save a state_dict alone")
        return state


def caffe_names(body: nn.Module) -> dict[str, str]:
    """Give the names that layers of a network have in Caffe, where they are others.

    torchvision's SqueezeNets have their published Caffe names: ``conv1``, ``fire2/squeeze1x1``,
    ``conv10``.
    """
    fires = [name for name, module in body.named_modules() if hasattr(module, "expand3x3")]
    names = {"features.0": "conv1", "classifier.1": "conv10"}
    for number, fire in enumerate(fires, 2):
        names[f"{fire}.squeeze"] = f"fire{number}/squeeze1x1"
        names |= {f"{fire}.{part}": f"fire{number}/{part}" for part in ("expand1x1", "expand3x3")}
    return names if fires else {}


def _named_as_in(
    body: nn.Module, state: dict[str, Tensor], names: Mapping[str, str]
) -> dict[str, Tensor]:
    """Rename parameters from Caffe's names, and from an inner product's to its convolution's."""
    layers = {_layer(key) for key in body.state_dict()}
    ours = {theirs: name for name, theirs in caffe_names(body).items()} | dict(names)
    renamed = {}
    for key, value in state.items():
        layer, _, kind = key.rpartition(".")
        plain = layer.removesuffix(CONVOLUTIONAL)
        choices = (layer, ours.get(layer), plain, layer + CONVOLUTIONAL)
        found = next((name for name in choices if name in layers), layer)
        renamed[f"{found}.{kind}"] = value
    return renamed


def _fitted(value: Tensor, wanted: Tensor | None) -> Tensor:
    """Give a parameter the shape of the network's, if it has the same numbers in the same order."""
    alike = wanted is not None and _plain(tuple(value.shape)) == _plain(tuple(wanted.shape))
    return value.reshape(wanted.shape) if alike else value


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape of a weight as that of an inner product, where a convolution was made of one."""
    if shape[1:] == FC6_WINDOW or shape[2:] == (1, 1):
        shape = (shape[0], prod(shape[1:]))
    # Caffe's older files have four dimensions throughout, with ones in front.
    while len(shape) > 1 and shape[0] == 1:
        shape = shape[1:]
    return shape


def _without(layer: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k: v for k, v in state.items() if not layer or _layer(k) != layer}


def _layer(key: str) -> str:
    return key.rpartition(".")[0]
