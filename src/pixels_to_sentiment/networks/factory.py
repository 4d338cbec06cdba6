"""Any network by its name, with the weights that it starts from and a new head."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks import (
    compat,  # before timm
    weights,
)
from pixels_to_sentiment.networks.architectures import BUILDERS, layers, operate
from pixels_to_sentiment.networks.declared import (
    ARCHITECTURES,
    CLASSES,
    IMAGENET_CLASSES,
    VARIANT,
    Convention,
    check,
    find_start,
)
from pixels_to_sentiment.networks.network import Network

# isort: split
import timm


def create(name: str, *, start: str = "imagenet", seed: int = 0) -> Network:
    """Build a network with the weights that it starts from and a new 2-way head.

    Parameters
    ----------
    name
        ``"caffenet"``, ``"alexnet"``, ``"squeezenet1_1"``, ``"squeezenet1_0"``,
        ``"mobilenet_v2"``, one of these with a variant, as in ``"caffenet+fc7-2"``, or
        ``"timm/NAME"`` for any model of timm.
    start
        ``"random"``, or one of the starts of `declared.ARCHITECTURES`; for timm models
        ``"imagenet"`` means timm's own pretrained weights.
    seed
        Of the fillers of everything that starts new.

    Raises
    ------
    UserError
        If the network or the start is unknown, or its weights do not fit.
    assets.Unavailable
        If the weights cannot be had.
    """
    check(name, start)
    chosen = find_start(name, start)
    if chosen is None and start != "random":
        torch.manual_seed(seed)
        return _create_timm(name, start)
    network = blank(name, start=start, seed=seed)
    if chosen:
        family, _, variant = name.partition(VARIANT)
        cut = layers(family) if variant else ()
        weights.load(
            network.body,
            weights_file(chosen.assets),
            network.head,
            chosen.new,
            ignored=(*chosen.ignored, *cut),
            keep_head=chosen.fine_tuned,
            renamed={chosen.classifier[0]: "fc8"} if variant and chosen.classifier else {},
        )
    return network


def blank(name: str, *, start: str, seed: int = 0) -> Network:
    """Build a network of the form that it has with a start, filled as from random weights.

    Parameters and errors are those of `create`, but no file is needed.
    """
    check(name, start)
    torch.manual_seed(seed)
    if name.startswith("timm/"):
        return _create_timm(name, "random")
    family, _, variant = name.partition(VARIANT)
    architecture, chosen = ARCHITECTURES[family], ARCHITECTURES[family].starts.get(start)
    convention = chosen.convention if chosen else architecture.convention
    frozen_norms = bool(chosen and chosen.frozen_norms)
    if not variant:
        body = BUILDERS[family](len(CLASSES))
        return Network(name, body, convention, architecture.head, frozen_norms)
    made, classes = architecture.variants[variant], len(CLASSES)
    if made.on_classifier:
        classes = chosen.classifier[1] if chosen and chosen.classifier else IMAGENET_CLASSES
        made = replace(made, outputs=classes)
    body = operate(BUILDERS[family](classes), made)
    return Network(name, body, convention, made.head, frozen_norms)


def weights_asset(name: str, start: str) -> str | None:
    """Name of the weights file that `create` would use, ``None`` where it needs no declared file.

    Fetches the file if need be; raises as `create` does.
    """
    chosen = find_start(name, start)
    return None if chosen is None else weights_file(chosen.assets).name


def weights_file(names: tuple[str, ...]) -> Path:
    """Fetch the first of the declared files that can be had.

    Raises
    ------
    assets.Unavailable
        The reasons for all of them, if none can be had.
    """
    at_hand = [name for name in names if assets.find(name)]
    failures = []
    for name in at_hand or names:
        try:
            return assets.fetch(name)
        except assets.Unavailable as failure:
            failures.append(str(failure))
    raise assets.Unavailable(" ".join(failures))


def _create_timm(name: str, start: str) -> Network:
    model = name.removeprefix("timm/")
    try:
        with compat.hub_offline() if assets.offline() else nullcontext():
            pretrained = start == "imagenet"
            body = timm.create_model(model, pretrained=pretrained, num_classes=len(CLASSES))
    except Exception as fault:  # timm and its hub raise whatever their transport raises
        if start == "random":
            raise
        offline = f"unset {assets.OFFLINE_VARIABLE}" if assets.offline() else ""
        raise assets.Unavailable(
            f"timm's weights of {model} cannot be had here ({type(fault).__name__}: {fault}); "
            f"use start 'random' or {offline or 'a machine with internet access'}."
        ) from fault
    head = body.pretrained_cfg.get("classifier")
    if not isinstance(head, str):
        raise UserError(f"timm's {model} has no single last layer ({head}): choose another model.")
    config = timm.data.resolve_model_data_config(body)
    crop = config["input_size"][-1]
    if crop > 256:
        raise UserError(f"{name} takes {crop} pixels a side; the decoded pictures have 256.")
    convention = Convention("RGB", 1 / 255, tuple(config["mean"]), tuple(config["std"]), crop)
    return Network(name, body, convention, head)
