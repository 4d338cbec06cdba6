"""Any network by its name, with the weights that it starts from and a new head."""

import hashlib
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import torch

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks import compat, weights  # compat before timm
from pixels_to_sentiment.networks.architectures import build
from pixels_to_sentiment.networks.declared import (
    ARCHITECTURES,
    CLASSES,
    IMAGENET_CLASSES,
    VARIANT,
    Convention,
    Start,
    find_start,
)
from pixels_to_sentiment.networks.network import Network


def create(name: str, *, start: str = "imagenet", seed: int = 0) -> Network:
    """Build a network with the weights that it starts from and a new 2-way head.

    Parameters
    ----------
    name
        One of `declared.ARCHITECTURES`, with a variant as in ``"caffenet+fc7-2"`` or without, or
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
    chosen = find_start(name, start)
    if chosen is None and start != "random":
        torch.manual_seed(seed)
        return _create_timm(name, start)
    network = blank(name, start=start, seed=seed)
    if chosen:
        weights.load(
            network.body,
            weights_file(chosen.assets),
            "" if chosen.fine_tuned else network.head,
            chosen.new,
            # The file still has what a variant cuts off.
            ignored="*" if VARIANT in name else "fc8*",
            renamed={chosen.classifier[0]: "fc8"} if chosen.classifier else {},
        )
    return network


def blank(name: str, *, start: str, seed: int = 0) -> Network:
    """Build a network of the form that it has with a start, filled as from random weights.

    Parameters and errors are those of `create`, but no file is needed.
    """
    chosen = find_start(name, start) or Start(())
    torch.manual_seed(seed)
    if name.startswith("timm/"):
        return _create_timm(name, "random")
    family, _, variant = name.partition(VARIANT)
    architecture = ARCHITECTURES[family]
    classes = chosen.classifier[1] if chosen.classifier else IMAGENET_CLASSES
    return Network(
        name,
        build(name, added_to=classes),
        chosen.convention or architecture.convention,
        architecture.variants[variant].head if variant else architecture.head,
        chosen.frozen_norms,
    )


def weights_asset(name: str, start: str) -> str | None:
    """Name what `create` would start from, ``None`` for a random start.

    The declared file or, of timm's own weights, which may change under one name, their digest.
    Fetches them if need be; raises as `create` does.
    """
    chosen = find_start(name, start)
    if chosen is not None:
        return weights_file(chosen.assets).name
    return None if start == "random" else f"{name}-{_digest(name, start)}"


@cache
def _digest(name: str, start: str) -> str:
    """SHA-256 (16 hex digits) of all values of a network of timm but those of its new head."""
    made = _create_timm(name, start)
    digest = hashlib.sha256()
    for key, value in sorted(made.body.state_dict().items()):
        if key.rpartition(".")[0] != made.head:
            digest.update(f"{key} {value.dtype} {tuple(value.shape)}".encode())
            digest.update(value.contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()[:16]


def weights_file(names: tuple[str, ...]) -> Path:
    """Fetch the first of the declared files that can be had, one at hand before all others.

    Raises
    ------
    assets.Unavailable
        The reasons for all of them, if none can be had.
    """
    failures = []
    for name in sorted(names, key=lambda one: assets.find(one) is None):
        try:
            return assets.fetch(name)
        except assets.Unavailable as failure:
            failures.append(str(failure))
    raise assets.Unavailable(" ".join(failures))


def _create_timm(name: str, start: str) -> Network:
    # Imports torchvision, which takes two seconds and most networks do without.
    import timm

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
