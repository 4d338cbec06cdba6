"""The networks as data: what is named is there, and naming it costs nothing."""

import subprocess
import sys

import pytest
import torch

from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks.declared import ARCHITECTURES, CAFFE, LITE


def test_every_asset_of_a_start_is_declared():
    named = {n for a in ARCHITECTURES.values() for s in a.starts.values() for n in s.assets}
    assert named <= set(assets.ASSETS)


def test_a_network_is_named_and_checked_without_torch():
    """Its starts and files, too; only names of timm need timm."""
    program = (
        "import sys; from pixels_to_sentiment.files import assets\n"
        "from pixels_to_sentiment.networks import declared\n"
        "declared.find_start('caffenet+fc7-2', 'imagenet')\n"
        "sys.exit(bool({'torch', 'pandas', 'numpy'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("convention", [CAFFE, LITE], ids=["BGR", "RGB"])
def test_a_second_batch_is_prepared_without_a_number_of_the_host(convention, monkeypatch):
    """Which a GPU would have to wait for; the first batch may have been one of predictions."""
    pixels = torch.arange(12, dtype=torch.uint8).reshape(1, 2, 2, 3)
    with torch.inference_mode():
        first = convention.prepare(pixels)
    monkeypatch.setattr(torch, "tensor", None)
    bare = pixels.flip(-1) if convention.order == "BGR" else pixels
    second = convention.prepare(pixels)
    second.requires_grad_().sum().backward()
    assert torch.equal(first, second)
    wanted = (bare.numpy() * convention.scale - convention.mean) / convention.std
    assert second.detach().permute(0, 2, 3, 1).numpy() == pytest.approx(wanted, abs=1e-4)
