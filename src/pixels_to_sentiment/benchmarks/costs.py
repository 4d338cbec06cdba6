"""What a map costs beside one answer: 64 outputs of CaffeNet for how many times the time.

The article says about three times (section 4.6). Here the fully convolutional form at 451 pixels
and the classifier at its crop are timed in turn, by this project and, on the processor, by OpenCV's
reader of Caffe models. The weights are random: they do not change the time.
"""

import numpy as np

from pixels_to_sentiment.benchmarks import contenders
from pixels_to_sentiment.benchmarks.results import OURS, spread
from pixels_to_sentiment.benchmarks.timing import Contender, alternate
from pixels_to_sentiment.networks import deploy

PEER = "OpenCV"
CLASSIFIER, MAP = "classifier", "map"
BATCHES = (1, 10)
LEAST, MOST = 5, 15


def measured(device: str, budget: float) -> list[dict]:
    """Time map and classifier on one picture and on a batch.

    Parameters
    ----------
    budget
        Seconds a batch size, as `timing.alternate` takes them.

    Returns
    -------
    list of dict
        As `rows` gives them.
    """
    found = []
    for batch in BATCHES:
        seconds, _ = alternate(entries(device, batch), budget=budget, least=LEAST, most=MOST)
        found += rows(batch, seconds)
    return found


def entries(device: str, batch: int) -> list[Contender]:
    """List what is timed together, the classifier and the map of each side one after the other."""
    work = {"network": "caffenet", "batch": batch}
    ours = work | {"device": device}
    side = {"side": deploy.MAP_SIDE}
    peer = contenders.opencv_inference
    found = [
        Contender(f"{OURS}, {CLASSIFIER}", contenders.our_inference, ours),
        Contender(f"{OURS}, {MAP}", contenders.our_maps, ours | side),
    ]
    # The package that pip installs has no GPU.
    if not device.startswith("cuda"):
        found += [
            Contender(f"{PEER}, {CLASSIFIER}", peer, work, keep=False),
            Contender(f"{PEER}, {MAP}", peer, work | {"maps": True}, keep=False),
        ]
    return found


def rows(batch: int, seconds: dict[str, list[float]]) -> list[dict]:
    """Divide the time of the map by that of the classifier, round by round.

    Returns
    -------
    list of dict
        A side a row: ``contender``, ``pictures`` (at once), ``rounds``, ``classifier`` and ``map``
        (median, seconds a batch), ``ratio`` (median over rounds), ``low`` and ``high`` (see
        `results.spread`), ``least`` and ``most`` (of all rounds).
    """
    found = []
    for contender in dict.fromkeys(name.partition(", ")[0] for name in seconds):
        taken = {one: np.array(seconds[f"{contender}, {one}"]) for one in (CLASSIFIER, MAP)}
        ratios = taken[MAP] / taken[CLASSIFIER]
        low, high = spread(ratios)
        found.append(
            {
                "contender": contender,
                "pictures": batch,
                "rounds": len(ratios),
                **{one: float(np.median(times)) for one, times in taken.items()},
                "ratio": float(np.median(ratios)),
                "low": low,
                "high": high,
                "least": float(ratios.min()),
                "most": float(ratios.max()),
            }
        )
    return found
