"""Which probes an experiment asks for."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes import features, plans
from pixels_to_sentiment.records import catalogue

pytestmark = pytest.mark.usefixtures("isolated")


def test_every_layer_of_every_finished_run_is_probed(finished):
    """Where the experiment asks for it, and nothing otherwise."""
    experiment = catalogue.find("layer-by-layer")
    (probe,), _ = plans.planned(experiment, [finished], limit=4)
    assert probe.network == finished.key
    assert probe.layers == features.default_layers(finished.run.network, finished.run.start)
    assert (probe.fold, probe.limit) == (finished.run.fold, 4)
    assert plans.planned(replace(experiment, probed=False), [finished]) == ([], {})
    # It would be scored on pictures that such a run is not to see.
    within = SimpleNamespace(run=replace(finished.run, inner=finished.run.fold % 5 + 1))
    assert plans.planned(experiment, [within]) == ([], {})


def test_networks_are_probed_as_they_start(mirror):
    """Their last features alone, on each fold, from weights that are named."""
    experiment = catalogue.find("ten-years-later")
    found, missing = plans.planned(experiment, [], test_folds=[1, 3])
    assert missing == {}
    assert [one.network for one in found[:2]] == ["mobilenet_v2:imagenet"] * 2
    assert [one.fold for one in found[:2]] == [1, 3]
    assert {one.layers for one in found} == {("pooled",)}
    assert found[0].weights == factory.weights_asset("mobilenet_v2", "imagenet")
    assert not any(one.keys_behind() for one in found)


def test_weights_that_cannot_be_had_are_told():
    """Without a mirror there is none of them, each with the reason; random ones need no file."""
    found, missing = plans.planned(catalogue.find("ten-years-later"), [])
    assert found == []
    assert next(iter(missing)) == "mobilenet_v2:imagenet"
    assert all("cannot be had" in reason for reason in missing.values())
    found, missing = plans.frozen(["mobilenet_v2:random"], agreements=["four"], limit=9)
    assert {(one.agreement, one.limit, one.weights) for one in found} == {("four", 9, None)}
    assert [one.fold for one in found] == [1, 2, 3, 4, 5]
    assert missing == {}


@pytest.mark.parametrize("name", ["mobilenet_v2", "mobilenet_v2:moon"])
def test_a_network_or_start_that_there_is_not_is_refused(name):
    with pytest.raises(UserError, match=name.partition(":")[2] or "form"):
        plans.frozen([name])


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        *(("caffenet", "fc7"), ("squeezenet1_1", "pooled"), ("caffenet+fc9-2", "penultimate")),
        ("timm/test_efficientnet", "penultimate"),
    ],
)
def test_the_last_features_are_what_the_last_layer_sees(network, layer):
    assert plans.last_features(network, "random") == layer
