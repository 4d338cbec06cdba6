"""What networks are made of, and what is left and added by each variant."""

import pytest
import torch
from torch import nn

from pixels_to_sentiment.networks import architectures, factory
from pixels_to_sentiment.networks.declared import ARCHITECTURES
from toy_maps import noise

pytestmark = pytest.mark.usefixtures("isolated")

VARIANTS = [
    (family, name) for family, one in ARCHITECTURES.items() for name in sorted(one.variants)
]


def on_paper(name):
    """Build a body without filling it."""
    with torch.device("meta"):
        return architectures.build(name)


@pytest.mark.parametrize(("family", "name"), VARIANTS)
def test_a_variants_outputs_and_head_are_those_that_its_name_says(family, name):
    """The number after the dash; with two of them the last layer is new."""
    outputs, one = int(name.rpartition("-")[2]), ARCHITECTURES[family]
    crops = torch.zeros(1, 3, one.convention.crop, one.convention.crop, device="meta")
    body = on_paper(f"{family}+{name}").eval()
    for norm in [key for key, _ in body.named_children() if key.startswith("norm")]:
        setattr(body, norm, nn.Identity())  # it asks for the autocast of a real device
    assert body(crops).shape == (1, outputs)
    head = one.variants[name].head
    assert bool(head) == (outputs == 2)
    assert not head or list(body.named_children())[-1][0] == head


def test_the_papers_ablation_removes_the_layers_it_names():
    """fc7-4096 and fc7-2 have nothing of fc8, fc6-4096 and fc6-2 nothing of fc7 either."""
    convolutions = [f"conv{n}.weight" for n in range(1, 6)]
    for name, connected in {
        "fc7-4096": ["fc6", "fc7"],
        "fc6-4096": ["fc6"],
        "fc7-2": ["fc6", "fc7_twitter"],
        "fc6-2": ["fc6_twitter"],
        "fc9-2": ["fc6", "fc7", "fc8", "fc9_twitter"],
    }.items():
        names = [key for key in on_paper(f"caffenet+{name}").state_dict() if "weight" in key]
        assert names == convolutions + [f"{one}.weight" for one in connected]


def test_a_variant_computes_what_the_whole_network_computes_up_to_the_cut():
    """With the same weights: the outputs of fire8, averaged."""
    cut = factory.create("squeezenet1_1+fire9-2", start="random", seed=1).eval()
    whole = factory.create("squeezenet1_1", start="random", seed=2).eval()
    whole.body.load_state_dict(cut.body.state_dict(), strict=False)
    seen = []
    layer = whole.body.get_submodule("features.11")
    layer.register_forward_hook(lambda *given: seen.append(given[2].clone()))
    crops = noise(2, 224)
    with torch.no_grad():
        found = cut(crops)
        whole(crops)
        expected = cut.body.fire9_twitter(seen[0].mean((2, 3)))
    torch.testing.assert_close(found, expected)


def test_alexnet_is_caffenet_with_normalisation_before_pooling(build):
    """The same layers otherwise, as bvlc_alexnet's train_val.prototxt has them; biases of 0.1."""
    one, other = build("alexnet", seed=0).body, on_paper("caffenet")
    names = [[name for name, _ in body.named_children()] for body in (one, other)]
    assert names[0][:8] == ["conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2"]
    assert sorted(names[0]) == sorted(names[1])
    for layer in ("conv2", "conv4", "conv5", "fc6", "fc7"):
        assert (one.get_submodule(layer).bias == 0.1).all()


def test_sizes_are_those_of_the_networks():
    """By hand, of connected layers; fc7-2 leaves fc6 alone of them. Nothing random is drawn."""
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    table = architectures.sizes(["squeezenet1_1", "caffenet", "caffenet+fc7-2"])
    assert torch.equal(torch.rand(1), expected)
    table = table.set_index("network")
    # torchvision's 1,235,496 with 1,000 classes.
    assert table.loc["squeezenet1_1", "parameters"] == pytest.approx(1.235496 - 998 * 513e-6)
    fc7_and_fc8 = 4096 * 4096 + 4096 + 4096 * 2 + 2
    cut = table.loc["caffenet", "parameters"] - (fc7_and_fc8 - (4096 * 2 + 2)) / 1e6
    assert table.loc["caffenet+fc7-2", "parameters"] == pytest.approx(cut)
    assert table.loc["caffenet", "left"] == 1
