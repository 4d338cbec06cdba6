"""torchvision and timm beside the CPU build of torch."""

import importlib.util
from types import SimpleNamespace

import torch

from pixels_to_sentiment.networks import compat

# isort: split
from torchvision.transforms import v2


def test_torchvision_works_after_compat():
    """Its operators are there, its own or declared, and its transforms can be used."""
    assert torch.ops.torchvision.nms
    assert torch.ops.torchvision.qnms
    assert v2.CenterCrop(8)(torch.zeros(3, 40, 40, dtype=torch.uint8)).shape == (3, 8, 8)


def test_an_extension_that_does_not_load_is_passed_over(tmp_path, monkeypatch):
    """One made for another torch, or no torchvision at all, is no reason to stop.

    Nothing is declared where the operators are already.
    """
    (tmp_path / "_C.so").write_bytes(b"not a library")
    tried = []

    def load(path):
        tried.append(path)
        raise OSError("undefined symbol")

    monkeypatch.setattr(torch.ops, "load_library", load)
    found = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    for spec in (found, None):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, spec=spec: spec)
        assert compat._declare_operators() is None
    assert tried == [str(tmp_path / "_C.so")]
