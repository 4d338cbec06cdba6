"""The processor or GPU that does the work."""

import re
import sys
from functools import cache

from pixels_to_sentiment.errors import UserError


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
    """Say once that bf16 slows a processor of x86 that has no instructions for it.

    Without AVX-512 the elements of a product are converted one by one, of which torch tells
    nothing.
    """
    import torch

    capability = torch.backends.cpu.get_cpu_capability()
    if precision == "bf16" and device == "cpu" and capability in ("NO AVX", "AVX2"):
        print(
            "In bf16 a convolution takes many times as long as in fp32 on this processor, which "
            "has no AVX-512: take fp32, unless results are to be held against those of bf16.",
            file=sys.stderr,
        )
