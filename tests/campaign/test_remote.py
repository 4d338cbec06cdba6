"""How a worker is held against the side that sends it work."""

from types import SimpleNamespace

import pytest
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import remote
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.imports import datasets
from toy_work import Task

WORKER = SimpleNamespace(address="tcp://a:1", state=SimpleNamespace(nthreads=1))


def test_what_differs_is_told_with_either_side(monkeypatch):
    """By its name; what torch was built for is no difference."""
    loaded = SimpleNamespace(fingerprint="0123456789abcdef")
    monkeypatch.setattr(remote, "_loaded", lambda source: loaded)
    here = remote.told(Task, "photographs", loaded.fingerprint)
    remote.require_like(Task(), "photographs", here, WORKER)
    assert here["torch"] == torch.__version__.partition("+")[0]
    other = here | {"torch": "1.0", "pictures": "photographs 76543210"}
    with pytest.raises(remote.Unlike) as said:
        remote.require_like(Task(), "photographs", other, WORKER)
    assert (
        f"torch is {here['torch']} there and 1.0 here; "
        "pictures is photographs 0123456789ab there and photographs 76543210 here; install"
    ) in str(said.value)


def test_a_worker_opens_the_data_set_of_ones_own_that_is_in_use(own):
    """Under the name by which it is known here; one where it is not in use is refused."""
    datasets.add(*own, "mine", count=3)
    remote._loaded.cache_clear()
    with places.using("mine"):
        here = remote.told(Task, "mine", pictures.load().fingerprint)
        remote.require_like(Task(), "mine", here, WORKER)
    remote._loaded.cache_clear()
    with pytest.raises(remote.Unlike, match="cannot work"):
        remote.require_like(Task(), "mine", here, WORKER)
