"""What machines find in the built book."""

import json
import re
import subprocess
from datetime import datetime
from types import SimpleNamespace
from xml.etree import ElementTree

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
    assert "<title>Title &amp; more: results</title>" in (built / "feed.xml").read_text()
    assert not (built / "results" / "older").exists()
    files = {path.name for path in (built / "results").glob("*/*")}
    assert files == {"predictions.csv", "run.json"}
    assert [path.name for path in (built / metadata.TRIAL).iterdir()] == ["model"]
    check = ["sha256sum", "--check", metadata.SUMS]
    folder = built / "results"
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 0
    (folder / "a/predictions.csv").write_text("changed")
    assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 1


# The feed, as a reader of feeds takes it in

ATOM = "{http://www.w3.org/2005/Atom}"


def read(results):
    """Parse the feed of a folder; gives its root and entries."""
    root = ElementTree.fromstring(metadata.feed(results, "A & B", "Somebody").encode())
    return root, root.findall(f"{ATOM}entry")


def record(folder, key, began, kind="run", **said):
    run = {"network": "caffenet", "start": "random", "recipe": {"name": "paper"}}
    (folder / key).mkdir(parents=True)
    (folder / key / "provenance.json").write_text(json.dumps({"began": began}))
    (folder / key / f"{kind}.json").write_text(json.dumps({"run": run} | said))


def test_the_feed_of_this_book_is_what_rfc_4287_asks_for():
    """Each feed and entry has one id, title and dated update (4.1.1, 4.1.2), and ids differ.

    An author stands above all entries, the newest is first, and every result is in one of them.
    """
    root, entries = read(places.results())
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Somebody"
    for one in (root, *entries):
        assert [len(one.findall(f"{ATOM}{tag}")) for tag in ("id", "title", "updated")] == [1] * 3
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated")).tzinfo
        # A link that does not say what it is leads to the same in another form (4.2.7.2).
        kinds = [link.get("rel", "alternate") for link in one.findall(f"{ATOM}link")]
        assert kinds.count("alternate") == 1
    ids = [one.findtext(f"{ATOM}id") for one in (root, *entries)]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("urn:uuid:") for one in ids)
    updates = [one.findtext(f"{ATOM}updated") for one in entries]
    assert updates == sorted(updates, reverse=True)
    assert root.findtext(f"{ATOM}updated") == updates[0]
    counts = [int(one.findtext(f"{ATOM}title").split()[1]) for one in entries]
    assert sum(counts) == len(list(places.results().glob("*/provenance.json")))


def test_a_day_says_what_was_recorded_and_keeps_its_id_when_more_comes(tmp_path):
    """Trainings, probes and maps apart, with how many; a reader shows a changed entry once."""
    record(tmp_path, "a", "2026-01-02T03:04:05+00:00")
    record(
        tmp_path, "b", "2026-01-03T00:00:00+00:00", "maps", run=None, maps={"run": "vgg:imagenet"}
    )
    _, (newer, older) = read(tmp_path)
    assert newer.findtext(f"{ATOM}summary") == "maps by vgg: 1"
    said = older.findtext(f"{ATOM}summary")
    assert said == "training of CaffeNet from random weights, paper's recipe: 1"
    record(tmp_path, "c", "2026-01-02T09:00:00+00:00")
    root, (_, changed) = read(tmp_path)
    assert changed.findtext(f"{ATOM}id") == older.findtext(f"{ATOM}id")
    assert changed.findtext(f"{ATOM}updated") == "2026-01-02T09:00:00+00:00"
    assert changed.findtext(f"{ATOM}title") == "2026-01-02: 2 results recorded"
    assert root.findtext(f"{ATOM}title") == "A & B: results"
