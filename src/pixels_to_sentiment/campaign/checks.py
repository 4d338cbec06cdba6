"""Whether a device says what the processor says, and how far two runs with one seed lie apart."""

import torch

from pixels_to_sentiment import provenance
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.training import loop, prediction

CHECKED = catalogue.SQUEEZENET
# Largest difference in probability that a device may make in float32.
LIMIT = 1e-3
# A processor checks a few pictures only, which tells that the check runs.
_FEW = {"iterations": 1, "batch_size": 4, "limit": 4}


def equality(pictures: Pictures, device: str) -> dict:
    """Train a network twice with one seed in each precision, and predict on either device.

    Returns
    -------
    dict
        ``rows`` and ``made`` (commit, hardware, versions, date). A row has ``what``, ``network``,
        ``precision``, ``iterations``, ``pictures``, and ``largest``, the largest difference in the
        probability of positive from ten crops; between devices also ``limit`` and ``met``.

    Raises
    ------
    UserError
        If the weights that the network starts from are not at hand.
    """
    clock, rows = provenance.Clock(), []
    numbers = _FEW if device == "cpu" else {}
    for precision in ("fp32", "bf16"):
        planned, missing = experiments.plan(
            [CHECKED], test_folds=[1], precision=precision, **numbers
        )
        if missing:
            raise UserError(f"{CHECKED}: weights not at hand. {missing[CHECKED]}")
        run = planned[0]
        first, again = (_trained(run, pictures, device) for _ in range(2))
        seen = _predicted(first, run, pictures, device)
        rows.append(_row("two runs with one seed", run, seen, _predicted(again, run, pictures)))
        if precision == "fp32":
            other = _predicted(first, run, pictures, "cpu")
            row = _row(f"{device} against cpu", run, seen, other)
            rows.append(row | {"limit": LIMIT, "met": row["largest"] <= LIMIT})
    return {"rows": rows, "made": clock.details(device=device)}


def in_words(row: dict) -> str:
    """Say what a row of `equality` found, and where that is too much."""
    more = "" if row.get("met", True) else ", and at most {limit:g} was asked for"
    words = "{what}, {network} {precision}: probabilities differ by up to {largest:.1e}"
    return (words + more).format(**row)


def _trained(run: Run, pictures: Pictures, device: str) -> Network:
    listed, _ = run.lists()
    pixels = pictures.tensor()[pictures.rows(listed["image"])].to(device)
    network = factory.create(run.network, start=run.start, seed=run.seed).to(device)
    labels, more = listed["label"].to_numpy(), {"seed": run.seed, "precision": run.precision}
    loop.train(network, pixels, labels, run.recipe, **more)
    return network


def _predicted(
    network: Network, run: Run, pictures: Pictures, device: str | None = None
) -> torch.Tensor:
    """Probability of positive from ten crops in float32, on the network's device by default."""
    device = device or next(network.parameters()).device.type
    _, listed = run.lists()
    pixels = pictures.tensor()[pictures.rows(listed["image"])].to(device)
    with loop.arithmetic("fp32", device):
        return prediction.centre_and_oversampled(network.to(device), pixels)[1]


def _row(what: str, run: Run, one: torch.Tensor, other: torch.Tensor) -> dict:
    return {
        "what": what,
        "network": run.network,
        "precision": run.precision,
        "iterations": run.recipe.iterations,
        "pictures": len(one),
        "largest": float((one - other).abs().max()),
    }
