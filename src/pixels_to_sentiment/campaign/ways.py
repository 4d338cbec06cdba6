"""Ways to train several runs of one network on one device, timed beside each other.

A measurement beside the training loop, on random weights and noise: an iteration cuts and prepares
a batch of each run and updates by `loop.CaffeSGD`, and nothing in it waits for the device.
"""

import copy
import math
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from multiprocessing import connection

import torch
from torch import Tensor, func
from torch.nn import functional as F

from pixels_to_sentiment.campaign import workers
from pixels_to_sentiment.data.pictures import SIDE, cut
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.training import loop
from pixels_to_sentiment.training.recipes import Recipe

SERIAL, PROCESSES, STREAMS = "one after another", "a process each", "a stream each"
STACKED, GRAPH = "stacked by torch.func", "a captured graph"
BRANCHES = "a captured graph, a stream each"
WAYS = SERIAL, PROCESSES, STREAMS, STACKED, GRAPH, BRANCHES
NO_GPU, LATE = "needs a GPU", "not over in time"
# Pictures on the device, and iterations whose draws lie there; then they come again.
_PICTURES, _DRAWN = 256, 8
# Seconds that one after another is timed for, and the other ways as many iterations.
_SECONDS = 3
# Seconds that a way may take, its start included, where more ways are to come.
_LEAST = 20


@dataclass(frozen=True)
class Load:
    """Runs of a network to be trained at once, by batches of so many pictures each."""

    network: str
    runs: int
    batch: int
    precision: str


def asked(device: str) -> list[Load]:
    """Say what is timed: five folds on a GPU; on a processor next to nothing, to try the way."""
    if device == "cpu":
        return [Load("squeezenet1_1", 2, 4, "fp32")]
    each = [("caffenet", "bf16"), ("caffenet", "fp32"), ("squeezenet1_1", "bf16")]
    return [Load(network, 5, 256, precision) for network, precision in each]


def measured(device: str, seconds: float, before: Iterable[dict] = ()) -> Iterator[dict]:
    """Time each way in processes of its own, which are ended when the time is over.

    What the targets depend on comes first. Of the rows of an earlier call, `before`, only those
    that were not over in time are timed again.

    A row has ``way``, the fields of `Load`, ``rate`` (pictures a second, of all runs), ``ratio``
    (to the rate of one after another), and ``failed``, why there is none.
    """
    end = time.monotonic() + seconds
    named = {(row["network"], row["precision"], row["way"]): row for row in before}
    known = {name: row for name, row in named.items() if row["failed"] != LATE}
    for work in asked(device):
        serial = None
        for way in WAYS:
            name = work.network, work.precision, way
            row = known.get(name) or _row(work, way, device, serial, end)
            serial = row["rate"] if way == SERIAL else serial
            yield row | {"ratio": row["rate"] / serial if row["rate"] and serial else None}


def pay(rows: Iterable[dict]) -> bool:
    """Say whether a process each was faster than one after another, by the first row that tells."""
    ratios = (row["ratio"] for row in rows if row["way"] == PROCESSES and row["ratio"])
    return next(ratios, math.inf) > 1


def _row(work: Load, way: str, device: str, serial: float | None, end: float) -> dict:
    row = {"way": way, **asdict(work), "rate": None, "failed": NO_GPU}
    if device != "cpu" or way in (SERIAL, PROCESSES, STACKED):
        now, pictures = time.monotonic(), work.runs * work.batch
        iterations = serial and math.ceil(_SECONDS * serial / pictures)
        until = min(end, now + max(_LEAST, (end - now) / 3))
        row["failed"], taken, done = _asked(work, way, device, iterations, until)
        row["rate"] = pictures * done / taken if done else None
    return row


def _asked(
    work: Load, way: str, device: str, iterations: int | None, until: float
) -> tuple[str | None, float, float]:
    """Have a way timed: why it failed, or the seconds and iterations a run that it took."""
    count, context = work.runs if way == PROCESSES else 1, workers.processes()
    pipes, together = [context.Pipe(duplex=False) for _ in range(count)], context.Barrier(count)
    task = together, replace(work, runs=work.runs // count), way, device, iterations, _SECONDS
    made = [context.Process(target=_time, args=(sender, *task)) for _, sender in pipes]
    answers, waiting = [], [receiver for receiver, _ in pipes]
    try:
        for one, (_, sender) in zip(made, pipes, strict=True):
            one.start()
            sender.close()
        while waiting:
            told = connection.wait(waiting, max(0.0, until - time.monotonic()))
            answers += [one.recv() for one in told]
            failed = [one for one in answers if isinstance(one, str)] + [LATE] * (not told)
            if failed:
                return failed[0], 0, 0
            waiting = [one for one in waiting if one not in told]
    except EOFError:
        return workers.LOST, 0, 0
    finally:
        for one in made:
            if one.pid:
                one.kill()
                one.join()
    began, ended, done = zip(*answers, strict=True)
    return None, max(ended) - min(began), sum(done) / count


def _time(
    sender, together, work: Load, way: str, device: str, iterations: int | None, seconds: float
) -> None:
    """Send when the iterations began and ended and how many they were, or what failed."""
    warnings.simplefilter("ignore")  # of what is slow, as the rate shows
    try:
        with loop.arithmetic(work.precision, device[:4]) as autocast:
            made = _MADE[way](work, device, autocast)
            for number in range(2):  # the first takes longer
                began = time.monotonic()
                made.go([number])
            taken = time.monotonic() - began
            iterations = iterations or max(1, math.ceil(seconds / taken))
            together.wait()
            began = time.monotonic()
            made.go(range(iterations))
            sender.send((began, time.monotonic(), iterations))
    except Exception as fault:  # whatever a device, or another torch, has against it
        sender.send(f"{type(fault).__name__}: {fault}".splitlines()[0])


class Serial:
    """Runs of one network, each with its own weights and batches, one after another."""

    def __init__(self, work: Load, device: str, autocast: Callable):
        self.runs, self.autocast, recipe = range(work.runs), autocast, Recipe()
        made = [factory.create(work.network, start="random", seed=one) for one in self.runs]
        self.networks, self.convention = [one.to(device) for one in made], made[0].convention
        self.groups = [loop.parameter_groups(one, recipe) for one in self.networks]
        self.optimisers = [_optimiser(one, recipe) for one in self.groups]
        dice, shape = torch.Generator().manual_seed(0), (_DRAWN, work.runs, work.batch)
        room, size = (_PICTURES, SIDE, SIDE, 3), math.prod(shape)
        self.pixels = torch.randint(0, 256, room, generator=dice, dtype=torch.uint8).to(device)
        positions, labels = (torch.randint(0, n, (size,), generator=dice) for n in (_PICTURES, 2))
        cuts = loop.placed(size, SIDE - self.convention.crop, recipe, dice)
        drawn = positions, *cuts, labels
        self.drawn = [one.unflatten(0, shape).to(device) for one in drawn]

    def go(self, numbers: Iterable[int]) -> None:
        """Make some iterations of all runs, and wait for the device."""
        for number in numbers:
            self.step([one[number % _DRAWN] for one in self.drawn])
        if self.pixels.is_cuda:
            torch.cuda.synchronize()

    def step(self, drawn: list[Tensor]) -> None:
        """Make an iteration by positions, corners, mirrors and labels, a row of each a run."""
        for run in self.runs:
            self.update(run, *(one[run] for one in drawn))

    def update(self, run: int, *drawn: Tensor) -> None:
        """Train one run on a batch."""
        self.optimisers[run].zero_grad()
        self.loss(self.networks[run].body, self.prepared(*drawn[:3]), drawn[3]).backward()
        self.optimisers[run].step()

    def loss(self, body: Callable, x: Tensor, labels: Tensor) -> Tensor:
        """Give the mean loss of a batch."""
        with self.autocast():
            logits = body(x).flatten(1)
        return F.cross_entropy(logits.float(), labels)

    def prepared(self, *cuts: Tensor) -> Tensor:
        """Cut crops, and prepare them."""
        return self.convention.prepare(cut(self.pixels, *cuts, self.convention.crop))


class Stacked(Serial):
    """All runs as one, whose convolutions are in groups and whose products are batched."""

    def __init__(self, work: Load, device: str, autocast: Callable):
        super().__init__(work, device, autocast)
        bodies = [one.arrange(onednn=False).body for one in self.networks]
        self.state = func.stack_module_state(bodies)
        self.base = copy.deepcopy(bodies[0]).to("meta")
        stacked = zip(bodies[0].parameters(), self.state[0].values(), strict=True)
        of = {id(one): many for one, many in stacked}
        groups = [{**some, "params": [of[id(one)] for one in some["params"]]}
                  for some in self.groups[0]]  # fmt: skip
        self.optimisers = [_optimiser(groups, Recipe())]

    def step(self, drawn: list[Tensor]) -> None:
        """Make an iteration of all runs at once."""
        *cuts, labels = drawn
        x = self.prepared(*(one.flatten(0, 1) for one in cuts)).unflatten(0, labels.shape)

        def loss(parameters: dict, buffers: dict, x: Tensor, labels: Tensor) -> Tensor:
            state = parameters, buffers
            return self.loss(lambda x: func.functional_call(self.base, state, (x,)), x, labels)

        gradients = func.vmap(func.grad(loss), randomness="different")(*self.state, x, labels)
        for name, one in gradients.items():
            self.state[0][name].grad = one
        self.optimisers[0].step()


class Streams(Serial):
    """Each run in a stream of its own."""

    def __init__(self, work: Load, device: str, autocast: Callable):
        super().__init__(work, device, autocast)
        self.streams = [torch.cuda.Stream(device) for _ in self.runs]

    def step(self, drawn: list[Tensor]) -> None:
        """Make an iteration of each run beside the others, after what came before it."""
        here = torch.cuda.current_stream()
        for run, stream in zip(self.runs, self.streams, strict=True):
            stream.wait_stream(here)
            with torch.cuda.stream(stream):
                self.update(run, *(one[run] for one in drawn))
        for stream in self.streams:
            here.wait_stream(stream)


class Graph(Serial):
    """An iteration of all runs captured once, and replayed on other draws."""

    def __init__(self, work: Load, device: str, autocast: Callable):
        super().__init__(work, device, autocast)
        self.slots, aside = [one[0].clone() for one in self.drawn], torch.cuda.Stream(device)
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # what is chosen and kept at first is not to be captured
            for _ in range(3):
                super().step(self.slots)
        torch.cuda.synchronize()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            super().step(self.slots)

    def step(self, drawn: list[Tensor]) -> None:
        """Put the draws where the graph reads them, and replay it."""
        for slot, one in zip(self.slots, drawn, strict=True):
            slot.copy_(one)
        self.graph.replay()


class Branches(Graph, Streams):
    """The captured iteration has a branch a run."""


def _optimiser(groups: list[dict], recipe: Recipe) -> loop.CaffeSGD:
    made = loop.CaffeSGD(groups, recipe.momentum, recipe.weight_decay)
    made.base_rate = recipe.base_rate
    return made


_MADE = {SERIAL: Serial, PROCESSES: Serial, STREAMS: Streams, STACKED: Stacked, GRAPH: Graph,
         BRANCHES: Branches}  # fmt: skip
