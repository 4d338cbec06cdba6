"""What a worker tells of itself, and how it is held against this side."""

import asyncio
from types import SimpleNamespace

import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import remote
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.imports import datasets
from toy_work import Task

HERE = remote.told(Task, "photographs", "0123456789abcdef")


def test_what_differs_is_told_with_either_side():
    """By its name; what torch was built for is no difference."""
    assert remote.difference(dict(HERE), HERE) == ""
    assert HERE["torch"] == torch.__version__.partition("+")[0]
    there = HERE | {"torch": "1.0", "pictures": "none (No room.)"}
    assert remote.difference(there, HERE) == (
        f"torch is 1.0 there and {HERE['torch']} here; "
        "pictures is none (No room.) there and photographs 0123456789ab here"
    )


def test_a_worker_without_the_package_is_told_so():
    """It can answer nothing but what Python raised there."""
    fault = ModuleNotFoundError("No module named 'pixels_to_sentiment'")
    assert "cannot tell its code (ModuleNotFoundError: No mod" in remote.difference(fault, HERE)


def test_a_worker_without_pictures_tells_why(monkeypatch):
    """Not at hand, or a cache that it cannot write: the cure is another. All else it tells, too."""

    def refuse(source):
        raise UserError("No room.")

    monkeypatch.setattr(remote, "_loaded", refuse)
    worker = SimpleNamespace(state=SimpleNamespace(nthreads=2))
    told = asyncio.run(remote.answer(Task, "photographs", [], worker))
    assert told == HERE | {"pictures": "none (No room.)", "threads of a worker": "2"}


def test_a_worker_opens_the_data_set_of_ones_own_that_is_in_use(own):
    """Under the name by which it is known here; one where it is not in use is refused."""
    datasets.add(*own, "mine", count=3)
    worker = SimpleNamespace(state=SimpleNamespace(nthreads=1))
    with places.using("mine"):
        here = remote.told(Task, "mine", pictures.load().fingerprint)
        there = asyncio.run(remote.answer(Task, "mine", [], worker))
    assert remote.difference(there, here) == ""
    remote._loaded.cache_clear()
    there = asyncio.run(remote.answer(Task, "mine", [], worker))
    assert "pictures is none (" in remote.difference(there, here)
