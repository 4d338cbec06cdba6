"""Every contender does its work, and the loops of others train the same network."""

import pytest
from PIL import Image

import toy_runs
from pixels_to_sentiment.benchmarks import contenders
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.networks import deploy

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.mark.parametrize(
    ("make", "work"),
    [
        (contenders.common_training, {"network": "squeezenet1_1", "count": 2, "batch": 2}),
        (contenders.timm_training, {"network": "timm/test_efficientnet", "count": 2, "batch": 2}),
        (contenders.common_prediction, {"network": "squeezenet1_1", "count": 1}),
    ],
)
def test_loops_of_others_run(make, work, tmp_path, monkeypatch):
    """On the CPU with two pictures, with and without a worker process."""
    monkeypatch.setattr(contenders.os, "cpu_count", lambda: 1)
    for label in "01":
        (tmp_path / label).mkdir()
        Image.new("RGB", (256, 256)).save(tmp_path / label / "a.jpg")
    make(**work, device="cpu", folder=str(tmp_path))()


def test_all_our_contenders_run(monkeypatch):
    """Each in the ways that the suite asks for."""
    monkeypatch.setattr(pictures, "load", toy_runs.made_up_pictures)
    contenders.our_training("squeezenet1_1", 2, 2, "cpu", "bf16", channels_last=False)()
    contenders.our_prediction("squeezenet1_1", 1, "cpu")()
    contenders.our_inference("squeezenet1_1", 2, "cpu")()
    contenders.our_inference("squeezenet1_1", 2, "cpu", side=227)()
    contenders.opencv_inference("squeezenet1_1", 2)()
    contenders.opencv_inference("squeezenet1_1", 2, side=deploy.MAP_SIDE)()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("way", ["product", "convolution"])
def test_products_run(way, precision, monkeypatch):
    monkeypatch.setattr(contenders, "PRODUCT_SIDE", 64)
    contenders.product(way, precision, "cpu")()


def test_operations_are_twice_the_multiplications():
    """CaffeNet's, from the shapes of its prototxt; backward lacks conv1's input only."""
    conv1 = 55 * 55 * 96 * 3 * 121
    others = 27 * 27 * 256 * 48 * 25 + 13 * 13 * (384 * 256 * 9 + (384 + 256) * 192 * 9)
    inner = 9216 * 4096 + 4096 * 4096 + 4096 * 2
    both = 2 * (3 * (conv1 + others + inner) - conv1)
    assert contenders.operations("caffenet", train=True) == both
    # MobileNetV2's published 300 million products are for 1000 classes, 1.28 million more.
    products = contenders.operations("mobilenet_v2", train=False) / 2
    assert products == pytest.approx(300e6, rel=0.01)
