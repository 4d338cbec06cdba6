"""How a number came about: commit, machine, versions, and the table of it on a page."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pixels_to_sentiment import places, provenance

SETTINGS = ("user.name=nobody", "user.email=nobody@localhost", "commit.gpgsign=false")


def git(folder, *arguments):
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    command = ["git", *settings, *arguments]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Make a repository with one commit, taken for the checkout."""
    root = tmp_path / "checkout"
    root.mkdir()
    monkeypatch.setattr(places, "checkout", lambda: root)
    git(root, "init", "-q")
    (root / "kept.txt").write_text("one")
    (root / ".gitignore").write_text("runs/\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "First")
    return root


def test_commit_is_gits(repository):
    """The hash is the one git gives, and a clean checkout is not dirty, ignored files or not."""
    (repository / "runs").mkdir()
    (repository / "runs" / "made").touch()
    assert provenance.commit() == (git(repository, "rev-parse", "HEAD"), False)


@pytest.mark.parametrize("name", ["kept.txt", "added.py"])
def test_changed_and_added_files_make_it_dirty(repository, name):
    """A module that git does not know yet is as much a difference as a changed one."""
    (repository / name).write_text("two")
    assert provenance.commit() == (git(repository, "rev-parse", "HEAD"), True)


@pytest.mark.parametrize("place", ["results", "choices", "again", "benchmarks"])
def test_what_was_recorded_since_does_not_make_it_dirty(repository, monkeypatch, place):
    """It decides no result: what is run next has still the code of the commit."""
    for name in ("RESULTS", "BENCHMARKS"):
        monkeypatch.delenv(f"PIXELS_TO_SENTIMENT_{name}", raising=False)
    (repository / "book" / place).mkdir(parents=True)
    (repository / "book" / place / "new.json").touch()
    assert provenance.commit() == (git(repository, "rev-parse", "HEAD"), False)


def test_no_commit_is_unknown(repository, monkeypatch, tmp_path):
    """Outside a checkout, before the first commit, inside a foreign repository, without git."""
    (repository / "unpacked").mkdir()
    monkeypatch.setattr(places, "checkout", lambda: repository / "unpacked")
    assert provenance.commit() == ("unknown", False)
    git(repository / "unpacked", "init", "-q")
    assert provenance.commit() == ("unknown", False)
    monkeypatch.setattr(places, "checkout", lambda: repository)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.commit() == ("unknown", False)
    monkeypatch.setattr(places, "checkout", lambda: None)
    assert provenance.commit() == ("unknown", False)


def test_a_checkout_of_which_git_cannot_say_what_changed_is_not_called_clean(repository):
    """As one whose index is damaged: git still knows the commit, and not what differs from it."""
    (repository / ".git" / "index").write_text("damaged")
    assert provenance.commit() == ("unknown", False)


def test_a_file_is_as_old_as_its_last_commit_and_a_foreign_one_of_no_age(repository, monkeypatch):
    """A repository that the checkout merely lies in does not answer for it."""
    (repository / "inner").mkdir()
    (repository / "inner" / "a.txt").touch()
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Second")
    assert provenance.last_commit(repository / "kept.txt") == git(repository, "rev-parse", "HEAD~")
    monkeypatch.setattr(places, "checkout", lambda: repository / "inner")
    assert provenance.last_commit(repository / "inner" / "a.txt") == ""


def test_hardware_is_this_machines(monkeypatch):
    """Cores and memory are what the operating system says; a GPU shows when torch has one."""
    found = provenance.hardware()
    assert found["cores"] == len(os.sched_getaffinity(0))
    total = next(
        li for li in Path("/proc/meminfo").read_text().splitlines() if li.startswith("MemTotal")
    )
    assert found["memory_gib"] == pytest.approx(int(total.split()[1]) / 2**20, abs=0.1)
    card = SimpleNamespace(name="NVIDIA H100", total_memory=80 * 2**30)
    cuda = SimpleNamespace(is_available=lambda: True, get_device_properties=lambda index: card)
    cpu = SimpleNamespace(get_cpu_capability=lambda: "AVX2")
    torch = SimpleNamespace(cuda=cuda, backends=SimpleNamespace(cpu=cpu), get_num_threads=lambda: 3)
    monkeypatch.setitem(sys.modules, "torch", torch)
    found = provenance.hardware()
    assert found["gpu"] == "NVIDIA H100, 80 GiB"
    assert (found["instructions"], found["threads"]) == ("AVX2", 3)


def test_table_has_a_row_for_each_fact_and_is_safe():
    """Every fact is shown, absent ones have no row, and no value can break the page."""
    facts = {"tier": "paper", "parameters": {"seed": 7, "note": "<script>&"}}
    facts |= {"pictures": {"source": "stand-in", "fingerprint": "ab12"}, "runs": ["run1", "run2"]}
    details = provenance.Clock().details(**facts) | {"seconds": 90.2}
    table = provenance.provenance_table(json.loads(json.dumps(details)))
    known = (details["commit"], details["began"], details["versions"]["python"])
    words = ("paper", "seed: 7", "90 s", "stand-in", "ab12", "run1, run2", "&lt;script&gt;&amp;")
    for shown in (*known, *words):
        assert shown in table
    assert "<script>" not in table
    bare = {"tier": "smoke", "parameters": {}, "pictures": None, "runs": []}
    short = provenance.provenance_table(details | bare)
    for absent in ("Seed", "Pictures", "Data fingerprint", "Training runs", "None"):
        assert absent not in short
    for dirty in (True, False):
        said = "not committed" in provenance.provenance_table(details | {"dirty": dirty})
        assert said == dirty
