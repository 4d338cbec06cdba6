"""How the bodies of networks are built, cut and extended; `declared` has their names and starts.

torchvision and timm are imported with the first network of theirs, as that takes two seconds.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import pandas as pd
import torch
from torch import nn

from pixels_to_sentiment.networks import compat  # noqa: F401  (before torchvision)
from pixels_to_sentiment.networks.caffenet import alexnet, caffenet
from pixels_to_sentiment.networks.declared import (
    ARCHITECTURES,
    CLASSES,
    IMAGENET_CLASSES,
    VARIANT,
    Variant,
)


def build(name: str, added_to: int = IMAGENET_CLASSES) -> nn.Module:
    """Build the body of a network or a variant, filled as from random weights.

    A layer that is added goes on top of a classifier of so many classes.
    """
    family, _, variant = name.partition(VARIANT)
    if not variant:
        return BUILDERS[family](len(CLASSES))
    made = ARCHITECTURES[family].variants[variant]
    if made.outputs != IMAGENET_CLASSES:
        return _cut(BUILDERS[family](len(CLASSES)), made)
    return _cut(BUILDERS[family](added_to), replace(made, outputs=added_to))


def sizes(names: Iterable[str]) -> pd.DataFrame:
    """Count the parameters of networks and their variants, without filling any.

    Returns
    -------
    DataFrame
        ``network`` (as given), ``parameters`` (millions) and ``left`` (share of those of the whole
        network).
    """
    rows = []
    for name in names:
        with torch.device("meta"):
            bodies = build(name), build(name.partition(VARIANT)[0])
        count, total = (sum(p.numel() for p in body.parameters()) for body in bodies)
        rows.append((name, count / 1e6, count / total))
    return pd.DataFrame(rows, columns=["network", "parameters", "left"])


def _cut(body: nn.Module, variant: Variant) -> nn.Module:
    """Cut a body after a layer and put a new one there; layers that are kept keep their names.

    Outputs that have places are averaged over them, as SqueezeNet and MobileNetV2 do themselves.
    """
    layers = _kept(body, variant.last)
    if "features" in layers and "flat" not in layers:
        layers |= {"mean": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten()}
    if variant.head:
        layers[variant.head] = new_head(nn.Linear(variant.outputs, len(CLASSES)))
    return nn.Sequential(layers)


def _kept(body: nn.Module, last: str) -> OrderedDict[str, nn.Module]:
    """Modules of a body in their order up to the last one, under their names."""
    name, _, inner = last.partition(".")
    kept = OrderedDict()
    for child, module in body.named_children():
        kept[child] = nn.Sequential(_kept(module, inner)) if child == name and inner else module
        if child == name:
            break
    return kept


def new_head(module: nn.Module) -> nn.Module:
    """Fill a new last layer as the paper's: Gaussian 0.01, zero bias."""
    nn.init.normal_(module.weight, std=0.01)
    nn.init.zeros_(module.bias)
    return module


def _squeezenet(name: str, classes: int) -> nn.Module:
    from torchvision import models

    body = getattr(models, name)(weights=None)
    if classes != IMAGENET_CLASSES:
        body.classifier[1] = new_head(nn.Conv2d(512, classes, 1))
    return body


def _mobilenet_v2(classes: int) -> nn.Module:
    from torchvision import models

    body = models.mobilenet_v2(weights=None)
    if classes != IMAGENET_CLASSES:
        body.classifier[1] = new_head(nn.Linear(1280, classes))
    # In torchvision's the average is a step without a name, at which nothing could be cut.
    steps = {"features": body.features, "mean": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten()}
    return nn.Sequential(OrderedDict(steps, classifier=body.classifier))


def _of_timm(model: str, classes: int) -> nn.Module:
    import timm

    body = timm.create_model(model, num_classes=classes)
    if classes != IMAGENET_CLASSES:
        new_head(body.get_classifier())
    return body


# Each gives the body; called with the number of classes, with 2 for the two-way head.
BUILDERS: dict[str, Callable[[int], nn.Module]] = {
    "caffenet": caffenet,
    "alexnet": alexnet,
    "squeezenet1_1": partial(_squeezenet, "squeezenet1_1"),
    "squeezenet1_0": partial(_squeezenet, "squeezenet1_0"),
    "mobilenet_v2": _mobilenet_v2,
    "efficientnet_lite0": partial(_of_timm, "tf_efficientnet_lite0"),
    "resnet50": partial(_of_timm, "resnet50"),
}
