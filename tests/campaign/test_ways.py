"""The ways to train several runs do the same work, and one that fails ends no other."""

import subprocess
import sys
from contextlib import nullcontext

import torch

from pixels_to_sentiment.campaign import ways


def test_stacked_runs_are_trained_as_those_one_after_another():
    """Equal weights after three iterations on the same batches, without dropout."""
    work = ways.Load("squeezenet1_1", 2, 2, "fp32")
    serial, stacked = (kind(work, "cpu", nullcontext) for kind in (ways.Serial, ways.Stacked))
    for one in (*serial.networks, stacked.base):
        one.eval()
    first = [one.body.state_dict() for one in serial.networks]
    first = [{name: value.clone() for name, value in one.items()} for one in first]
    for one in (serial, stacked):
        one.go(range(3))
    moved = 0.0
    for run, network in enumerate(serial.networks):
        for name, value in network.body.named_parameters():
            torch.testing.assert_close(stacked.state[0][name][run], value, rtol=0, atol=1e-5)
            moved = max(moved, float((value.detach() - first[run][name]).abs().max()))
    assert moved > 1e-3
    one, other = (network.body.state_dict() for network in serial.networks)
    assert not all(one[name].equal(other[name]) for name in one)


def test_a_way_that_fails_says_why_and_the_others_are_timed(monkeypatch):
    """As `torch.func` refuses what batch normalisation keeps, and a processor has no streams."""
    work = ways.Load("timm/test_efficientnet", 2, 2, "bf16")
    monkeypatch.setattr(ways, "asked", lambda device: [work])
    monkeypatch.setattr(ways, "_SECONDS", 0.01)
    rows = {row["way"]: row for row in ways.measured("cpu", 300)}
    assert tuple(rows) == ways.WAYS
    for way in (ways.SERIAL, ways.PROCESSES):
        assert rows[way]["rate"] > 0
        assert rows[way]["failed"] is None
    assert rows[ways.SERIAL]["ratio"] == 1
    assert "Error: " in rows[ways.STACKED]["failed"]
    for way in (ways.STREAMS, ways.GRAPH, ways.BRANCHES):
        assert rows[way] | {"way": ""} == {
            **{"way": "", "network": work.network, "runs": 2, "batch": 2, "precision": "bf16"},
            **{"rate": None, "ratio": None, "failed": ways.NO_GPU},
        }


def test_a_way_is_ended_when_the_time_is_over():
    """Its row says so, and no process is left."""
    rows = list(ways.measured("cpu", 0.2))
    late = [row["way"] for row in rows if row["failed"] == ways.LATE]
    assert late == [ways.SERIAL, ways.PROCESSES, ways.STACKED]
    assert ways.workers.processes().active_children() == []


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
    """As many iterations as one after another took; what failed by itself is not tried again."""
    calls = []

    def asked(work, way, device, iterations, until):
        calls.append((work.network, work.precision, way, iterations))
        return None, 6.0, 8

    monkeypatch.setattr(ways, "_asked", asked)
    first = [*ways.measured("cuda", 300)]
    assert [*dict.fromkeys(call[:2] for call in calls)] == [
        *(("caffenet", "bf16"), ("caffenet", "fp32"), ("squeezenet1_1", "bf16")),
    ]
    none = {"rate": None, "ratio": None}
    late, failed = none | {"failed": ways.LATE}, none | {"failed": "no memory"}
    before = [first[0], first[1] | failed, first[2] | late, *first[3:6]]
    before += [first[6] | late, first[7] | {"ratio": None}, *first[8:]]
    calls.clear()
    again = [*ways.measured("cuda", 300, before)]
    assert calls == [
        ("caffenet", "bf16", ways.STREAMS, 4),
        ("caffenet", "fp32", ways.SERIAL, None),
    ]
    assert again == [first[0], before[1], *first[2:]]
