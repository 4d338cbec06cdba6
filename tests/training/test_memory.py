"""Memory that is freed is used again without asking the system."""

import ctypes
import subprocess
import sys

import pytest

from pixels_to_sentiment.training import memory

PROGRAM = """
import resource, sys
import torch
from pixels_to_sentiment import memory
if sys.argv[1] == "keep" and not memory.keep_freed():
    sys.exit(3)
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    torch.ones(2**23)
before = faults()
for _ in range(20):
    torch.ones(2**23)
print(faults() - before)
"""


def faults(how):
    """Count the pages handed out while 32 MB are taken and freed twenty times more."""
    command = [sys.executable, "-c", PROGRAM, how]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip("the C library of this machine cannot be told")
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_freed_memory_is_used_again_without_asking_the_system():
    """A tenth of the pages at most; by default they are all handed out each time."""
    assert faults("keep") < faults("default") / 10


KEPT = """
import sys
import torch
from pixels_to_sentiment import memory
if not memory.keep_freed():
    sys.exit(3)
def resident():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
before = resident()
blocks = [torch.ones(2**22) for _ in range(20)]
last = torch.ones(2**18)
del blocks
kept = resident()
assert memory.give_back()
print(kept - before, resident() - before)
"""


def test_between_runs_freed_memory_is_given_back():
    """Of 320 MB that were freed under a block that is still in use; until then they are kept."""
    done = subprocess.run([sys.executable, "-c", KEPT], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip("the C library of this machine cannot be told")
    assert done.returncode == 0, done.stderr
    kept, left = map(int, done.stdout.split())
    assert kept > 300_000
    assert left < 50_000


def test_another_c_library_is_left_alone(monkeypatch):
    """One without mallopt, and a system that has no such thing."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert memory.keep_freed() is False
    assert memory.give_back() is False

    def refuse(name):
        raise TypeError("no library without a name")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    assert memory.keep_freed() is False
    assert memory.give_back() is False
