"""Work in processes of its own, forked from one that has imported what takes long."""

import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

# Marks a trial's processes, so that what outlives them is found.
TRIAL = "PIXELS_TO_SENTIMENT_TRIAL"


def start(work: Callable[[], object], said: Path, seconds: int = 0) -> int:
    """Fork a process that does some work and writes what it says into a file; give its number.

    Parameters
    ----------
    seconds
        Of processor time, after which it is ended; 0 for as many as it takes.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if child := os.fork():
        return child
    status = 1
    try:
        os.environ[TRIAL] = str(os.getpid())
        stream = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        # Whoever forked may have put others in their place.
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            signal.alarm(3 * seconds)  # what waits takes no processor time
        status = int(work() or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def end(child: int) -> int:
    """Wait for a process; its status, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill(child: int) -> bool:
    """Kill a process; whether it was still at work."""
    os.kill(child, signal.SIGKILL)
    return end(child) == -signal.SIGKILL


def strays(children: list[int], patience: float = 10) -> list[int]:
    """Give the processes that those started and that go on without them, and end these."""
    until = time.monotonic() + patience
    while (left := _started_by(children)) and time.monotonic() < until:
        time.sleep(0.2)
    for one in left:
        os.kill(one, signal.SIGKILL)
    return left


def _started_by(children: list[int]) -> list[int]:
    marks = {f"{TRIAL}={child}".encode() for child in children}
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marks & set(path.read_bytes().split(b"\0")):
                found.append(int(path.parent.name))
        except OSError:  # it ended, or is somebody else's
            continue
    return found
