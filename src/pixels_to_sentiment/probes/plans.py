"""Which probes an experiment of the catalogue asks for, and what one found in a line."""

from collections.abc import Iterable
from itertools import product

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes import features
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records.catalogue import Experiment
from pixels_to_sentiment.records.runs import Record


def planned(
    experiment: Experiment,
    finished: Iterable[Record],
    limit: int | None = None,
    **options: object,
) -> tuple[list[Probe], dict[str, str]]:
    """List the probes of an experiment: of its finished runs, and of networks as they start.

    Every layer of the runs is probed where the experiment asks for it, but of those that stayed
    within a training list, as a probe is scored on the test fold. Options, and what is returned,
    are those of `frozen`.
    """
    runs = [one for one in finished if one.run.inner is None] if experiment.probed else []
    found = [Probe.of_run(one, limit=limit) for one in runs]
    names = [f"{network}:{start}" for network, start in experiment.frozen]
    untrained, missing = frozen(names, limit=limit, **options)
    return found + untrained, missing


def frozen(
    names: Iterable[str],
    *,
    agreements: Iterable[str] | None = None,
    test_folds: Iterable[int] | None = None,
    limit: int | None = None,
) -> tuple[list[Probe], dict[str, str]]:
    """List the probes of the last features of networks as they start (``network:start``).

    The first subset, all folds and whole lists by default; a `UserError` where there is no such
    network or start.

    Returns
    -------
    probes : list of Probe
    missing : dict
        Networks whose weights cannot be had here, with the reason.
    """
    found, missing = [], {}
    for name in names:
        network, colon, start = name.partition(":")
        if not colon:
            raise UserError(f"{name!r} is not of the form network:start.")
        layers = (last_features(network, start),)
        try:
            more = {"weights": factory.weights_asset(network, start), "limit": limit}
        except Unavailable as reason:
            missing[name] = str(reason)
            continue
        subsets = agreements or folds.agreements()[:1]
        for agreement, fold in product(subsets, test_folds or folds.numbers()):
            found.append(Probe(name, agreement, fold, layers, **more))
    return found, missing


def last_features(network: str, start: str) -> str:
    """Name the layer whose features a network's own last layer sees."""
    layers = features.default_layers(network, start)
    return next(one for one in ("penultimate", "fc7", "pooled") if one in layers)


def in_words(record: ProbeRecord) -> str:
    """Say in a line what was probed and how well the best layer did, at its best cost."""
    best = record.accuracies().sort_values("accuracy").iloc[-1]
    return (
        f"{record.key} {best['network']}:{best['start']}:{best['recipe']} {best['agreement']} "
        f"fold {best['fold']} seed {best['seed']}: {len(record.probe.layers)} layers, best "
        f"{best['layer']} {best['classifier']} {best['accuracy']:.4f}"
    )
