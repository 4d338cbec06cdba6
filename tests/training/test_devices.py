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
    ("precision", "device", "capability", "lines"),
    [
        ("bf16", "cpu", "AVX2", 1),
        ("bf16", "cpu", "AVX512", 0),
        ("fp32", "cpu", "AVX2", 0),
        ("bf16", "cuda", "AVX2", 0),
    ],
)
def test_a_processor_that_emulates_bf16_is_told_of_once(
    monkeypatch, capsys, precision, device, capability, lines
):
    """Else a training of half an hour lasts a working day, and nobody knows why."""
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    devices.warn_of_emulation.cache_clear()
    for _ in range(2):
        devices.warn_of_emulation(precision, device)
    assert capsys.readouterr().err.count("\n") == lines
    devices.warn_of_emulation.cache_clear()
