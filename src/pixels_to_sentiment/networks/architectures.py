"""How the bodies of networks are built, cut and extended; `declared` has their names and starts."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import pandas as pd
import torch
from torch import nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import compat  # noqa: F401  (before torchvision)
from pixels_to_sentiment.networks.caffenet import alexnet, caffenet
from pixels_to_sentiment.networks.declared import (
    ARCHITECTURES,
    CLASSES,
    IMAGENET_CLASSES,
    VARIANT,
    Variant,
)

# isort: split
import timm
from torchvision import models


def layers(family: str) -> set[str]:
    """Names of all layers with parameters of an architecture, without filling any."""
    with torch.device("meta"):
        names = [name for name, _ in BUILDERS[family](len(CLASSES)).named_parameters()]
    return {name.rpartition(".")[0] for name in names}


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
        family, _, variant = name.partition(VARIANT)
        with torch.device("meta"):
            whole = made = BUILDERS[family](len(CLASSES))
            if variant:
                chosen = ARCHITECTURES[family].variants[variant]
                classes = IMAGENET_CLASSES if chosen.on_classifier else len(CLASSES)
                made = operate(BUILDERS[family](classes), chosen)
        count, total = (sum(p.numel() for p in body.parameters()) for body in (made, whole))
        rows.append((name, count / 1e6, count / total))
    return pd.DataFrame(rows, columns=["network", "parameters", "left"])


def operate(body: nn.Module, variant: Variant) -> nn.Module:
    """Cut a body after a layer and put a new one there, as a variant has it.

    The layers that are kept keep their names and are not copied. Outputs that have places are
    averaged over them, as SqueezeNet and MobileNetV2 do themselves.

    Raises
    ------
    UserError
        If the body has no layer of that name.
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
        kept[child] = module
        if child == name:
            kept[child] = nn.Sequential(_kept(module, inner)) if inner else module
            return kept
    raise UserError(f"There is no layer {last!r}: choose from {list(kept)}.")


def new_head(module: nn.Module) -> nn.Module:
    """Fill a new last layer as the paper's: Gaussian 0.01, zero bias."""
    nn.init.normal_(module.weight, std=0.01)
    nn.init.zeros_(module.bias)
    return module


def _squeezenet(build: Callable[..., nn.Module]) -> Callable[[int], nn.Module]:
    def make(classes: int) -> nn.Module:
        body = build(weights=None)
        if classes != IMAGENET_CLASSES:
            body.classifier[1] = new_head(nn.Conv2d(512, classes, 1))
        return body

    return make


def _mobilenet_v2(classes: int) -> nn.Module:
    body = models.mobilenet_v2(weights=None)
    if classes != IMAGENET_CLASSES:
        body.classifier[1] = new_head(nn.Linear(1280, classes))
    # In torchvision's the average is a step without a name, at which nothing could be cut.
    steps = OrderedDict(
        features=body.features,
        mean=nn.AdaptiveAvgPool2d(1),
        flat=nn.Flatten(),
        classifier=body.classifier,
    )
    return nn.Sequential(steps)


def _of_timm(model: str) -> Callable[[int], nn.Module]:
    def make(classes: int) -> nn.Module:
        body = timm.create_model(model, num_classes=classes)
        if classes != IMAGENET_CLASSES:
            new_head(body.get_classifier())
        return body

    return make


# Each gives the body; called with the number of classes, with 2 for the two-way head.
BUILDERS: dict[str, Callable[[int], nn.Module]] = {
    "caffenet": caffenet,
    "alexnet": alexnet,
    "squeezenet1_1": _squeezenet(models.squeezenet1_1),
    "squeezenet1_0": _squeezenet(models.squeezenet1_0),
    "mobilenet_v2": _mobilenet_v2,
    "efficientnet_lite0": _of_timm("tf_efficientnet_lite0"),
    "resnet50": _of_timm("resnet50"),
}
