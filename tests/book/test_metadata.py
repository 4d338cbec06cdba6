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
    config = SimpleNamespace(root_doc="index", html_title="Title & more", author="Author")
    return SimpleNamespace(outdir=outdir, srcdir=srcdir, builder=builder, config=config)


def test_the_front_page_says_what_the_book_is_and_is_based_on():
    """In a form that is read from the page; nothing in it can end the script.

    Every page names the feed.
    """
    context = {"metatags": "", "pathto": lambda name, _: f"../{name}"}
    metadata.describe(app(), "other", "", context, None)
    link = '<link rel="alternate" type="application/atom+xml" href="../feed.xml"/>'
    assert context["metatags"] == link
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


def test_recorded_answers_are_in_the_built_book_with_their_checksums(tmp_path, monkeypatch):
    """Other files are not; `sha256sum` finds every one right, and a changed one wrong.

    What readers try is the last one made, and nothing of an earlier build.
    """
    kept, built = tmp_path / "kept", tmp_path / "built"
    for key in ("a", "b"):
        (kept / key).mkdir(parents=True)
        for name in ("predictions.csv", "run.json"):
            (kept / key / name).write_text(key)
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(kept))
    tried = tmp_path / "book" / "chapters" / metadata.TRIAL
    tried.mkdir(parents=True)
    (tried / "model").touch()
    (built / metadata.TRIAL / "older").mkdir(parents=True)
    metadata.copy(app(built, tmp_path / "book"), None)
    assert "<title>Title &amp; more: results</title>" in (built / "feed.xml").read_text()
    files = {path.name for path in (built / "results").glob("*/*")}
    assert files == {"predictions.csv"}
    assert [path.name for path in (built / metadata.TRIAL).iterdir()] == ["model"]
    check = ["sha256sum", "--check", metadata.SUMS]
    folder = built / "results"
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 0
    (folder / "a/predictions.csv").write_text("changed")
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 1
