"""What machines find in the built book."""

import json
import re
import subprocess
from types import SimpleNamespace

from pixels_to_sentiment import places
from pixels_to_sentiment.book import metadata


def app(outdir="", srcdir=""):
    """Give as much of Sphinx as is asked."""
    builder = SimpleNamespace(format="html")
    config = SimpleNamespace(root_doc="index")
    return SimpleNamespace(outdir=outdir, srcdir=srcdir, builder=builder, config=config)


def test_the_front_page_says_what_the_book_is_and_is_based_on():
    """In a form that is read from the page; nothing in it can end the script."""
    context = {}
    metadata.describe(app(), "other", "", context, None)
    assert context == {}
    metadata.describe(app(), "index", "", context, None)
    (told,) = re.findall(r'json">(.*)</script>', context["metatags"])
    assert "<" not in told
    told = json.loads(told)
    assert told["isBasedOn"][0]["sameAs"] == "https://doi.org/10.1016/j.imavis.2017.01.011"
    assert "Víctor Campos" in told["isBasedOn"][0]["author"]
    began = [
        json.loads(path.read_text())["began"] for path in places.results().glob("*/provenance.json")
    ]
    assert told["dateModified"] == max(began)[:10]


def test_recorded_results_are_in_the_built_book_with_their_checksums(tmp_path, monkeypatch):
    """What is unfinished is not, nor weights; `sha256sum` finds all right, and a changed one wrong.

    What readers try is the last one made, and nothing of an earlier build.
    """
    kept, built = tmp_path / "kept", tmp_path / "built"
    for key in ("a", "b"):
        (kept / key).mkdir(parents=True)
        for name in ("predictions.csv", "run.json"):
            (kept / key / name).write_text(key)
    (kept / ".unfinished-c" / "c.csv").mkdir(parents=True)
    (kept / "a" / "folder.csv").mkdir()
    for name in (".x.csv", "weights.safetensors"):
        (kept / "a" / name).touch()
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(kept))
    tried = tmp_path / "book" / "chapters" / metadata.TRIAL
    tried.mkdir(parents=True)
    (tried / "model").touch()
    for older in (metadata.TRIAL, "results"):
        (built / older / "older").mkdir(parents=True)
    metadata.copy(app(built, tmp_path / "book"), None)
    assert not (built / "results" / "older").exists()
    files = {path.name for path in (built / "results").glob("*/*")}
    assert files == {"predictions.csv", "run.json"}
    assert [path.name for path in (built / metadata.TRIAL).iterdir()] == ["model"]
    check = ["sha256sum", "--check", metadata.SUMS]
    folder = built / "results"
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 0
    (folder / "a/predictions.csv").write_text("changed")
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 1
