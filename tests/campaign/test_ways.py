"""Runs are timed one after another and beside each other, and one that fails ends no other."""

import os
import subprocess
import sys

from pixels_to_sentiment.campaign import ways


def test_both_ways_are_timed_and_what_fails_says_why(monkeypatch):
    """Of each network; another's failure ends nothing, and no process is left."""
    good, bad = (
        ways.Load(one, 2, 2, "bf16") for one in ("timm/test_efficientnet", "timm/no_such_network")
    )
    monkeypatch.setattr(ways, "asked", lambda device: [bad, good])
    rows = list(ways.measured("cpu", 300))
    assert [row["way"] for row in rows] == [ways.SERIAL, ways.PROCESSES] * 2
    for row in rows[:2]:
        assert (row["rate"], row["ratio"]) == (None, None)
        assert "no_such_network" in row["failed"]
    assert [row["failed"] for row in rows[2:]] == [None, None]
    serial, processes = (row["rate"] for row in rows[2:])
    assert [row["ratio"] for row in rows[2:]] == [1, processes / serial]
    assert ways.workers.processes().active_children() == []


def test_a_way_is_ended_when_the_time_is_over():
    """Its row says so, and no process is left."""
    rows = list(ways.measured("cpu", 0.2))
    assert [row["failed"] for row in rows] == [ways.LATE] * 2
    assert ways.workers.processes().active_children() == []


def end(*_):
    os._exit(1)


def test_a_way_that_loses_a_process_is_not_waited_for(monkeypatch):
    """As where memory runs out; it failed by itself, and is not timed again."""
    monkeypatch.setattr(ways, "_trained", end)
    rows = list(ways.measured("cpu", 300))
    assert [row["failed"] for row in rows] == [ways.workers.LOST] * 2


ENDED = """
import signal
from pixels_to_sentiment.campaign import ways
signal.signal(signal.SIGALRM, lambda *_: exit("over"))
signal.setitimer(signal.ITIMER_REAL, 0.1)
print(list(ways.measured("cpu", 100)))
"""


def test_ways_that_are_ended_while_their_processes_start_leave_no_traceback():
    """As the deadline of a short campaign does, in the seconds in which their server imports."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", ENDED], text=True, **pipes) as process:
        # Until all that it started have ended, too.
        assert process.communicate(timeout=100) == ("", "over\n")


def test_ways_that_were_late_are_timed_again_and_the_most_worthy_network_first(monkeypatch):
    """What failed by itself is not tried again."""
    calls = []

    def timed(work, way, device, end):
        calls.append((work.network, work.precision, way))
        return {"rate": 6.0, "failed": None}

    monkeypatch.setattr(ways, "_timed", timed)
    first = [*ways.measured("cuda", 300)]
    assert [*dict.fromkeys(call[:2] for call in calls)] == [
        *(("caffenet", "bf16"), ("caffenet", "fp32"), ("squeezenet1_1", "bf16")),
    ]
    none = {"rate": None, "ratio": None}
    late, failed = none | {"failed": ways.LATE}, none | {"failed": "no memory"}
    before = [first[0], first[1] | failed, first[2] | late, first[3] | {"ratio": None}, *first[4:]]
    calls.clear()
    assert [*ways.measured("cuda", 300, before)] == [first[0], before[1], *first[2:]]
    assert calls == [("caffenet", "fp32", ways.SERIAL)]
