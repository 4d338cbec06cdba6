"""How the work grows beyond one process: what was measured, and a model of many machines.

``.ci/scaling.py`` writes the report that is told of here. Its ``rows`` are a way of doing the same
work in several processes each: ``work`` (`TRAINING` or `NAP`), ``way``, ``processes``, ``runs`` (a
round), ``seconds`` (of each round) and, of naps over Dask, ``cpu`` (seconds of the processor a run,
of client and scheduler) and ``mib`` (largest memory of client, scheduler and a worker).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training import recipes

TRAINING, NAP = "training", "nap"
SERIAL, WORKERS, CROWD = (
    "one run after the other",
    "this project, Dask",
    "this project, Dask's threads",
)
JOBLIB, PAPERMILL = "joblib", "papermill, a process a notebook"
# Seconds of a simulated run.
NAP_SECONDS = 0.01
# What the model is asked for.
SEEDS, MACHINES = 100, (1, 10, 100, 1000)
# Pictures a second of CaffeNet's training that are aimed at on an H100 or H200, and not measured.
AIM = 30_000


def ways(report: dict) -> pd.DataFrame:
    """Set ways of doing the same work side by side, a way and number of processes a row.

    ``work``, ``way``, ``processes``, ``runs``; ``each``, seconds from the end of one run to that of
    the next (median over the rounds); of training ``speed``, how many times as fast as one serial
    process, and ``efficiency``, the time of as many serial processes side by side, or of the most
    that were measured, over its own (medians of what each round gives); of naps ``overhead``,
    milliseconds of a process a run beyond the nap.
    """
    rows = report["rows"]
    each = {_name(row): np.array(row["seconds"]) / row["runs"] for row in rows}
    found, serial = [], [n for work, way, n in each if (work, way) == (TRAINING, SERIAL)]
    for row in rows:
        work, way, processes = _name(row)
        own = each[work, way, processes]
        made = {name: row[name] for name in ("work", "way", "processes", "runs")}
        made |= {"each": np.median(own), **dict.fromkeys(("speed", "efficiency", "overhead"))}
        if work == TRAINING:
            alike = max(n for n in serial if n <= processes)
            for name, count in (("speed", 1), ("efficiency", alike)):
                made[name] = np.median(each[work, SERIAL, count][: len(own)] / own)
        elif way != CROWD:  # whose workers wait for the client
            made["overhead"] = 1000 * (processes * made["each"] - NAP_SECONDS)
        found.append(made)
    return pd.DataFrame(found).astype(dict.fromkeys(("speed", "efficiency", "overhead"), float))


def _name(row: dict) -> tuple[str, str, int]:
    return row["work"], row["way"], row["processes"]


def wanted(records: Iterable[Record], seeds: int = SEEDS) -> pd.DataFrame:
    """Say what the whole catalogue takes, subset by subset, with so many seeds, a network a row.

    ``network`` in words, ``runs``, ``pictures`` (trained on, of all runs), ``seconds`` (of all
    runs) and ``longest`` (of a run). A picture takes as long as in the recorded runs of the
    network, variants too, on a processor in the usual precision; without any the last two are
    missing.
    """
    taken, used = [], []
    for one in records:
        made = one.provenance()
        if made.get("device") == "cpu" and one.run.precision == catalogue.USUAL_PRECISION:
            family = one.run.network.partition(declared.VARIANT)[0]
            taken.append((family, made["seconds"], trained_on(one.run.recipe)))
            used.append(one.key)
    known = pd.DataFrame(taken, columns=["family", "seconds", "pictures"]).groupby("family").sum()
    asked = {
        (one, agreement)
        for experiment in catalogue.EXPERIMENTS.values()
        for one in experiment.configurations
        for agreement in experiment.agreements
    }
    each = [(one.family, trained_on(recipes.recipe(one.recipe, of))) for one, of in asked]
    grouped = pd.DataFrame(each, columns=["family", "pictures"]).groupby("family")["pictures"]
    table = grouped.agg(runs="size", pictures="sum", seconds="sum", longest="max")
    times = seeds * len(folds.FOLDS)
    table = table * [times, times, times, 1]
    rate = (known["seconds"] / known["pictures"]).reindex(table.index)
    table[["seconds", "longest"]] = table[["seconds", "longest"]].mul(rate, axis=0)
    named = table.rename(index=catalogue.NETWORK_TITLES).rename_axis("network")
    table = named.reset_index()
    table.attrs["runs"] = used
    return table


def trained_on(recipe: recipes.Recipe) -> int:
    """Count the pictures of a run, each as often as it is trained on."""
    return (recipe.settling + recipe.iterations) * recipe.batch_size * recipe.iter_size


def model(report: dict, work: pd.DataFrame) -> dict[str, float]:
    """Say what decides how long work takes on machines that get one run at a time from one client.

    ``runs``, ``seconds`` and ``longest`` are of all of `wanted` but networks without a record.
    ``overhead`` is the seconds a run that a machine waits for the next one, as worker processes do.
    ``each`` is the seconds from one run to the next by the most workers: no less than the client
    needs, as workers and scheduler share the cores with it. Beyond ``saturation`` machines, more of
    them do not help, as the client is busy all the time.
    """
    known = work.dropna()
    naps = [row for row in report["rows"] if row["work"] == NAP and "cpu" in row]
    most = max(naps, key=lambda row: row["processes"])
    table = ways(report).query("work == @NAP and way == @WORKERS")
    made = {"runs": int(known["runs"].sum()), "seconds": known["seconds"].sum()}
    made |= {"longest": known["longest"].max(), "overhead": table["overhead"].max() / 1000}
    made |= {"each": max(most["seconds"]) / most["runs"]}
    mean = made["seconds"] / made["runs"]
    return made | {"saturation": (mean + made["overhead"]) / made["each"]}


def days(model: Mapping[str, float], machines: Sequence[int] = MACHINES) -> pd.DataFrame:
    """Give ``machines``, ``days`` and ``most`` by what `model` gives.

    No order of the runs is faster than the first, by the machines' time or the client's. A machine
    that is free gets the next run, so at the end the others wait for a longest run at most, which
    gives the second (Graham's bound for lists).
    """
    count = np.array(machines)
    shared = (model["seconds"] + model["runs"] * model["overhead"]) / count
    least = np.maximum(shared, model["runs"] * model["each"])
    most = least + model["longest"] * (1 - 1 / count)
    day = 24 * 3600
    return pd.DataFrame({"machines": count, "days": least / day, "most": most / day})


def in_words(report: dict, model: Mapping[str, float]) -> dict[str, str]:
    """Give what the page says of a report, by name."""
    made, table = report["made"], ways(report)
    pair = table.query("work == @TRAINING and way == @WORKERS and processes == 2")
    naps = {row["way"]: row for row in report["rows"] if "mib" in row}
    crowd, memory = naps[CROWD], naps[WORKERS]["mib"]
    return {
        "efficiency": f"{pair['efficiency'].item():.2f}",
        "overhead": f"{1000 * model['overhead']:.1f}",
        "crowd": str(crowd["processes"]),
        "each": f"{1000 * crowd['cpu']['client']:.1f}",
        "memory": ", ".join(f"{name} {mib:.0f} MiB" for name, mib in memory.items()),
        "machine": f"{made['hardware']['cores']} cores ({made['hardware']['cpu']}), "
        f"{made['began'][:10]}, commit {made['commit'][:7]}",
        "days": ", ".join(f"{one:.1f}" for one in days(model)["days"][:3]),
        "saturation": f"{model['saturation']:,.0f}",
    }
