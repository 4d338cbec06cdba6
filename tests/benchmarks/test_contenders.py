"""Every contender does its work, and the loops of others train the same network."""

import pytest

from pixels_to_sentiment.benchmarks import contenders, suite

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def folder(isolated):
    made = isolated / "files"
    made.mkdir()
    suite.write_files(made)
    return str(made)


def test_all_contenders_of_others_run(folder, monkeypatch):
    """On the CPU with two pictures, with and without a worker process."""
    monkeypatch.setattr(contenders.os, "cpu_count", lambda: 1)
    work = {"count": 2, "batch": 2, "device": "cpu", "folder": folder}
    contenders.common_training("squeezenet1_1", **work)()
    contenders.timm_training("mobilenetv2_100", **work)()
    contenders.common_prediction("squeezenet1_1", 1, "cpu", folder)()


def test_all_our_contenders_run():
    """Each in the ways that the suite asks for."""
    contenders.our_training("squeezenet1_1", 2, 2, "cpu", "bf16", channels_last=False)()
    contenders.our_prediction("squeezenet1_1", 1, "cpu")()
    contenders.our_experiment("squeezenet1_1", "cpu", "fp32", iterations=1)
    contenders.our_inference("squeezenet1_1", 2, "cpu")()
    contenders.our_maps("squeezenet1_1", 227, "cpu", batch=2)()
    contenders.opencv_inference("squeezenet1_1", 2)()
    contenders.opencv_inference("squeezenet1_1", 2, maps=True)()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("way", ["product", "convolution"])
def test_products_run(way, precision, monkeypatch):
    monkeypatch.setattr(contenders, "PRODUCT_SIDE", 64)
    contenders.product(way, precision, "cpu")()


def test_operations_are_twice_the_multiplications():
    """CaffeNet forward, from the shapes of its prototxt; backward lacks conv1's input only."""
    conv1 = 55 * 55 * 96 * 3 * 121
    others = 27 * 27 * 256 * 48 * 25 + 13 * 13 * (384 * 256 * 9 + (384 + 256) * 192 * 9)
    inner = 9216 * 4096 + 4096 * 4096 + 4096 * 2
    forward = 2 * (conv1 + others + inner)
    assert contenders.operations("caffenet", train=False) == forward
    assert contenders.operations("caffenet", train=True) == 3 * forward - 2 * conv1


def test_operations_of_a_convolution_in_groups_are_those_of_its_groups():
    """MobileNetV2's published count: 300 million products for 1000 classes, 1.28 million less."""
    products = contenders.operations("mobilenet_v2", train=False) / 2
    assert products == pytest.approx(300e6, rel=0.01)
