"""What a campaign does on a device before it makes runs: checks, the benchmark, and the ways."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

from pixels_to_sentiment.campaign import checks, ways
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError

# Of the time, what a step may take at most; the checks do not look at it.
SHARES = {"checks": 1.0, "benchmark": 2 / 5, "ways": 1 / 4}
# What the benchmark times: on a processor what takes least, to try the way.
_SECTIONS = {"cuda": "train-caffenet", "cpu": "read-model"}


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
        before = (
            checks.equality(loaded, device) if name == "checks" else _benchmark(device, seconds)
        )
    return before


def in_words(name: str, found) -> list[str]:
    """Say what a step found, a line each."""
    if name == "checks":
        return [checks.in_words(row) for row in found["rows"]]
    if name == "ways":
        words = "training {runs} x {network} {precision}, {way}: "
        rate = "{rate:.1f} pictures a second"
        return [words.format(**row) + (row["failed"] or rate.format(**row)) for row in found]
    return ["{what}, {contender}: {rate:.1f} a second".format(**r) for r in found["comparisons"]]


def _benchmark(device: str, seconds: float) -> dict:
    command = [sys.executable, "-m", "pixels_to_sentiment", "benchmark", "--json"]
    command += ["--device", device, "--only", _SECTIONS[device[:4]]]
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
