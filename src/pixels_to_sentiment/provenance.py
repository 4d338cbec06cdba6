"""How a number came about: commit, hardware, versions, parameters, duration, data.

Cheap to ask, and nothing heavy is imported for it: versions come from the installed packages'
metadata, and a GPU is reported only where somebody has already imported torch.
"""

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from markupsafe import Markup

from pixels_to_sentiment import places

# Keys of finished runs whose results were opened and not asked for yet, in order.
_OPENED: dict[str, None] = {}

PACKAGES = (
    *("pixels-to-sentiment", "torch", "torchvision", "timm", "numpy", "scipy", "scikit-learn"),
    *("pandas", "pillow", "matplotlib"),
)
_GIB = 2**30


def opened(key: str) -> None:
    """Remember that the result of a run was opened, for `taken`."""
    _OPENED[key] = None


def taken() -> list[str]:
    """Give the keys of the runs whose results were opened since this was last asked."""
    keys = list(_OPENED)
    _OPENED.clear()
    return keys


def commit() -> tuple[str, bool]:
    """Give the commit of the checkout, and whether files differ from it.

    Files that git ignores do not count, nor what was recorded since, which changes no result.
    That of an archive made by git is the commit it was made of; ``("unknown", False)`` outside a
    checkout, where git cannot say, or before the first commit.
    """
    root = places.checkout()
    if root is None:
        return "unknown", False
    if not (root / ".git").exists():
        return _archived(root), False
    recorded = places.results(), places.choices(), places.again(), places.benchmarks()
    inside = [one.relative_to(root) for one in recorded if one.is_relative_to(root)]
    asked = ["status", "--porcelain", "--branch", "--", "."]
    # Its first line is the branch: one that git cannot answer, as for a damaged index, has none.
    status = git(root, *asked, *(f":(exclude){one}" for one in inside)).splitlines()
    head = status and git(root, "rev-parse", "HEAD").strip()
    return head or "unknown", bool(head) and len(status) > 1


def last_commit(path: Path) -> str:
    """Give the last commit that changed a file, empty where git does not say."""
    return git(path.parent, "log", "-1", "--format=%H", "--", path.name).strip()


def git(folder: Path, *words: str) -> str:
    """Give what git says in a folder of the checkout, empty where it cannot say."""
    root = places.checkout()
    if root is None:
        return ""
    # The ceiling keeps git from answering for a repository that the checkout merely lies in.
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(root.parent)}
    command = ["git", "--no-optional-locks", *words]
    options = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    try:
        answer = subprocess.run(command, **options, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if answer.returncode else answer.stdout


def _archived(root: Path) -> str:
    """Read the commit that ``git archive`` wrote in the place of a format (`.gitattributes`)."""
    try:
        text = (root / ".git_archival.txt").read_text().strip()
    except OSError:
        return "unknown"
    return text if re.fullmatch("[0-9a-f]{40}", text) else "unknown"


def hardware() -> dict[str, str | int | float]:
    """Describe the machine: ``cpu``, ``cores`` (those this process may use), ``memory_gib``.

    When torch is imported, also ``instructions`` (the widest set of the processor that it uses,
    such as AVX512) and ``threads``, which both decide the last digits of a result, and ``gpu``
    (model and memory) where it sees one.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    found = {"cpu": _cpu(), "cores": cores, "memory_gib": round(memory, 1)}
    torch = sys.modules.get("torch")
    if torch is None:
        return found
    found["instructions"] = torch.backends.cpu.get_cpu_capability()
    found["threads"] = torch.get_num_threads()
    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_properties(0)
        found["gpu"] = f"{gpu.name}, {gpu.total_memory / _GIB:.0f} GiB"
    return found


def _cpu() -> str:
    info = Path("/proc/cpuinfo")  # Linux only
    lines = info.read_text(errors="replace").splitlines() if info.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Give the versions of Python and of each of `PACKAGES` that is installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


class Clock:
    """How long a piece of work or a page took, and which code made it.

    Asked for the commit when it starts: hours later the checkout may be at another.
    """

    def __init__(self):
        self._began = datetime.now(UTC)
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._commit, self._dirty = commit()

    def details(self, **more: object) -> dict:
        """Give commit, hardware, versions, date, durations (in seconds) and more, for JSON."""
        return {
            "commit": self._commit,
            "dirty": self._dirty,
            **more,
            "hardware": hardware(),
            "versions": versions(),
            "began": self._began.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - self._wall, 1),
            "cpu_seconds": round(time.process_time() - self._cpu, 1),
        }


def provenance_table(details: Mapping[str, object]) -> Markup:
    """Lay out `Clock.details` of a page as an HTML table, one row a fact.

    Beside those it has ``tier``, ``parameters`` (of which ``seed`` or ``seeds`` is shown apart),
    ``pictures`` (``source``, photographs or stand-in, and ``fingerprint``) and ``runs`` (keys of
    those it shows). What is absent gets no row.
    """
    changed = ", with changes that are not committed" if details["dirty"] else ""
    pictures, parameters = details["pictures"] or {}, details["parameters"]
    rows = {
        "Made on": details["began"],
        "Commit": f"{details['commit']}{changed}",
        "Tier": details["tier"],
        "Parameters": parameters,
        "Seed": parameters.get("seed", parameters.get("seeds")),
        "Hardware": details["hardware"],
        "Versions": details["versions"],
        "Duration": f"{details['seconds']:.0f} s",
        "Pictures": pictures.get("source"),
        "Data fingerprint": pictures.get("fingerprint"),
        "Training runs": ", ".join(details["runs"]),
    }
    shown = {name: _words(value) for name, value in rows.items() if value not in (None, "", {})}
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>\n')
    # The theme draws every other table on a white ground in its dark mode.
    table = '<table class="dataframe provenance">\n<tbody>\n{}</tbody>\n</table>'
    return Markup(table).format(Markup().join(row.format(*one) for one in shown.items()))


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)
