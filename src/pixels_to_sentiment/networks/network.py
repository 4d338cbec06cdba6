"""A network behind one interface: input convention, named layers, head, what is trained.

A `Network` takes crops as they lie in the decoded array (uint8, RGB) and applies its own input
convention, so that nobody else has to know whether it wants RGB in 0..1 or, as Caffe's models do,
BGR in 0..255 minus a mean.
"""

from collections.abc import Iterable
from fnmatch import fnmatch

import pandas as pd
import torch
from torch import Tensor, nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks.caffenet import Linear, LocalResponseNorm
from pixels_to_sentiment.networks.declared import Convention


class Network(nn.Module):
    """A classifier of uint8 RGB crops into negative and positive.

    Its `body` gives logits (n, 2) for input as the `convention` has it; `head` is the name of the
    module in it that gives them and starts new. While training, batch normalisation stays in
    evaluation mode where it is frozen, so that it does not drift, and everywhere with
    `frozen_norms`, for weights whose normalisation is folded into the convolutions.
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

        `channels_last` keeps the channels of a pixel together in memory, instead of a channel's
        pixels; `banded` and `onednn` are of `caffenet.LocalResponseNorm` and `caffenet.Linear`.
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
        """Switch to training, leaving folded and frozen batch normalisation as it is."""
        super().train(mode)
        for module in self.body.modules():
            if isinstance(module, nn.BatchNorm2d):
                trained = [one for one in module.parameters() if one.requires_grad]
                module.train(mode and bool(trained) and not self.frozen_norms)
        return self

    def layers(self) -> pd.DataFrame:
        """Layers in the order in which a picture passes them.

        Columns ``layer`` (name), ``kind``, ``output`` (shape without the batch, a tuple) and
        ``parameters`` (count).
        """
        rows, hooks = [], []
        for name, module in self.body.named_modules():
            if name and not list(module.children()):

                def note(module: nn.Module, _: object, output: Tensor, name: str = name) -> None:
                    count = sum(p.numel() for p in module.parameters())
                    rows.append((name, type(module).__name__, tuple(output.shape[1:]), count))

                hooks.append(module.register_forward_hook(note))
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

        The head is among what is trained, unless a pattern is its very name. Frozen batch
        normalisation keeps its statistics, too. A pattern that matches no layer with parameters
        raises ``UserError``.
        """
        self.body.requires_grad_(True)
        parameters = dict(self.body.named_parameters())
        for pattern in patterns:
            left = () if pattern == self.head else (f"{self.head}.weight", f"{self.head}.bias")
            found = [n for n in parameters if fnmatch(n, pattern + ".*") and n not in left]
            if not found:
                names = sorted({name.rpartition(".")[0] for name in parameters})
                raise UserError(
                    f"{self.name} has no layer {pattern!r} to freeze: choose from {names}."
                )
            for name in found:
                parameters[name].requires_grad_(False)
        self.train(self.training)
