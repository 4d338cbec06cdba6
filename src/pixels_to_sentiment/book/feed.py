"""What each day of recording added, as an Atom feed (RFC 4287): ``feed.xml`` in the built book."""

import json
from collections import Counter
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from markupsafe import Markup

from pixels_to_sentiment.records.catalogue import Configuration, in_words

NAME, _PAGE = "feed.xml", "chapters/14-runs.html#what-came-when"
_KINDS = {"run": "training of {}", "probe": "layers of {}", "maps": "maps by {}"}
_HEAD = Markup('<id>urn:uuid:{}</id><title>{}</title><updated>{}</updated>\n<link href="{}"/>')
_ENTRY = Markup("<entry>{}\n<summary>{}</summary></entry>\n")
_FEED = Markup(
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{}\n'
    '<link rel="self" href="{}"/>\n<author><name>{}</name></author>\n{}</feed>\n'
)


def feed(results: Path, title: str, author: str) -> Markup:
    """Write the feed of a folder of results, an entry a day, the newest first.

    The book knows no address of its own, so that its identifiers are made from title and day.
    """
    made = results.glob("*/provenance.json")
    began = {one.parent: json.loads(one.read_text())["began"] for one in made}
    newest_first, entries = sorted(began, key=began.get, reverse=True), []
    for day, folders in groupby(newest_first, lambda folder: began[folder][:10]):
        some = list(folders)
        counted = sorted(Counter(map(_named, some)).items())
        said = f"{day}: {len(some)} result{'s' * (len(some) > 1)} recorded"
        head = _HEAD.format(uuid5(NAMESPACE_URL, f"{title} {day}"), said, began[some[0]], _PAGE)
        entries.append(_ENTRY.format(head, "; ".join(map("{0[0]}: {0[1]}".format, counted))))
    newest = max(began.values(), default="1970-01-01T00:00:00Z")
    head = _HEAD.format(uuid5(NAMESPACE_URL, title), f"{title}: results", newest, "index.html")
    return _FEED.format(head, NAME, author, Markup().join(entries))


def _named(folder: Path) -> str:
    """Say what kind of result lies in a folder, and of which network."""
    kind = next(one for one in _KINDS if (folder / f"{one}.json").is_file())
    said = json.loads((folder / f"{kind}.json").read_text())
    if run := said["run"]:
        named = Configuration(run["network"], run["start"], run["recipe"]["name"]).title
    else:
        named = in_words(*said[kind]["network" if kind == "probe" else "run"].split(":"))
    return _KINDS[kind].format(named)
