"""The whole benchmark: what is timed together."""

import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import product as pairs
from pathlib import Path

import numpy as np
from PIL import Image

from pixels_to_sentiment.benchmarks import contenders, costs, maps, waits
from pixels_to_sentiment.benchmarks.results import BF16, COMMON, LIMIT, OURS, PACKAGE, rows
from pixels_to_sentiment.benchmarks.timing import Contender, alternate
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, assets
from pixels_to_sentiment.records import provenance
from pixels_to_sentiment.training import recipes

# Said in the report, since they may change from one report to the next.
ROUNDS = "after a warm-up and a first round that is not kept"
SPREAD = "where one more round would lie in nineteen cases of twenty (Student's t, of logarithms)"
SECTIONS = ("waiting", "train-caffenet", "train-squeezenet", "train-mobilenet", "predict", "infer",
            "maps", "map-cost", "growth")  # fmt: skip
# What may be recorded alone.
ALONE = ["map-cost"]
# Pictures in a pass when maps are timed: what `maps.dense` takes at once.
MAPPED = 32
# Seconds for what is timed together, so that the whole stays at some 10 minutes on 2 cores.
BUDGETS = {"train": 55.0, "predict": 30.0, "infer": 10.0, "maps": 6.0, "map-cost": 12.0,
           "growth": 6.0}  # fmt: skip


def run(
    device: str, only: Iterable[str] = SECTIONS, progress: Callable[[str], None] = print
) -> dict:
    """Run the benchmark.

    Returns
    -------
    dict
        Ready for JSON: ``made`` (date, commit, hardware, versions, device, pictures, seconds),
        ``comparisons``, ``costs``, ``growth`` and ``waiting``, each a list of rows; see `compare`
        and `costs.rows`.

    Raises
    ------
    UserError
        If there is no section of a name, or a contender fails.
    """
    only = list(only)
    for name in only:
        if name not in SECTIONS:
            raise UserError(f"There is no section {name!r}: choose from {list(SECTIONS)}.")
    began = time.time()
    lists = {name: [] for name in ("comparisons", "costs", "growth", "waiting")}
    report = {"made": _made(device, began), **lists}
    with tempfile.TemporaryDirectory(prefix="pixels-to-sentiment-") as folder:
        write_files(Path(folder))
        for name in SECTIONS:
            if name not in only:
                continue
            progress(name)
            if name == "growth":
                report["growth"] = growth(device)
            elif name == "waiting":
                report["waiting"] = waits.measured()
            elif name == "map-cost":
                report["costs"] = costs.measured(device, BUDGETS["map-cost"])
            else:
                budget = BUDGETS[name.partition("-")[0]]
                for comparison in comparisons(name, device, folder):
                    report["comparisons"] += compare(**comparison, budget=budget)
    report["made"]["seconds"] = round(time.time() - began, 1)
    return report


def _made(device: str, began: float) -> dict:
    commit, dirty = provenance.commit()
    loaded = pictures.load()
    return {
        "date": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "dirty": dirty,
        "device": device,
        "hardware": provenance.hardware(),
        "versions": provenance.versions(),
        "pictures": {"source": loaded.source, "fingerprint": loaded.fingerprint},
        "rounds": ROUNDS,
        "spread": SPREAD,
    }


def write_files(folder: Path) -> None:
    """Lay 256 pictures out as files, a folder a class, as torchvision and timm want them.

    The photographs as they were published or, where there are none, the stand-in as JPEG.
    """
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


def comparisons(name: str, device: str, folder: str) -> list[dict]:
    """Say what one section times together, as arguments of `compare`.

    A GPU gets more pictures a round, as it would be done before it is warm otherwise.
    """
    more = 20 if device.startswith("cuda") else 1
    if name == "train-caffenet":
        found = [_training("caffenet", 64 * more, 64, device, folder)]
        return found + ([_experiment(device)] if more > 1 else [])
    if name == "train-squeezenet":
        return [_training("squeezenet1_1", 64 * more, 64, device, folder)]
    if name == "train-mobilenet":
        work = {"count": 32 * more, "batch": 32, "device": device}
        network = "timm/mobilenetv2_100"
        entries = [
            Contender(OURS, contenders.our_training, {"network": network} | work),
            Contender(
                "timm",
                contenders.timm_training,
                {"model": "mobilenetv2_100", "folder": folder} | work,
                keep=False,
            ),
            Contender(
                COMMON,
                contenders.common_training,
                {"network": network, "folder": folder} | work,
                keep=False,
            ),
        ]
        return [_comparison("train MobileNetV2", network, 32 * more, True, device, entries)]
    if name == "predict":
        made = []
        for title, network in (("CaffeNet", "caffenet"), ("SqueezeNet 1.1", "squeezenet1_1")):
            work = {"network": network, "count": 12 * more, "device": device}
            entries = [
                Contender(OURS, contenders.our_prediction, work),
                Contender(
                    COMMON, contenders.common_prediction, work | {"folder": folder}, keep=False
                ),
            ]
            title = f"predict from ten crops, {title}"
            made.append(_comparison(title, network, 12 * more, False, device, entries, crops=10))
        return made
    if name == "maps":
        return _maps(device, more)
    made = []
    for batch in (1, 10, 100):
        work = {"network": "caffenet", "batch": batch}
        entries = [
            Contender(OURS, contenders.our_inference, work | {"device": device}),
            Contender("OpenCV", contenders.opencv_inference, work, keep=False),
        ]
        title = f"CaffeNet forward, {batch} at once"
        made.append(_comparison(title, "caffenet", batch, False, device, entries))
    return made


def _training(network: str, count: int, batch: int, device: str, folder: str) -> dict:
    work = {"network": network, "count": count, "batch": batch, "device": device}
    ours = contenders.our_training
    entries = [
        Contender(OURS, ours, work),
        Contender(BF16, ours, work | {"precision": "bf16"}),
        Contender("without keeping memory", ours, work, keep=False),
        Contender("without channels-last", ours, work | {"channels_last": False}),
    ]
    if network == "caffenet":
        entries += [
            Contender("without the band", ours, work | {"banded": False}),
            Contender("without oneDNN's product", ours, work | {"onednn": False}),
        ]
    entries.append(
        Contender(COMMON, contenders.common_training, work | {"folder": folder}, keep=False)
    )
    title = {"caffenet": "train CaffeNet", "squeezenet1_1": "train SqueezeNet 1.1"}[network]
    return _comparison(title, network, count, True, device, entries)


def _maps(device: str, more: int) -> list[dict]:
    """Both classes' maps, Grad-CAM, and what ROAD fills in, beside the grad-cam package."""
    made = []
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
                entries.append(Contender(name, maps.package_grad_cam, options, keep=False))
        found = _comparison(title, network, count, False, device, entries)
        made.append(found if ours is maps.our_class_maps else found | {"entries": entries})
    work = {"network": "squeezenet1_1", "count": 4}
    entries = [
        Contender(OURS, maps.our_filling, work),
        Contender(PACKAGE, maps.package_filling, work, keep=False),
    ]
    return [*made, {"title": "fill what ROAD removed", "count": 4, "flops": 0, "entries": entries}]


def _experiment(device: str) -> dict:
    work = {"network": "caffenet", "device": device}
    entries = [
        Contender(OURS, contenders.our_experiment, work | {"precision": "fp32"}),
        Contender(BF16, contenders.our_experiment, work | {"precision": "bf16"}),
    ]
    recipe = recipes.recipe("paper", "five")
    count = len(folds.FOLDS) * recipe.iterations * recipe.batch_size
    return _comparison("five folds of CaffeNet", "caffenet", count, True, device, entries)


def _comparison(
    title: str,
    network: str,
    count: int,
    train: bool,
    device: str,
    entries: list[Contender],
    crops: int = 1,
) -> dict:
    limits = [
        Contender(
            f"{LIMIT} {precision} {way}",
            contenders.product,
            {"way": way, "precision": precision, "device": device},
        )
        for precision, way in pairs(("fp32", "bf16"), ("product", "convolution"))
        if precision == "fp32" or any(one.name == BF16 for one in entries)
    ]
    flops = contenders.operations(network, train=train) * crops
    return {"title": title, "count": count, "flops": flops, "entries": entries + limits}


def compare(
    title: str, count: int, flops: int, entries: list[Contender], budget: float
) -> list[dict]:
    """Time contenders on the same work and set each beside this project's code.

    Parameters
    ----------
    count
        Pictures a round.
    flops
        Operations a picture; 0 for work that is not the network's.
    budget
        Seconds, as `timing.alternate` takes them.

    Returns
    -------
    list of dict
        A contender a row: ``what``, ``contender``, ``rounds``, ``rate`` (median, pictures a
        second), ``ratio`` (this project's rate by its, median over rounds), ``low`` and ``high``
        (see `results.spread`), ``gflops``, ``limit_gflops`` and ``share`` (of the faster matrix
        product in its precision), each missing where it was not counted or timed, ``mib``,
        ``seconds`` (of each round).
    """
    seconds, peaks = alternate(entries, budget=budget)
    keep = {one.name: "keeps" if one.keep else "returns" for one in entries}
    return rows(title, count, flops, seconds, {n: peaks[k] for n, k in keep.items()})


def growth(device: str) -> list[dict]:
    """Time more and more of the same work.

    Returns
    -------
    list of dict
        ``what``, ``size``, ``seconds`` (median).
    """
    work = {"network": "squeezenet1_1", "device": device}
    series = {
        "training, pictures a batch": {
            size: (contenders.our_training, work | {"count": size, "batch": size})
            for size in (8, 16, 32, 64, 128)
        },
        "training, iterations": {
            size: (contenders.our_training, work | {"count": 16 * size, "batch": 16})
            for size in (1, 2, 4, 8)
        },
        "prediction from ten crops, pictures": {
            size: (contenders.our_prediction, work | {"count": size}) for size in (10, 20, 40, 80)
        },
        "maps, side of the picture": {
            size: (contenders.our_maps, work | {"side": size}) for size in (227, 323, 451, 643, 899)
        },
    }
    found = []
    for what, sizes in series.items():
        entries = [Contender(str(size), make, options) for size, (make, options) in sizes.items()]
        seconds, _ = alternate(entries, budget=BUDGETS["growth"], most=5)
        found += [
            {"what": what, "size": size, "seconds": float(np.median(seconds[str(size)]))}
            for size in sizes
        ]
    return found
