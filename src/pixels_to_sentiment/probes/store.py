"""Finished probes beside the training runs: made once, written whole or not at all, recorded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.probes import features, linear
from pixels_to_sentiment.probes.records import Probe, ProbeRecord, code_fingerprint
from pixels_to_sentiment.records import folders
from pixels_to_sentiment.records.runs import SHORTENED, Record, Run
from pixels_to_sentiment.records.store import pick_device
from pixels_to_sentiment.training import loop, memory

# Every finished probe's folder holds it.
MARKER = "probe.json"


def find(probe: Probe, pictures: Pictures, root: Path | None = None) -> ProbeRecord | None:
    """Open a probe if it is finished; costs next to nothing."""
    folder = (root or places.runs()) / probe.key(pictures.fingerprint)
    return ProbeRecord.open(folder) if folder.is_dir() else None


def perform(
    probes: Iterable[Probe],
    pictures: Pictures,
    root: Path | None = None,
    *,
    device: str = "auto",
    progress: Callable[[Probe, str], None] = lambda probe, layer: None,
) -> Iterator[ProbeRecord]:
    """Give each probe's record, making what is not finished yet.

    Folds of the same untrained network, one after the other, share its features.

    Parameters
    ----------
    root
        Folder of the training runs and of the probes.
    device
        Where features are computed: ``"auto"`` takes the GPU if there is one.
    progress
        Called with the probe and each of its layers that is done.

    Raises
    ------
    UserError
        If the training run is not there, is of another fold or has no weights, or a layer or
        classifier is unknown.
    """
    root, device = root or places.runs(), pick_device(device)
    memory.keep_freed()

    @lru_cache(1)
    def grams(
        network: str, seed: int, layers: tuple[str, ...], images: tuple[str, ...]
    ) -> dict[str, features.Gram]:
        built = _network(network, seed, root).to(device)
        pixels = pictures.tensor()[pictures.rows(pd.Series(images))].to(device)
        with loop.arithmetic("fp32", pixels.device.type):
            return features.grams(built, pixels, layers)

    for probe in probes:
        found = find(probe, pictures, root)
        yield found or _make(probe, pictures, root, device, grams, progress)


def _network(name: str, seed: int, root: Path) -> Network:
    if ":" not in name:
        return Record.open(root / name).restore()
    network, _, start = name.partition(":")
    return factory.create(network, start=start, seed=seed)


def _make(probe: Probe, pictures: Pictures, root: Path, *how: object) -> ProbeRecord:
    trained = None if probe.frozen else Record.open(root / probe.network)
    _check(probe, trained, pictures)
    run = trained.run if trained else None
    folder = root / probe.key(pictures.fingerprint)
    # Should this process be killed, the store's next run sweeps what has such a name.
    with folders.written_whole(folder, MARKER) as partial:
        _execute(probe, run, pictures, partial, *how)
    return ProbeRecord.open(folder)


def _check(probe: Probe, trained: Record | None, pictures: Pictures) -> None:
    run = trained.run if trained else None
    if run and (run.agreement, run.fold) != (probe.agreement, probe.fold):
        raise UserError(
            f"Run {probe.network} was trained on {run.agreement} agree, test fold {run.fold}, and "
            f"has seen test pictures of fold {probe.fold} of {probe.agreement}: probe its own."
        )
    if trained and trained.data["fingerprint"] != pictures.fingerprint:
        raise UserError(
            f"Run {probe.network} was trained on other pictures ({trained.data['source']}) than "
            f"those to probe it with ({pictures.source}): train it on these."
        )
    for name, *_ in probe.grid:
        if name not in linear.CLASSIFIERS:
            raise UserError(
                f"There is no classifier {name!r}: choose from {list(linear.CLASSIFIERS)}."
            )
    if probe.limit is not None and probe.limit < linear.QUARTERS:
        raise UserError(f"limit is {probe.limit}: give a number from {linear.QUARTERS} up.")


def _execute(
    probe: Probe,
    run: Run | None,
    pictures: Pictures,
    folder: Path,
    device: str,
    grams: Callable[..., dict[str, features.Gram]],
    progress: Callable[[Probe, str], None],
) -> None:
    clock = folders.Clock()
    table = _table(probe, run, pictures, grams, progress)
    table.to_csv(folder / "layers.csv", index=False)
    folders.write_json(folder / "provenance.json", clock.details(device))
    content = {
        "key": probe.key(pictures.fingerprint),
        "probe": asdict(probe),
        "run": asdict(run) if run else None,
        "data": {"source": pictures.source, "fingerprint": pictures.fingerprint},
        "code": code_fingerprint(),
    }
    folders.write_json(folder / MARKER, content)


def _table(
    probe: Probe,
    run: Run | None,
    pictures: Pictures,
    grams: Callable[..., dict[str, features.Gram]],
    progress: Callable[[Probe, str], None],
) -> pd.DataFrame:
    train, test = probe.lists()
    if run and not run.recipe.twins:
        train = train[~pictures.copies(train["image"], test["image"])]
    whole = probe.limit is None
    # In the same order for every fold, so that an untrained network's features serve them all.
    images = folds.subset(probe.agreement)["image"]
    images = pd.Index(images[images.isin([*train["image"], *test["image"]])])
    known = grams(probe.network, probe.seed, probe.layers, tuple(images))
    tables = []
    for layer in probe.layers:
        table = linear.probe(
            known[layer].products,
            images.get_indexer(train["image"]),
            images.get_indexer(test["image"]),
            train["label"].to_numpy(),
            train["fold"].to_numpy() if whole else linear.quarters(len(train)),
            probe.grid,
        )
        table.insert(0, "layer", layer)
        table.insert(1, "features", known[layer].features)
        tables.append(table)
        progress(probe, layer)
    table = pd.concat(tables).round({"inner": 6})
    table["relative"] = [float(f"{value:.6g}") for value in table["relative"]]
    return table


def record(records: Iterable[ProbeRecord], results: Path | None = None) -> list[Path]:
    """Copy finished probes into the recorded results.

    Returns
    -------
    list of Path
        Folders that were not there before.

    Raises
    ------
    UserError
        If a probe, or the training run behind it, is not the full protocol on the photographs, or
        the same probe is recorded already under the key of other code or data; nothing is copied
        then.
    """
    records = list(records)
    results = results or places.results()
    there = {_identity(one): one for one in recorded(results)}
    for one in records:
        if deviation := _deviation(one):
            raise UserError(
                f"Probe {one.key} cannot be recorded: it was made {deviation}; record probes of "
                "the paper tier on the photographs."
            )
        # Twice in a score, the same fold would count double.
        same = there.setdefault(_identity(one), one)
        if same.key != one.key:
            raise UserError(
                f"Probe {one.key} cannot be recorded: {same.folder} is the same probe with other "
                "code or data; delete that folder first if the new probe is to replace it."
            )
    targets = [(one.folder, results / one.key) for one in records]
    return [to for folder, to in targets if folders.copied(folder, to, MARKER)]


def _identity(one: ProbeRecord) -> tuple[Probe, Run | None]:
    """Tell what was probed; the key of a training run changes with code, the run does not."""
    return (one.probe if one.run is None else replace(one.probe, network="")), one.run


def _deviation(one: ProbeRecord) -> str | None:
    """Say in what a probe is not the full protocol on the photographs."""
    if one.probe.limit is not None or (one.run and one.run.limit is not None):
        return "from a few pictures"
    if one.run and one.run.recipe.name.endswith(SHORTENED):
        return "of a run with a shortened recipe"
    return None if one.data["source"] == "photographs" else "from the stand-in"


def finished(root: Path | None = None) -> list[ProbeRecord]:
    """Open all finished probes in a folder, in the order of their keys."""
    root = root or places.runs()
    return [ProbeRecord.open(path.parent) for path in sorted(root.glob(f"[!.]*/{MARKER}"))]


def recorded(results: Path | None = None) -> list[ProbeRecord]:
    """Open the recorded probes."""
    return finished(results or places.results())
