"""Which device does the work."""

import pytest
import torch

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.training import devices


@pytest.mark.parametrize(("gpu", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_auto_takes_the_gpu_if_there_is_one(monkeypatch, gpu, chosen):
    """And a device named outright is taken as it is, where the machine has it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert devices.pick("auto") == chosen
    assert devices.pick(chosen) == chosen
    assert devices.pick("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "gpu", "CPU", "", "cuda:x"])
def test_a_device_that_is_not_there_is_named(monkeypatch, device):
    """A GPU on a machine without one, and words that are no device."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=f"device {device!r}: "):
        devices.pick(device)
