"""The processor or GPU that does the work."""

import re
import sys
import time
from functools import cache

from pixels_to_sentiment.errors import UserError

# With instructions for bf16 a convolution takes no longer than in fp32.
_EMULATED = 2


def pick(device: str) -> str:
    """Resolve ``"auto"``, and refuse a device that is unknown or that this machine has not."""
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise UserError(f"There is no device {device!r}: choose from auto, cpu, cuda, cuda:N.")
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UserError(f"This machine has no GPU for device {device!r}: use 'cpu' or 'auto'.")
    return device


@cache
def warn_of_emulation(precision: str, device: str) -> None:
    """Say once by how much bf16 slows a processor that has no instructions for it.

    Without AMX or AVX-512 the elements of a product are converted one by one, of which torch tells
    nothing.
    """
    if precision != "bf16" or device != "cpu":
        return
    ratio = _seconds(half=True) / _seconds(half=False)
    if ratio > _EMULATED:
        print(
            f"In bf16 a convolution takes some {ratio:.0f} times as long as in fp32 on this "
            "processor: take fp32, unless results are to be held against those of bf16.",
            file=sys.stderr,
        )


def _seconds(half: bool) -> float:
    """Give the shortest of three times that a convolution and its gradients take, once warm."""
    import torch

    layer, values, spent = torch.nn.Conv2d(64, 64, 3, padding=1), torch.ones(4, 64, 28, 28), []
    for _ in range(4):
        began = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            found = layer(values)
        found.float().sum().backward()
        spent.append(time.perf_counter() - began)
    return min(spent[1:])
