"""Where things lie, and that the environment can move each of them."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pixels_to_sentiment import places

ROOT = Path(__file__).parents[1]
MOVABLE = {"CACHE": places.cache, "RUNS": places.runs, "RESULTS": places.results}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in MOVABLE:
        monkeypatch.delenv(f"PIXELS_TO_SENTIMENT_{name}", raising=False)


@pytest.fixture
def installed_apart(tmp_path, monkeypatch):
    """Take the library for installed in site-packages; gives the package's folder."""
    package = tmp_path / "lib" / "site-packages" / "pixels_to_sentiment"
    package.mkdir(parents=True)
    monkeypatch.setattr(places, "_PACKAGE", package)
    return package


@pytest.mark.parametrize("name", MOVABLE)
def test_the_environment_moves_a_place(monkeypatch, tmp_path, name):
    """Each by its own variable, which alone it heeds; an empty one counts as not set."""
    before = {other: place() for other, place in MOVABLE.items()}
    monkeypatch.setenv(f"PIXELS_TO_SENTIMENT_{name}", str(tmp_path))
    for other, place in MOVABLE.items():
        assert place() == (tmp_path if other == name else before[other])
    monkeypatch.setenv(f"PIXELS_TO_SENTIMENT_{name}", "")
    assert MOVABLE[name]() == before[name]


def test_places_that_are_given_stay_for_processes_that_work_elsewhere(monkeypatch, tmp_path):
    """A kernel's folder is that of its notebook; ~ is the home, and an address is not a place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    given = {"RUNS": "mine", "MIRROR": "~/mirror", "CACHE": ""}
    for name, value in given.items():
        monkeypatch.setenv(f"PIXELS_TO_SENTIMENT_{name}", value)
    places.settle()
    found = [os.environ[f"PIXELS_TO_SENTIMENT_{name}"] for name in given]
    assert found == [str(tmp_path / "mine"), str(tmp_path / "mirror"), ""]
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_MIRROR", "https://example.org/mirror")
    places.settle()
    assert os.environ["PIXELS_TO_SENTIMENT_MIRROR"] == "https://example.org/mirror"


def test_in_a_checkout_runs_and_results_lie_in_it(monkeypatch, tmp_path):
    """Whatever the working directory; the cache is the user's, for all checkouts."""
    monkeypatch.chdir(tmp_path)
    assert places.checkout() == ROOT
    assert places.runs() == ROOT / "runs"
    assert places.results() == ROOT / "book" / "results"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert places.cache() == tmp_path / "pixels-to-sentiment"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.cache() == tmp_path / ".cache" / "pixels-to-sentiment"


def test_installed_apart_everything_lies_in_the_cache(installed_apart, monkeypatch, tmp_path):
    """Never in site-packages, nor in a folder above it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert places.checkout() is None
    assert places.runs() == tmp_path / "cache" / "pixels-to-sentiment" / "runs"
    assert places.results() == tmp_path / "cache" / "pixels-to-sentiment" / "results"


def test_ground_truth_comes_with_the_package_or_the_checkout(installed_apart):
    """A wheel carries a copy inside the package; a checkout has it at its root."""
    assert places.ground_truth() == installed_apart.parents[1] / "ground_truth"
    (installed_apart / "ground_truth").mkdir()
    assert places.ground_truth() == installed_apart / "ground_truth"


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    """What was there stays when writing fails half way, and nothing else is left."""
    path = tmp_path / "a.txt"
    with places.written_whole(path) as temporary:
        temporary.write_text("first")
        assert not path.exists()

    def fail_half_way():
        with places.written_whole(path) as temporary:
            temporary.write_text("sec")
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail_half_way()
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_finished_already_is_kept(tmp_path):
    """The first of two that make the same folder wins; one without its marker stops the second."""
    made = tmp_path / "made"
    for content in ("first", "second"):
        with places.written_whole(made, "marker") as temporary:
            temporary.mkdir()
            (temporary / "marker").write_text(content)
    assert (made / "marker").read_text() == "first"

    def make_another():
        with places.written_whole(made, "another") as temporary:
            temporary.mkdir()

    with pytest.raises(OSError, match="not empty"):
        make_another()
    assert os.listdir(tmp_path) == ["made"]


WRITER = """
import pathlib, sys
from pixels_to_sentiment import places
with places.written_whole(pathlib.Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    print("begun", flush=True)
    sys.stdin.read()
"""


def test_what_is_left_is_swept_once_its_writer_is_dead(tmp_path):
    """Not before, whatever the number of its process or the name of its host; killed, at once."""
    command = [sys.executable, "-c", WRITER, tmp_path / "a.txt"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        places.sweep(tmp_path)
        (left,) = tmp_path.iterdir()
        assert (left / "a.txt").read_text() == "half"
        writer.kill()
        writer.wait()
        places.sweep(tmp_path)
    assert os.listdir(tmp_path) == []
    with places.written_whole(tmp_path / "b.txt") as temporary:
        places.sweep(tmp_path)  # of one's own process neither
        temporary.write_text("whole")
    assert os.listdir(tmp_path) == ["b.txt"]


def test_what_is_left_goes_with_the_next_file_that_is_written_there(tmp_path):
    """Whoever writes it: a log's table, a model, a chapter of the book."""
    (tmp_path / ".unfinished-dead").mkdir()
    (tmp_path / ".unfinished-dead" / "lock").touch()
    with places.written_whole(tmp_path / "b.txt") as temporary:
        temporary.write_text("whole")
    assert os.listdir(tmp_path) == ["b.txt"]


def test_writing_goes_on_while_others_sweep(tmp_path):
    """Also in the moment between the making of a temporary folder and its locking."""
    done = threading.Event()

    def sweep():
        while not done.is_set():
            places.sweep(tmp_path)

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for number in range(100):
            with places.written_whole(tmp_path / str(number)) as temporary:
                temporary.touch()
    finally:
        done.set()
        sweeping.join()
    assert len(os.listdir(tmp_path)) == 100


def test_nothing_waits_for_a_pipe(tmp_path):
    """What is no file has its reason at once; a file is read from its beginning."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="a pipe or a device"):
            places.reading(path)
    (tmp_path / "a").write_bytes(b"content")
    with places.reading(tmp_path / "a") as stream:
        assert stream.read() == b"content"


@pytest.mark.parametrize(("content", "kept"), [("naïve\n", b"na\xc3\xafve\n"), (b"\0", b"\0")])
def test_a_text_is_kept_in_utf_8_in_a_folder_that_is_made(tmp_path, content, kept):
    path = tmp_path / "not" / "there" / "yet"
    places.keep(path, content)
    assert path.read_bytes() == kept
    assert [*path.parent.iterdir()] == [path]
