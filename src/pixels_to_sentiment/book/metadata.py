"""What machines find in the built book: what it is and is based on, and the recorded results.

The description is schema.org's, as JSON-LD on the front page, from ``CITATION.cff``. The files of
recorded work lie under ``results/``, with a list of checksums that ``sha256sum -c`` reads. What the
page loads on which readers try a photograph lies under its own name. Chapters are downloaded
without dark drawings.
"""

import hashlib
import json
import shutil
from pathlib import Path

import yaml
from sphinx.application import Sphinx

from pixels_to_sentiment import places
from pixels_to_sentiment.book.notebooks import TRIAL
from pixels_to_sentiment.drawing import dark
from pixels_to_sentiment.records import work

SUMS = "SHA256SUMS"


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
    """Put the description on the front page."""
    root = places.checkout()
    citation = root / "CITATION.cff" if root else None
    if page == app.config.root_doc and citation and citation.is_file():
        told = json.dumps(description(citation, places.results()), ensure_ascii=False)
        # Nothing in it may end the script.
        told = told.replace("<", "\\u003c")
        script = f'<script type="application/ld+json">{told}</script>'
        context["metatags"] = context.get("metatags", "") + script


def copy(app: Sphinx, fault: Exception | None) -> None:
    """Put into the built book recorded results, their checksums, and what readers try."""
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
    if lines:
        (folder / SUMS).write_text("".join(lines))
    made = Path(app.srcdir) / ("" if places.dataset() else "chapters") / TRIAL
    folder = Path(app.outdir) / TRIAL
    shutil.rmtree(folder, ignore_errors=True)
    if made.is_dir():
        shutil.copytree(made, folder)
