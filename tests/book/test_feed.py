"""The feed of what was recorded, as a reader of feeds takes it in."""

import json
from datetime import datetime
from xml.etree import ElementTree

from pixels_to_sentiment import places
from pixels_to_sentiment.book import feed

ATOM = "{http://www.w3.org/2005/Atom}"


def read(results):
    """Parse the feed of a folder; gives its root and entries."""
    root = ElementTree.fromstring(feed.feed(results, "A & B", "Somebody").encode())
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
