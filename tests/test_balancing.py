"""Layers scaled to unit outputs: what is scaled, and that nothing else changes."""

import pytest
import torch

from pixels_to_sentiment import balancing, networks

SCALED = ("conv3", "conv4", "conv5", "fc6", "fc7")


@pytest.fixture(scope="module")
def pixels():
    dice = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, 256, 256, 3), dtype=torch.uint8, generator=dice)


def outputs(network, pixels):
    """Give what each layer with weights makes of the centre crops, before its rectifier."""
    found = {}
    layers = {n: m for n, m in network.body.named_modules() if hasattr(m, "weight")}
    hooks = [
        module.register_forward_hook(lambda _, __, out, name=name: found.update({name: out + 0}))
        for name, module in layers.items()
    ]
    with torch.no_grad():
        network.eval()(pixels[:, 14:241, 14:241])
    for hook in hooks:
        hook.remove()
    return found


def blank(name):
    """Build a CaffeNet whose biases are zero, as after a start that brings none."""
    network = networks.blank(name, start="balanced-convolutions", seed=0)
    for key, parameter in network.body.named_parameters():
        if key.endswith("bias"):
            torch.nn.init.zeros_(parameter)
    return network


def test_scaled_layers_have_outputs_of_unit_size_and_the_others_are_left(pixels):
    """Root mean squares on these pictures; the head and the first two convolutions stay."""
    network = blank("caffenet")
    before = {name: value.clone() for name, value in network.body.state_dict().items()}
    balancing.balance(network, SCALED, pixels)
    sizes = {n: out.square().mean().sqrt().item() for n, out in outputs(network, pixels).items()}
    assert {name: sizes[name] for name in SCALED} == pytest.approx(dict.fromkeys(SCALED, 1.0), 1e-3)
    after = network.body.state_dict()
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert changed == {f"{name}.weight" for name in SCALED}
    assert not network.training


def test_what_the_convolutions_see_is_only_scaled(pixels):
    """The last convolution's outputs are proportional to what they were, on any picture."""
    network = blank("caffenet+fc6-2")
    before = outputs(network, pixels[1:])["conv5"]
    balancing.balance(network, SCALED, pixels[:1])
    after = outputs(network, pixels[1:])["conv5"]
    factor = (before * after).sum() / after.square().sum()
    torch.testing.assert_close(after * factor, before, rtol=1e-3, atol=1e-3 * before.std().item())
