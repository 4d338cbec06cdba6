"""What machines find in the built book: what it is and is based on, and the recorded results.

The description is schema.org's, as JSON-LD on the front page, from ``CITATION.cff``. The files of
recorded work lie under ``results/``, with a list of checksums that ``sha256sum -c`` reads. What the
page loads on which readers try a photograph lies under its own name, and what each day of recording
added is a feed that every page names. Chapters are downloaded without dark drawings.
"""

import hashlib
import json
import shutil
from collections import Counter
from itertools import groupby
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import yaml
from markupsafe import Markup
from sphinx.application import Sphinx

from pixels_to_sentiment import places
from pixels_to_sentiment.book.notebooks import TRIAL
from pixels_to_sentiment.drawing import dark
from pixels_to_sentiment.records import catalogue, work

SUMS = "SHA256SUMS"
# An Atom feed (RFC 4287).
FEED, _PAGE = "feed.xml", "chapters/14-runs.html#what-came-when"
_KINDS = {"run": "training of {}", "probe": "layers of {}", "maps": "maps by {}"}
_HEAD = Markup('<id>urn:uuid:{}</id><title>{}</title><updated>{}</updated>\n<link href="{}"/>')
_ENTRY = Markup("<entry>{}\n<summary>{}</summary></entry>\n")
_ALL = Markup(
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{}\n'
    '<link rel="self" href="{}"/>\n<author><name>{}</name></author>\n{}</feed>\n'
)


def description(citation: Path, results: Path) -> dict:
    """Describe the book and its data in the terms of schema.org."""
    cited = yaml.safe_load(citation.read_text(encoding="utf-8"))
    began = [json.loads(p.read_text())["began"] for p in results.glob("*/provenance.json")]
    works = [
        {
            "@type": "ScholarlyArticle",
            "name": work["title"],
            "author": [f"{one['given-names']} {one['family-names']}" for one in work["authors"]],
            "datePublished": str(work["year"]),
            **({"sameAs": f"https://doi.org/{work['doi']}"} if "doi" in work else {}),
        }
        for work in cited["references"]
    ]
    return {
        "@context": "https://schema.org",
        "@type": ["Dataset", "Book"],
        "name": cited["title"],
        "description": cited["abstract"].strip(),
        "version": cited["version"],
        "license": f"https://spdx.org/licenses/{cited['license']}",
        "keywords": cited["keywords"],
        "creator": [{"@type": "Organization", "name": one["name"]} for one in cited["authors"]],
        "isBasedOn": works,
        **({"dateModified": max(began)[:10]} if began else {}),
        "distribution": {
            "@type": "DataDownload",
            "name": "All files of the recorded results, with their checksums",
            "encodingFormat": "text/plain",
            "contentUrl": f"results/{SUMS}",
        },
    }


def describe(app: Sphinx, page: str, _template: str, context: dict, _tree: object) -> None:
    """Name the feed on every page, and put the description on the front page."""
    if not places.dataset():
        link = '<link rel="alternate" type="application/atom+xml" href="{}"/>'
        link = link.format(Markup.escape(context["pathto"](FEED, 1)))
        context["metatags"] = context.get("metatags", "") + link
    root = places.checkout()
    citation = root / "CITATION.cff" if root else None
    if page == app.config.root_doc and citation and citation.is_file():
        told = json.dumps(description(citation, places.results()), ensure_ascii=False)
        script = '<script type="application/ld+json">{}</script>'
        # Nothing in it may end the script.
        context["metatags"] += script.format(Markup(told.replace("<", "\\u003c")))


def feed(results: Path, title: str, author: str) -> Markup:
    """Write the feed of a folder of results (`FEED`), an entry a day, the newest first.

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
    return _ALL.format(head, FEED, author, Markup().join(entries))


def _named(folder: Path) -> str:
    """Say what kind of result lies in a folder, and of which network."""
    kind = next(one for one in _KINDS if (folder / f"{one}.json").is_file())
    said = json.loads((folder / f"{kind}.json").read_text())
    if run := said["run"]:
        named = catalogue.Configuration(run["network"], run["start"], run["recipe"]["name"]).title
    else:
        named = catalogue.in_words(*said[kind]["network" if kind == "probe" else "run"].split(":"))
    return _KINDS[kind].format(named)


def copy(app: Sphinx, fault: Exception | None) -> None:
    """Put into the built book recorded results, their checksums, the feed, and what readers try."""
    if fault is not None or app.builder.format != "html":
        return
    for path in (Path(app.outdir) / "_sources").rglob("*.ipynb"):
        path.write_text(dark.left_out(path.read_text("utf-8")), "utf-8")
    lines, folder = [], Path(app.outdir) / "results"
    shutil.rmtree(folder, ignore_errors=True)
    for path in work.published(places.results()):
        target = folder / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.parent.name}/{path.name}\n")
    if not places.dataset():
        told = feed(places.results(), app.config.html_title, app.config.author)
        (Path(app.outdir) / FEED).write_text(told)
    if lines:
        (folder / SUMS).write_text("".join(lines))
    made = Path(app.srcdir) / ("" if places.dataset() else "chapters") / TRIAL
    folder = Path(app.outdir) / TRIAL
    shutil.rmtree(folder, ignore_errors=True)
    if made.is_dir():
        shutil.copytree(made, folder)
