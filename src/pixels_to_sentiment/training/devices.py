"""The processor or GPU that does the work."""

import re

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
