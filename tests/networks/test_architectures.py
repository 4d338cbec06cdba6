"""What networks are made of, and what is left and added by each variant."""

import pytest
import torch
from torch import nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import architectures, factory
from pixels_to_sentiment.networks.declared import ARCHITECTURES, Variant

pytestmark = pytest.mark.usefixtures("isolated")

VARIANTS = [
    (family, name) for family, one in ARCHITECTURES.items() for name in sorted(one.variants)
]


@pytest.mark.parametrize(("family", "name"), VARIANTS)
def test_a_variants_outputs_and_head_are_those_that_its_name_says(family, name):
    """The number after the dash; with two of them the last layer is new, Gaussian 0.01."""
    network = factory.create(f"{family}+{name}", start="random", seed=1).eval()
    outputs = int(name.rpartition("-")[2])
    side = network.convention.crop
    with torch.no_grad():
        assert network(torch.zeros(1, side, side, 3, dtype=torch.uint8)).shape == (1, outputs)
    assert bool(network.head) == (outputs == 2)
    if network.head:
        head = network.body.get_submodule(network.head)
        assert head.weight.std().item() == pytest.approx(0.01, rel=0.2)
        assert (head.bias == 0).all()


def layers_of(network):
    return [name for name, _ in network.body.named_parameters() if name.endswith("weight")]


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
        network = factory.create(f"caffenet+{name}", start="random")
        assert layers_of(network) == convolutions + [f"{one}.weight" for one in connected]


@pytest.mark.parametrize("name", ["caffenet+fc7-4096", "squeezenet1_1+fire9-2"])
def test_a_variant_computes_what_the_whole_network_computes_up_to_the_cut(name):
    """With the same weights: the outputs of fc7, and those of fire8 averaged."""
    family = name.partition("+")[0]
    cut = factory.create(name, start="random", seed=1).eval()
    whole = factory.create(family, start="random", seed=2).eval()
    whole.body.load_state_dict(cut.body.state_dict(), strict=False)
    layer = whole.body.get_submodule("fc7" if family == "caffenet" else "features.11")
    seen = []
    layer.register_forward_hook(lambda *given: seen.append(given[2].clone()))
    side = cut.convention.crop
    crops = torch.randint(0, 256, (2, side, side, 3), dtype=torch.uint8)
    with torch.no_grad():
        found = cut(crops)
        whole(crops)
        expected = seen[0] if family == "caffenet" else cut.body.fire9_twitter(seen[0].mean((2, 3)))
    torch.testing.assert_close(found, expected)


def test_a_variant_starts_from_the_same_file(mirror):
    """The layers that are kept have its weights; those that are cut are passed over."""
    whole = factory.create("squeezenet1_1", start="imagenet").body.state_dict()
    for name in ("fire9-512", "fire8-2", "conv11-2"):
        cut = factory.create(f"squeezenet1_1+{name}", start="imagenet").body.state_dict()
        shared = [key for key in cut if key.startswith("features")]
        assert len(shared) > 30
        assert all(torch.equal(cut[key], whole[key]) for key in shared)
    # The original classifier of 1000 classes, which the two-way network does not have.
    assert cut["classifier.1.weight"].shape == (1000, 512, 1, 1)
    assert cut["classifier.1.weight"].abs().mean() > 0.01


def test_alexnet_is_caffenet_with_normalisation_before_pooling():
    """The same layers otherwise, as bvlc_alexnet's train_val.prototxt has them; biases of 0.1."""
    one, other = architectures.alexnet(), architectures.caffenet()
    names = [[name for name, _ in body.named_children()] for body in (one, other)]
    assert names[0][:8] == ["conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2"]
    assert sorted(names[0]) == sorted(names[1])
    for layer in ("conv2", "conv4", "conv5", "fc6", "fc7"):
        assert (one.get_submodule(layer).bias == 0.1).all()
        assert (other.get_submodule(layer).bias == 1).all()
    for body in (one, other):
        x = torch.zeros(1, 3, 227, 227)
        assert body.eval()(x).shape == (1, 2)


def test_a_cut_after_no_layer_is_refused():
    body = nn.Sequential(nn.Linear(2, 2))
    with pytest.raises(UserError, match="no layer 'fc5'"):
        architectures.operate(body, Variant("fc5", 2))


def test_an_architecture_lists_its_layers_without_filling_them():
    """The names alone; the random numbers of the caller stay where they were."""
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    assert "fc8_twitter" in architectures.layers("caffenet")
    assert torch.equal(torch.rand(1), expected)


def test_sizes_are_those_of_the_networks():
    """Counted again on real ones; fc7-2 leaves fc6 alone of the connected layers."""
    names = ["squeezenet1_1", "squeezenet1_1+fire8-2", "caffenet", "caffenet+fc7-2"]
    table = architectures.sizes(names).set_index("network")
    for name in names[:2]:
        network = factory.create(name, start="random")
        count = sum(p.numel() for p in network.parameters())
        assert table.loc[name, "parameters"] == pytest.approx(count / 1e6)
    fc7_and_fc8 = 4096 * 4096 + 4096 + 4096 * 2 + 2
    cut = table.loc["caffenet", "parameters"] - (fc7_and_fc8 - (4096 * 2 + 2)) / 1e6
    assert table.loc["caffenet+fc7-2", "parameters"] == pytest.approx(cut)
    assert table.loc["caffenet", "left"] == 1
