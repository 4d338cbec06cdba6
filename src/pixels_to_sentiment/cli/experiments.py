"""The commands ``experiments``."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial

from pixels_to_sentiment import places
from pixels_to_sentiment.cli import add_command, add_room, rerun, terminal, waiting
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError


def commands(rooms) -> None:
    """Add the commands."""
    room = add_room(rooms, "experiments", "The experiments of the paper.")
    add_command(room, "list", _list, "List the experiments.")
    show = add_command(room, "show", _show, "Show the configurations of an experiment.")
    show.add_argument("name", metavar="NAME", help="as `experiments list` names it")
    text = "Run an experiment; what is finished is kept."
    run = add_command(room, "run", _run, text, "--device", "--data", "--cluster")
    run.add_argument("name", metavar="NAME", help="as `experiments list` names it")
    # One value or more each.
    several = partial(run.add_argument, nargs="+")
    text = "these configurations, and nothing else, instead of all"
    several("--only", metavar="NETWORK:START:RECIPE", help=text)
    several("--network", metavar="NETWORK", help="what there is of these networks alone")
    several("--agreements", metavar="SUBSET", help="five, four, three; with --data: all")
    several("--folds", type=int, metavar="K", help="test folds (default: all)")
    text = "stay within the training list, testing on its pictures of these folds"
    several("--inner", type=int, metavar="K", help=text)
    text = "paper: all of it; smoke: a few iterations (default: paper)"
    run.add_argument("--tier", default="paper", help=text)
    several("--seeds", type=int, default=[0], metavar="SEED", help="of the runs (default: 0)")
    run.add_argument("--precision", default="fp32", help="fp32, tf32 or bf16 (default: fp32)")
    run.add_argument("--record", action="store_true", help="add the runs to the recorded results")
    text = "Make a recorded run again, and say how far it lies from the record."
    again = add_command(room, "rerun", rerun.rerun, text, "--device", "--data")
    again.add_argument("key", metavar="KEY", help="as `results --keys` and the book name it")


def _list(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.records import catalogue

    for experiment in catalogue.EXPERIMENTS.values():
        print(f"{experiment.name:20} {experiment.title}")


def _show(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.records import catalogue

    experiment = catalogue.find(options.name)
    print(f"{experiment.title}\nsubsets: {', '.join(experiment.agreements)}")
    for heading, some in (("as in the paper", experiment.paper), ("here", experiment.here)):
        if some:
            print(f"{heading}:", *some, sep="\n  ")
    if experiment.frozen:
        rows = (f"{network}:{start}" for network, start in experiment.frozen)
        print("frozen features, without any fine-tuning:", *rows, sep="\n  ")


def _run(options: argparse.Namespace) -> None:
    with connected(options.cluster) if options.cluster else nullcontext() as options.client:
        _experiment(options)


@contextmanager
def connected(address: str) -> Iterator:
    """Connect to a cluster, and say where its dashboard is."""
    with waiting("Connecting"):
        from pixels_to_sentiment.campaign import cluster
    with cluster.connected(address) as client:
        if "dashboard" in client.scheduler_info()["services"]:
            print(f"Dashboard: {client.dashboard_link}", file=sys.stderr)
        yield client


def _experiment(options: argparse.Namespace) -> None:
    from pixels_to_sentiment.records import catalogue, experiments, store
    from pixels_to_sentiment.training import devices

    experiment = catalogue.find(options.name)
    with waiting("Planning"):
        if options.client is None:  # otherwise the workers choose
            options.device = devices.pick(options.device)
        shortened = _numbers(options.tier)
        mapped = shortened.pop("mapped", None)
        if shortened and options.record:
            raise UserError(f"Only the paper tier is recorded, and not the tier {options.tier}.")
        todo, missing = experiments.plan(
            _chosen(options, experiment),
            agreements=options.agreements or experiment.agreements,
            test_folds=options.folds or folds.numbers(),
            seeds=options.seeds,
            precision=options.precision,
            inner=options.inner or (None,),
            **shortened,
        )
    _tell_missing(missing)
    if missing and not todo:
        raise UserError("Nothing can be run here: the weights of all configurations are missing.")
    loaded = _pictures(options)
    options.refused, failed, finished, bar = [], [], [], terminal.Bar()

    def fail(run, fault: UserError) -> None:
        failed.append(run)
        terminal.complain(f"{terminal.named(run)} seed {run.seed}: {fault}")

    def keep(record) -> str:
        finished.append(record)
        bar.close()
        return _scored(record)

    with bar:
        _finish(options, store.Runs(), todo, loaded, keep, progress=bar.tell, failed=fail)
    _probe(options, experiment, finished, loaded, shortened.get("limit"))
    if experiment.mapped:
        _map(options, finished, loaded, mapped)
    if failed:
        several = "s" * (len(failed) > 1)
        raise UserError(f"{len(failed)} run{several} could not be finished, as said above.")
    if options.refused:
        raise UserError(f"{len(options.refused)} finished, but not recorded, as said above.")


def _numbers(tier: str) -> dict[str, int]:
    """Give the numbers by which a tier shortens what is run."""
    from pixels_to_sentiment.book import notebooks, tiers
    from pixels_to_sentiment.records import experiments

    given = tiers.values(tier)
    file = tiers.paths()[tier]
    texts = [path.read_text(encoding="utf-8") for path in notebooks.source_paths().values()]
    # Lines of a cell, each with its type, as `book check` wants them; papermill takes seconds.
    known = {one for text in texts for one in re.findall(r'^ *"(\w+): .* = ', text, re.MULTILINE)}
    for name in given:
        notebooks.require(name, known, "parameter of a notebook", file)
    names = ("iterations", "batch_size", "limit", "mapped")
    found = {name: given[name] for name in names if given.get(name) is not None}
    for name, value in found.items():
        experiments.require_count(f"{file}: {name}", value)
    return found


def _tell_missing(missing: dict) -> None:
    for name, reason in missing.items():
        print(f"{name}: weights not at hand. {reason}", file=sys.stderr)


def _pictures(options: argparse.Namespace):
    """Load the photographs or, unless runs on it were to be recorded, the stand-in."""
    from pixels_to_sentiment.data import pictures

    with waiting("Opening the pictures"):
        loaded = pictures.load()
    if loaded.generated:
        if options.record:
            raise UserError("Only runs on the photographs are recorded, which cannot be had here.")
        print(f"Running on the stand-in. {loaded.reason}", file=sys.stderr)
    return loaded


def _probe(options, experiment, finished: list, loaded, limit: int | None) -> None:
    """Train linear classifiers on the layers of what was fine-tuned, and on frozen features."""
    from pixels_to_sentiment.probes import plans, store

    frozen = tuple(one for one in experiment.frozen if _asks_for(options, one[0]))
    wanted, missing = plans.planned(
        replace(experiment, frozen=frozen),
        finished,
        agreements=options.agreements or experiment.agreements,
        test_folds=options.folds,
        limit=limit,
    )
    _tell_missing(missing)
    if missing and not wanted and not finished:
        raise UserError("Nothing can be run here: the weights of all networks are missing.")
    _finish(options, store.Probes(), wanted, loaded, plans.in_words)


def _map(options, finished: list, loaded, limit: int | None) -> None:
    """Map test pictures with what was fine-tuned, and the stand-in, where evidence is known."""
    from pixels_to_sentiment.data import pictures
    from pixels_to_sentiment.files.assets import Unavailable
    from pixels_to_sentiment.studies import plans, store

    kept = store.Studies()
    _finish(options, kept, plans.planned(finished, limit), loaded, plans.in_words)
    name = plans.ON_STAND_IN
    # Nothing stands in for a data set of one's own.
    if places.dataset() or not _asks_for(options, name.partition(":")[0]):
        return
    studies = plans.on_stand_in(options.folds, limit)
    try:
        _finish(options, kept, studies, pictures.load("stand-in"), plans.in_words)
    except Unavailable as reason:
        print(f"{name} on the stand-in: not available here. {reason}", file=sys.stderr)


def _finish(options, kept, works: list, loaded, in_words: Callable, **more: object) -> None:
    """Do work here or on the cluster, print a line for each piece, and record it if asked to.

    What cannot be recorded does not stop the rest. More is what `Store.perform` takes.
    """
    from tqdm import tqdm

    from pixels_to_sentiment.records import store

    # Here each run has a bar of its own.
    hidden = True if options.client is None and "progress" in more else None
    more["device"] = options.device
    if options.client is None:
        done = kept.perform(works, loaded, **more)
    else:
        from pixels_to_sentiment.campaign import cluster

        more.pop("progress", None)  # no worker tells of its steps
        told = {"tell": terminal.complain} | more
        done = cluster.perform(kept, works, loaded, options.client, **told)
    with tqdm(total=len(works), disable=hidden, delay=2) as bar:
        for record in done:
            bar.write(in_words(record), file=sys.stdout)
            sys.stdout.flush()
            bar.update()
            if not options.record:
                continue
            try:
                store.record([record])
            except UserError as fault:
                options.refused.append(record.key)
                terminal.complain(fault)


def _chosen(options: argparse.Namespace, experiment) -> list:
    """Pick configurations: those named, or those of the experiment, of some networks alone."""
    from pixels_to_sentiment.records import catalogue

    named = [catalogue.Configuration.parse(text) for text in options.only or ()]
    chosen = named or list(experiment.configurations)
    if not options.network:
        return chosen
    others = {network for network, _ in experiment.frozen if not named}
    known = sorted({one.family for one in chosen} | {one.network for one in chosen} | others)
    none = "None of --only has the" if named else f"{experiment.name} has no"
    for network in options.network:
        if network not in known:
            raise UserError(f"{none} network {network!r}: choose from {known}.")
    return [one for one in chosen if {one.family, one.network} & set(options.network)]


def _asks_for(options: argparse.Namespace, network: str) -> bool:
    """Whether work that belongs to no configuration is asked for, too, given its network."""
    return not options.only and (not options.network or network in options.network)


def _scored(record) -> str:
    run, (centre, ten) = record.run, record.scores().values()
    held = f" inner fold {run.inner}" if run.inner else ""
    named = f"{record.key} {terminal.named(run)}{held} seed {run.seed}"
    return f"{named}: centre {centre:.4f}, ten crops {ten:.4f}"
