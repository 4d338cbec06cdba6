"""The whole benchmark: what is timed together."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

from pixels_to_sentiment import provenance
from pixels_to_sentiment.benchmarks import contenders, maps, results, waits
from pixels_to_sentiment.benchmarks.results import BF16, COMMON, LIMIT, OURS, PACKAGE
from pixels_to_sentiment.benchmarks.timing import Contender, alternate
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, assets
from pixels_to_sentiment.networks import deploy

# Said in the report, since they may change from one report to the next.
ROUNDS = "after a warm-up and a first round that is not kept"
SPREAD = "where one more round would lie in nineteen cases of twenty (Student's t, of logarithms)"
SECTIONS = ("waiting", "train-caffenet", "train-squeezenet", "train-mobilenet", "predict", "infer",
            "maps", "map-cost", "growth")  # fmt: skip
# What may be recorded alone.
ALONE = ["map-cost"]
# Pictures in a pass when maps are timed: what `maps.dense` takes at once.
MAPPED = 32
# Pictures at once when a map is timed beside one answer.
BATCHES = (1, 10)
# Seconds for what is timed together, so that the whole stays at some 10 minutes on 2 cores.
BUDGETS = {"train": 55.0, "predict": 30.0, "infer": 10.0, "maps": 6.0,
           "map-cost": 12.0, "growth": 6.0}  # fmt: skip
# Title, network and pictures a batch.
_TRAINED = {
    "train-caffenet": ("train CaffeNet", "caffenet", 64),
    "train-squeezenet": ("train SqueezeNet 1.1", "squeezenet1_1", 64),
    "train-mobilenet": ("train MobileNetV2", "timm/mobilenetv2_100", 32),
}
_theirs = partial(Contender, keep=False)


def run(
    device: str, only: Iterable[str] = SECTIONS, progress: Callable[[str], None] = print
) -> dict:
    """Run the benchmark and report it, ready for JSON.

    ``made`` has date, commit, hardware, versions, device, pictures and seconds; ``comparisons``,
    ``costs``, ``growth`` and ``waiting`` are rows as of `results.rows`, `results.map_rows`,
    `growth` and `waits.measured`. A section that there is not is a `UserError`.
    """
    only = list(only)
    for name in only:
        if name not in SECTIONS:
            raise UserError(f"There is no section {name!r}: choose from {list(SECTIONS)}.")
    clock, loaded = provenance.Clock(), pictures.load()
    report = {name: [] for name in ("made", "comparisons", "costs", "growth", "waiting")}
    alone = {
        "growth": ("growth", partial(growth, device)),
        "waiting": ("waiting", waits.measured),
        "map-cost": ("costs", partial(map_costs, device)),
    }
    with tempfile.TemporaryDirectory(prefix="pixels-to-sentiment-") as folder:
        write_files(Path(folder))
        for name in filter(only.__contains__, SECTIONS):
            progress(name)
            if name in alone:
                part, measured = alone[name]
                report[part] = measured()
                continue
            for one in comparisons(name, device, folder):
                times = alternate(one.pop("entries"), budget=BUDGETS[name.partition("-")[0]])
                report["comparisons"] += results.rows(**one, times=times)
    known = {"source": loaded.source, "fingerprint": loaded.fingerprint}
    told = clock.details(device=device, pictures=known, rounds=ROUNDS, spread=SPREAD)
    del told["cpu_seconds"]  # of this process alone, which times the others
    return report | {"made": {"date": told.pop("began"), **told}}


def write_files(folder: Path) -> None:
    """Lay 256 photographs (or the stand-in) out as torchvision and timm want files, by class."""
    loaded, table = pictures.load(), folds.load().head(256)
    for label in (0, 1):
        (folder / str(label)).mkdir()
    if loaded.real:
        with archives.open_archive(assets.fetch(pictures.ARCHIVE)) as archive:
            members = archives.members_by_name(archive, list(table["image"]))
            for row in table.itertuples():
                (folder / str(row.label) / row.image).write_bytes(archive.read(members[row.image]))
    else:
        for pixels, row in zip(loaded.pixels, table.itertuples(), strict=False):
            Image.fromarray(pixels).save(folder / str(row.label) / row.image, quality=90)


def comparisons(name: str, device: str, folder: str) -> Iterable[dict]:
    """Say what one section times together: ``title``, ``count``, ``flops`` and ``entries``.

    A GPU gets more pictures a round, as it would be done before it is warm otherwise.
    """
    more = 20 if device.startswith("cuda") else 1
    if name in _TRAINED:
        return [_training(*_TRAINED[name], more, device, folder)]
    if name == "maps":
        return _maps(device, more)
    return _predictions(device, more, folder) if name == "predict" else _forward(device)


def _training(title: str, network: str, batch: int, more: int, device: str, folder: str) -> dict:
    """Training beside the common loop, and beside timm or beside itself without its means."""
    batch = max(batch, 256) if more > 1 else batch  # the article's: fewer do not fill a GPU
    work = {"network": network, "count": batch * more, "batch": batch, "device": device}
    files, ours = work | {"folder": folder}, contenders.our_training
    entries = [Contender(OURS, ours, work)]
    if network.startswith("timm/"):
        entries.append(_theirs("timm", contenders.timm_training, files))
    else:
        entries += [
            Contender(BF16, ours, work | {"precision": "bf16"}),
            _theirs("without keeping memory", ours, work),
            Contender("without channels-last", ours, work | {"channels_last": False}),
        ]
    if network == "caffenet":
        entries += [
            Contender("without the band", ours, work | {"banded": False}),
            Contender("without oneDNN's product", ours, work | {"onednn": False}),
        ]
    entries.append(_theirs(COMMON, contenders.common_training, files))
    flops = contenders.operations(network, train=True)
    return _comparison(title, batch * more, flops, entries, device)


def _predictions(device: str, more: int, folder: str) -> Iterator[dict]:
    count = 12 * more
    for title, network in (("CaffeNet", "caffenet"), ("SqueezeNet 1.1", "squeezenet1_1")):
        work = {"network": network, "count": count, "device": device}
        entries = [
            Contender(OURS, contenders.our_prediction, work),
            _theirs(COMMON, contenders.common_prediction, work | {"folder": folder}),
        ]
        flops = 10 * contenders.operations(network, train=False)
        yield _comparison(f"predict from ten crops, {title}", count, flops, entries, device)


def _forward(device: str) -> Iterator[dict]:
    flops = contenders.operations("caffenet", train=False)
    for batch in (1, 10, 100):
        work = {"network": "caffenet", "batch": batch}
        entries = [
            Contender(OURS, contenders.our_inference, work | {"device": device}),
            _theirs("OpenCV", contenders.opencv_inference, work),
        ]
        yield _comparison(f"CaffeNet forward, {batch} at once", batch, flops, entries, device)


def _maps(device: str, more: int) -> Iterator[dict]:
    """Both classes' maps, Grad-CAM, and what ROAD fills in, beside the grad-cam package."""
    count = MAPPED * more
    for title, network, ours, layer in (
        ("maps of both classes, SqueezeNet 1.1", "squeezenet1_1", maps.our_class_maps,
         "classifier.2"),
        ("Grad-CAM of both classes, SqueezeNet 1.1", "squeezenet1_1", maps.our_grad_cam, ""),
        ("Grad-CAM of both classes, CaffeNet", "caffenet", maps.our_grad_cam, ""),
    ):  # fmt: skip
        work = {"network": network, "count": count, "device": device}
        entries = [Contender(OURS, ours, work)]
        for name, each in ((f"{PACKAGE}, all at once", False), (f"{PACKAGE}, one by one", True)):
            # One by one CaffeNet takes too long to be asked for here.
            if not each or network != "caffenet":
                options = work | {"layer": layer, "each": each}
                entries.append(_theirs(name, maps.package_grad_cam, options))
        flops = contenders.operations(network, train=False)
        limited = device if ours is maps.our_class_maps else ""
        yield _comparison(title, count, flops, entries, limited)
    work = {"network": "squeezenet1_1", "count": 4}
    entries = [
        Contender(OURS, maps.our_filling, work),
        _theirs(PACKAGE, maps.package_filling, work),
    ]
    yield _comparison("fill what ROAD removed", 4, 0, entries)


def _comparison(
    title: str, count: int, flops: int, entries: list[Contender], limited: str = ""
) -> dict:
    """Give what is timed together, with matrix products on the device `limited`, if any."""
    times = 20 if limited.startswith("cuda") else 1  # one is over before a GPU is waited for
    more = {"device": limited, "times": times}
    limits = [
        Contender(f"{LIMIT} {one} {way}", contenders.product, more | {"way": way, "precision": one})
        for one, way in product(("fp32", "bf16"), ("product", "convolution"))
        if limited and (one == "fp32" or any(other.name == BF16 for other in entries))
    ]
    entries = entries + limits
    return {"title": title, "count": count, "flops": flops, "entries": entries, "products": times}


def map_costs(device: str) -> list[dict]:
    """Time a map of 64 outputs of CaffeNet in turn with one answer, as `results.map_rows` gives it.

    The article says that the map takes about three times the time (section 4.6). The weights are
    random: they do not change the time.
    """
    found = []
    for batch in BATCHES:
        entries = map_entries(device, batch)
        seconds, _ = alternate(entries, budget=BUDGETS["map-cost"], least=5, most=15)
        found += results.map_rows(batch, seconds)
    return found


def map_entries(device: str, batch: int) -> list[Contender]:
    """List what `map_costs` times, the classifier and the map of each side one after the other."""
    peers = [(OURS, Contender, contenders.our_inference, {"device": device})]
    # The package that pip installs has no GPU.
    if not device.startswith("cuda"):
        peers.append(("OpenCV", _theirs, contenders.opencv_inference, {}))
    work = {"network": "caffenet", "batch": batch}
    return [
        kind(f"{name}, {what}", make, work | more | {"side": side})
        for name, kind, make, more in peers
        for what, side in ((results.CLASSIFIER, 0), (results.MAP, deploy.MAP_SIDE))
    ]


def growth(device: str) -> list[dict]:
    """Time more and more of the same work: ``what``, ``size`` and ``seconds`` (median)."""
    training, found = contenders.our_training, []
    for what, make, sizes in (
        ("training, pictures a batch", training,
         {n: {"count": n, "batch": n} for n in (8, 16, 32, 64, 128)}),
        ("training, iterations", training,
         {n: {"count": 16 * n, "batch": 16} for n in (1, 2, 4, 8)}),
        ("prediction from ten crops, pictures", contenders.our_prediction,
         {n: {"count": n} for n in (10, 20, 40, 80)}),
        ("maps, side of the picture", contenders.our_inference,
         {n: {"side": n, "batch": 1} for n in (227, 323, 451, 643, 899)}),
    ):  # fmt: skip
        work = {"network": "squeezenet1_1", "device": device}
        entries = [Contender(str(n), make, work | more) for n, more in sizes.items()]
        seconds, _ = alternate(entries, budget=BUDGETS["growth"], most=5)
        found += [
            {"what": what, "size": n, "seconds": float(np.median(seconds[str(n)]))} for n in sizes
        ]
    return found
