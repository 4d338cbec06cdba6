"""torchvision and timm beside the CPU build of torch."""

import importlib.util
import subprocess
import sys
from types import SimpleNamespace

import torch

from pixels_to_sentiment.networks import compat

FIRST_THING = """
import pixels_to_sentiment.networks.compat as compat
import timm, torch, torchvision
from torchvision.transforms import v2
picture = torch.zeros(3, 40, 40, dtype=torch.uint8)
assert v2.CenterCrop(8)(picture).shape == (3, 8, 8)
assert torchvision.models.squeezenet1_1().eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 1000)
assert timm.is_model("resnet10t")
assert torch.ops.torchvision.nms and torch.ops.torchvision.qnms
"""


def test_torchvision_and_timm_work_in_a_fresh_process():
    """With compat as the first import, models, transforms v2 and timm can be used."""
    done = subprocess.run([sys.executable, "-c", FIRST_THING], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_declaring_twice_is_harmless():
    """A second call changes nothing and gives the same answer."""
    before = compat.declare_operators(), compat._library
    assert (compat.declare_operators(), compat._library) == before
    assert hasattr(torch.ops.torchvision, "nms")


def test_nothing_is_declared_where_the_operators_are(monkeypatch):
    """A build of torchvision that fits keeps its own operators."""
    monkeypatch.setattr(compat, "_library", None)
    assert compat.declare_operators() is False
    assert compat._library is None


def test_an_extension_that_does_not_load_is_passed_over(tmp_path, monkeypatch):
    """An extension made for another torch, or no torchvision at all, is no reason to stop."""
    (tmp_path / "_C.so").write_bytes(b"not a library")
    tried = []

    def load(path):
        tried.append(path)
        raise OSError("undefined symbol")

    monkeypatch.setattr(torch.ops, "load_library", load)
    found = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    compat._load_extension()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    compat._load_extension()
    assert tried == [str(tmp_path / "_C.so")]
