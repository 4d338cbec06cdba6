"""torchvision and timm beside the CPU build of torch."""

import torch

# isort: split
from torchvision.transforms import v2


def test_torchvision_works_after_compat():
    """Its operators are there, its own or declared, and its transforms can be used."""
    assert torch.ops.torchvision.nms
    assert torch.ops.torchvision.qnms
    assert v2.CenterCrop(8)(torch.zeros(3, 40, 40, dtype=torch.uint8)).shape == (3, 8, 8)
