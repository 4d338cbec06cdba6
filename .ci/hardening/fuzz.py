"""Fuzzing of a reader, guided by the coverage of this library, in a process of its own.

python .ci/hardening/fuzz.py READER HOME SECONDS     fuzz
python .ci/hardening/fuzz.py READER HOME FILE ...    read files and say what came of each

A reader may refuse a file with `UserError` and nothing else, within `SECONDS` of processor time and
`MEMORY`. An input that does otherwise is kept in HOME, which is outside the checkout.
"""

import hashlib
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# An input; MiB. A processor of a desktop takes two seconds for the longest log beside other work.
SECONDS, MEMORY = 4, 1024
LONGEST = 2**16  # bytes of an input that is made by changing others
MOST_RESTARTS = 20


def possible() -> bool:
    """Whether the library that fuzzes is installed: ``pip install -e ".[harden]"``."""
    return find_spec("atheris") is not None


def campaign(name: str, home: Path, seconds: float) -> dict:
    """Fuzz a reader; how many inputs were tried, and what was found, in words.

    Parameters
    ----------
    home
        Where the inputs are kept that reach new code, to begin with the next time, and findings.
    """
    from hardening import seeds
    from hardening.readers import READERS, large

    reader, began = READERS[name], time.monotonic()
    for part in ("corpus", "artifacts", "findings"):
        (home / part).mkdir(parents=True, exist_ok=True)
    counts = home / "counts.json"
    counts.unlink(missing_ok=True)
    if not (home / "large").is_dir():
        (home / "large").mkdir()
        for seed in getattr(seeds, reader.seeds)():
            digest = hashlib.sha1(seed).hexdigest()
            (home / "corpus" / digest).write_bytes(seed)
            (home / "large" / digest).write_bytes(large(seed))
    _judge(name, home, sorted((home / "large").iterdir()), until=began + seconds / 2)
    for _ in range(MOST_RESTARTS):
        left = seconds - (time.monotonic() - began)
        if left < 2:
            break
        _run(name, home, str(int(left)))
        _judge(name, home, sorted((home / "artifacts").iterdir()))
    tried = json.loads(counts.read_text()) if counts.is_file() else {"tried": 0, "failed": 0}
    return tried | {"seconds": round(time.monotonic() - began, 1)}


def findings(home: Path) -> list[str]:
    """Say what was found, a place in the code each."""
    return [path.read_text() for path in sorted((home / "findings").glob("*.txt"))]


def _run(name: str, home: Path, *what: str) -> subprocess.CompletedProcess:
    """Run this file as a program, in a place of its own in memory."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as scratch:
        command = [sys.executable, __file__, name, str(home), *what]
        answer = subprocess.run(
            command, cwd=scratch, capture_output=True, text=True, errors="replace", check=False
        )
    (home / "said.txt").write_text(answer.stdout[-20_000:] + answer.stderr[-20_000:])
    return answer


def _judge(name: str, home: Path, files: list[Path], until: float = math.inf) -> None:
    """Read files one after the other, keep those that fail, remove what was read."""
    waiting = list(files)
    while waiting and time.monotonic() < until:
        answer = _run(name, home, *map(str, waiting))
        for line in filter(None, answer.stdout.splitlines()):
            if line.startswith("{"):
                told = json.loads(line)
                _count(home, failed=bool(told["why"]))
                _keep(home, waiting.pop(0).read_bytes(), told["why"], told["place"])
        if waiting and answer.returncode:  # the process ended within the first of them
            _count(home, failed=True)
            ended = f"ended with {answer.returncode}: {answer.stderr[-300:]}"
            _keep(home, waiting.pop(0).read_bytes(), f"the process {ended}", "process")
    for path in set(files) - set(waiting):
        path.unlink()


def _keep(home: Path, content: bytes, why: str, place: str) -> None:
    """Keep the first input that fails in a place of the code."""
    if why:
        kept = home / "findings" / hashlib.sha1(place.encode()).hexdigest()[:10]
        if not kept.with_suffix(".txt").exists():
            kept.with_suffix(".bin").write_bytes(content)
            kept.with_suffix(".txt").write_text(why)


def _count(home: Path, tried: int = 1, failed: int = 0) -> None:
    path = home / "counts.json"
    before = json.loads(path.read_text()) if path.is_file() else {"tried": 0, "failed": 0}
    told = {"tried": before["tried"] + tried, "failed": before["failed"] + failed}
    path.with_suffix(".part").write_text(json.dumps(told))
    path.with_suffix(".part").replace(path)


def _outcome(read: Callable[[Path], object], path: Path) -> tuple[str, str]:
    """Read a file; why that failed and where, empty if it did not."""
    from pixels_to_sentiment.errors import UserError

    try:
        read(path)
    except UserError:
        pass
    except KeyboardInterrupt:
        raise
    except BaseException as fault:
        frames = traceback.extract_tb(fault.__traceback__)
        ours = [frame for frame in frames if "pixels_to_sentiment" in frame.filename]
        at = ours[-1] if ours else frames[-1]
        place = f"{type(fault).__name__} {Path(at.filename).name}:{at.lineno}"
        return f"{place} ({frames[-1].name}): {fault}"[:500], place
    return "", ""


def _fuzz(name: str, home: Path, seconds: int) -> None:
    import atheris

    from hardening.readers import READERS

    reader, scratch = READERS[name], Path.cwd()
    with atheris.instrument_imports(include=["pixels_to_sentiment"]):
        read = reader.prepare(scratch)
    path, last = scratch / f"input{reader.suffix}", [time.monotonic(), 0, 0]

    def one(data: bytes) -> None:
        path.write_bytes(data)
        why, place = _outcome(read, path)
        _keep(home, data, why, place)
        last[1] += 1
        last[2] += bool(why)
        if time.monotonic() - last[0] > 1:
            _count(home, last[1], last[2])
            last[:] = time.monotonic(), 0, 0

    limits = {
        "max_total_time": seconds,
        "timeout": SECONDS,
        "rss_limit_mb": MEMORY,
        "max_len": LONGEST,
        "artifact_prefix": f"{home / 'artifacts'}/",
    }
    options = [f"-{option}={value}" for option, value in limits.items()]
    atheris.Setup([sys.argv[0], str(home / "corpus"), *options], one)
    atheris.Fuzz()


def _read(name: str, files: list[str]) -> None:
    from hardening.readers import READERS
    from pixels_to_sentiment.benchmarks import timing

    reader, scratch = READERS[name], Path.cwd()
    read, path = reader.prepare(scratch), scratch / f"input{reader.suffix}"
    for file in files:
        shutil.copyfile(file, path)
        began = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(began) + 4 * SECONDS, -1))
        why, place = _outcome(read, path)
        took = time.process_time() - began
        most = int(timing.peak())
        if took > SECONDS:
            why, place = why or f"took {took:.1f} s for {path.stat().st_size} bytes", "time"
        if most > MEMORY:
            why, place = why or f"took {most} MiB for {path.stat().st_size} bytes", "memory"
        print(json.dumps({"why": why, "place": place, "seconds": took, "mib": most}), flush=True)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / ".ci"), str(ROOT / "tests")]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    reader, place, *what = sys.argv[1:]
    if re.fullmatch(r"\d+", what[0]):
        _fuzz(reader, Path(place), int(what[0]))
    else:
        _read(reader, what)
