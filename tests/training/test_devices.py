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


@pytest.mark.parametrize(
    ("precision", "device", "seconds", "said"),
    [
        ("bf16", "cpu", 2.4, "takes some 24 times as long as in fp32"),
        ("bf16", "cpu", 0.1, ""),
        ("fp32", "cpu", 2.4, ""),
        ("bf16", "cuda", 2.4, ""),
    ],
)
def test_a_processor_that_emulates_bf16_is_told_of_once(
    monkeypatch, capsys, precision, device, seconds, said
):
    """Else a training of half an hour lasts a working day, and nobody knows why."""
    monkeypatch.setattr(devices, "_seconds", lambda half: seconds if half else 0.1)
    devices.warn_of_emulation.cache_clear()
    for _ in range(2):
        devices.warn_of_emulation(precision, device)
    told = capsys.readouterr().err
    assert (told.count("\n"), said in told) == (bool(said), True)
    devices.warn_of_emulation.cache_clear()
