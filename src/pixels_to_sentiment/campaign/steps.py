"""What a campaign does on a device before it makes runs: checks, the benchmark, and the ways."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

import torch

from pixels_to_sentiment import provenance
from pixels_to_sentiment.campaign import ways
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.training import loop, prediction

# Of the time, what a step may take at most; the checks do not look at it.
SHARES = {"checks": 1.0, "benchmark": 2 / 5, "ways": 1 / 4}
CHECKED = catalogue.SQUEEZENET
# Largest difference in probability that a device may make in float32.
LIMIT = 1e-3
# A processor checks a few pictures only, which tells that the check runs.
_FEW = {"iterations": 1, "batch_size": 4, "limit": 4}


def take(name: str, loaded: Pictures, device: str, seconds: float, before=None) -> object:
    """Take one of the steps, and give what the report keeps of it.

    The benchmark and the ways are in processes of their own, which end with the seconds. What the
    report has from before is not done again, but for ways that were not over in time.

    Raises
    ------
    UserError
        If it cannot be taken, or not in time. Torch may raise as well.
    """
    if name == "ways":
        return [*ways.measured(device, seconds, before or ())]
    if before is None:
        before = equality(loaded, device) if name == "checks" else _benchmark(device, seconds)
    return before


def rows(name: str, found) -> list[dict]:
    """Give what a step found as rows: of `equality`, of `ways.measured`, or of the benchmark."""
    return found if name == "ways" else found["rows" if name == "checks" else "comparisons"]


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


def _benchmark(device: str, seconds: float) -> dict:
    command = [sys.executable, "-m", "pixels_to_sentiment", "benchmark", "--json"]
    command += ["--device", device, "--only", "train-caffenet"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, start_new_session=True) as process:
        try:
            answer, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as fault:
            raise UserError(f"it was ended after {seconds:.0f} s") from fault
        finally:
            # Those too that it started, which would go on beside the runs.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        raise UserError((said.strip() or f"status {process.returncode}").splitlines()[-1])
    return json.loads(answer)
