"""Which probes an experiment asks for."""

from dataclasses import replace

import pytest

from pixels_to_sentiment import catalogue
from pixels_to_sentiment.probes import features, plans

pytestmark = pytest.mark.usefixtures("isolated")


def test_every_layer_of_every_finished_run_is_probed(finished):
    """Where the experiment asks for it, and nothing otherwise."""
    experiment = catalogue.find("layer-by-layer")
    (probe,) = plans.planned(experiment, [finished], limit=4)
    assert probe.network == finished.key
    assert probe.layers == features.default_layers(finished.run.network, finished.run.start)
    assert (probe.fold, probe.limit) == (finished.run.fold, 4)
    assert plans.planned(replace(experiment, probed=False), [finished]) == []


def test_networks_are_probed_as_they_start(mirror):
    """Their last features alone, on each fold."""
    experiment = catalogue.find("ten-years-later")
    found = plans.planned(experiment, [], test_folds=[1, 3])
    assert [one.network for one in found[:2]] == ["mobilenet_v2:imagenet"] * 2
    assert [one.fold for one in found[:2]] == [1, 3]
    assert {one.layers for one in found} == {("pooled",)}
    assert all(one.frozen for one in found)


def test_weights_that_cannot_be_had_are_left_out():
    """Without a mirror there is none of them."""
    assert plans.planned(catalogue.find("ten-years-later"), []) == []


@pytest.mark.parametrize(
    ("network", "layer"),
    [("caffenet", "fc7"), ("squeezenet1_1", "pooled"), ("timm/test_efficientnet", "penultimate")],
)
def test_the_last_features_are_what_the_last_layer_sees(network, layer):
    assert plans.last_features(network, "random") == layer
