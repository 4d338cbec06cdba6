"""Networks behind one interface: input convention, named layers, head, what is trained.

`create` gives any of them, with the weights it starts from. A `Network` takes crops as they lie in
the decoded array (uint8, RGB) and applies its own input convention, so that nobody else has to
know whether it wants RGB in 0..1 or, as Caffe's models do, BGR in 0..255 minus a mean.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor, nn

from pixels_to_sentiment import (
    assets,
    compat,  # noqa: F401  (before timm)
    weights,
)
from pixels_to_sentiment.architectures import (
    ARCHITECTURES,
    CLASSES,
    IMAGENET_CLASSES,
    VARIANT,
    Convention,
    Start,
    operate,
)
from pixels_to_sentiment.caffenet import Linear, LocalResponseNorm
from pixels_to_sentiment.errors import UserError

# isort: split
import timm


class Network(nn.Module):
    """A classifier of uint8 RGB crops into negative and positive.

    Parameters
    ----------
    name
        As given to `create`.
    body
        Module from prepared input to logits (n, 2).
    convention
        What `body` expects of its input.
    head
        Name of the module in `body` that gives the logits; it starts new.
    frozen_norms
        Keep batch normalisation in evaluation mode while training, for weights whose
        normalisation is folded into the convolutions.

    Examples
    --------
    >>> network = create("caffenet", start="random", seed=0)
    >>> network(torch.zeros(1, 227, 227, 3, dtype=torch.uint8)).shape
    torch.Size([1, 2])
    """

    def __init__(
        self,
        name: str,
        body: nn.Module,
        convention: Convention,
        head: str,
        frozen_norms: bool = False,
    ):
        super().__init__()
        self.name = name
        self.body = body.to(memory_format=torch.channels_last)
        self.convention = convention
        self.head = head
        self.frozen_norms = frozen_norms
        self.channels_last = True
        self.train()

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits (n, 2) of uint8 RGB crops (n, h, w, 3)."""
        x = self.convention.prepare(pixels)
        return self.body(x if self.channels_last else x.contiguous()).flatten(1)

    def arrange(
        self, *, channels_last: bool = True, banded: bool = True, onednn: bool = True
    ) -> "Network":
        """Choose how the same results are computed; a new network has all that is fast.

        Parameters
        ----------
        channels_last
            Keep the channels of a pixel together in memory, instead of a channel's pixels.
        banded
            Normalise across channels (CaffeNet) with a banded matrix, as
            `caffenet.LocalResponseNorm` says.
        onednn
            Compute fully connected layers (CaffeNet) on the CPU as `caffenet.Linear` says.
        """
        self.channels_last = channels_last
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.body.to(memory_format=layout)
        for module in self.body.modules():
            if isinstance(module, LocalResponseNorm):
                module.banded = banded
            elif isinstance(module, Linear):
                module.onednn = onednn
        return self

    def train(self, mode: bool = True) -> "Network":
        """Switch to training, leaving folded batch normalisation as it is."""
        super().train(mode)
        if self.frozen_norms:
            for module in self.body.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def layers(self) -> pd.DataFrame:
        """Layers in the order in which a picture passes them.

        Returns
        -------
        DataFrame
            Columns ``layer`` (name), ``kind``, ``output`` (shape without the batch, a tuple) and
            ``parameters`` (count).
        """
        rows = []

        def note(name: str) -> Callable:
            def hook(module: nn.Module, _: object, output: Tensor) -> None:
                count = sum(p.numel() for p in module.parameters())
                rows.append((name, type(module).__name__, tuple(output.shape[1:]), count))

            return hook

        leaves = [(n, m) for n, m in self.body.named_modules() if n and not list(m.children())]
        hooks = [module.register_forward_hook(note(name)) for name, module in leaves]
        training = self.training
        side = self.convention.crop
        with torch.no_grad():
            self.eval()(torch.zeros(1, side, side, 3, dtype=torch.uint8, device=self.device))
        self.train(training)
        for hook in hooks:
            hook.remove()
        return pd.DataFrame(rows, columns=["layer", "kind", "output", "parameters"])

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def freeze(self, patterns: Iterable[str]) -> None:
        """Train all layers but those whose names match any of the shell patterns.

        The head is among what is trained, unless a pattern is its very name.

        Raises
        ------
        UserError
            If a pattern matches no layer with parameters.
        """
        self.body.requires_grad_(True)
        for pattern in patterns:
            left = () if pattern == self.head else (f"{self.head}.weight", f"{self.head}.bias")
            found = [
                p
                for n, p in self.body.named_parameters()
                if fnmatch(n, pattern + ".*") and n not in left
            ]
            if not found:
                names = sorted({n.rpartition(".")[0] for n, _ in self.body.named_parameters()})
                raise UserError(
                    f"{self.name} has no layer {pattern!r} to freeze: choose from {names}."
                )
            for parameter in found:
                parameter.requires_grad_(False)


def create(name: str, *, start: str = "imagenet", seed: int = 0) -> Network:
    """Build a network with the weights that it starts from and a new 2-way head.

    Parameters
    ----------
    name
        ``"caffenet"``, ``"alexnet"``, ``"squeezenet1_1"``, ``"squeezenet1_0"``,
        ``"mobilenet_v2"``, one of these with a variant, as in ``"caffenet+fc7-2"``, or
        ``"timm/NAME"`` for any model of timm.
    start
        ``"random"``, or one of the starts of `ARCHITECTURES`; for timm models ``"imagenet"``
        means timm's own pretrained weights.
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
        cut = ARCHITECTURES[family].layers() if variant else ()
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
        body = architecture.build(len(CLASSES))
        return Network(name, body, convention, architecture.head, frozen_norms)
    made, classes = architecture.variants[variant], len(CLASSES)
    if made.on_classifier:
        classes = chosen.classifier[1] if chosen and chosen.classifier else IMAGENET_CLASSES
        made = replace(made, outputs=classes)
    body = operate(architecture.build(classes), made)
    return Network(name, body, convention, made.head, frozen_norms)


def check(name: str, start: str) -> None:
    """Make sure that there is such a network and that it has this start; nothing is built for it.

    Raises
    ------
    UserError
        If the network or the start is unknown.
    """
    model = name.removeprefix("timm/")
    if model != name:
        if not timm.is_model(model):
            raise UserError(f"timm has no model {model!r}: timm.list_models() has their names.")
        starts = ["random", "imagenet"]
    else:
        starts = _starts(name)
    if start not in starts:
        raise UserError(f"{name} has no start {start!r}: choose from {starts}.")


def _starts(name: str) -> list[str]:
    family, plus, variant = name.partition(VARIANT)
    if family not in ARCHITECTURES:
        raise UserError(
            f"There is no network {name!r}: choose from {sorted(ARCHITECTURES)} or 'timm/NAME'."
        )
    architecture = ARCHITECTURES[family]
    if plus and variant not in architecture.variants:
        raise UserError(
            f"{family} has no variant {variant!r}: choose from {sorted(architecture.variants)}."
        )
    # What was fine-tuned on two classes has nothing left to be operated on.
    starts = architecture.starts.items()
    return ["random", *(name for name, one in starts if not (plus and one.fine_tuned))]


def weights_asset(name: str, start: str) -> str | None:
    """Name of the weights file that `create` would use, ``None`` where it needs no declared file.

    Fetches the file if need be; raises as `create` does.
    """
    chosen = find_start(name, start)
    return None if chosen is None else weights_file(chosen.assets).name


def find_start(name: str, start: str) -> Start | None:
    """Return what is known of a start, ``None`` where it needs no declared file.

    Raises
    ------
    UserError
        If the network or the start is unknown.
    """
    check(name, start)
    family = name.partition(VARIANT)[0]
    return ARCHITECTURES[family].starts.get(start) if family in ARCHITECTURES else None


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
        body = timm.create_model(model, pretrained=start == "imagenet", num_classes=len(CLASSES))
    except Exception as fault:  # timm and its hub raise whatever their transport raises
        if start == "random":
            raise
        raise assets.Unavailable(
            f"timm's weights of {model} cannot be had here ({type(fault).__name__}: {fault}); "
            "use start 'random' or a machine with internet access."
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
