"""The book on paper: Sphinx's single page of the whole book, printed to a PDF by Chromium."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = (
    *("--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline"),
    "--virtual-time-budget=30000",  # milliseconds in which MathJax sets the formulas
)
# The row of `provenance.provenance_table` on a page that was made from the photographs.
PHOTOGRAPHS = '<th scope="row">Pictures</th><td>photographs</td>'


def _browser() -> str:
    """Give the path of a browser that prints: the one named by ``CHROMIUM``, or of `BROWSERS`."""
    named = os.environ.get("CHROMIUM")
    if found := next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None):
        return found
    raise UserError(f"There is no {named or 'Chromium'} to print with: apt-get install chromium.")


def within(html: str) -> str:
    """Let the links of a page of the whole book lead to places in it, or to the web.

    A link to another page of the book leads to its place in this page. One that has no place here,
    such as a figure's link to its file, would name a folder of this machine in the PDF and is
    undone.
    """
    places_here = set(re.findall(r'\sid="([^"]+)"', html))

    def led(link: re.Match) -> str:
        address = link["address"]
        anchor = address.partition("#")[2]
        if re.match(r"(https?|mailto):", address):
            return link[0]
        return link["before"] + (f'href="#{anchor}"' if anchor in places_here else "")

    return re.sub(r'(?P<before><a\s(?:[^>]*\s)?)href="(?P<address>[^"]*)"', led, html)


def print_pdf(page: Path, target: Path, seconds: float = 300) -> Path:
    """Print an HTML page with its style sheets for paper, its headings as bookmarks.

    A PDF that was there stays if there is no page or browser, or the browser gives no PDF in time.
    """
    if not page.is_file():
        raise UserError(f"{page} is not there: `make pdf` builds it first.")
    browser = _browser()
    paper = page.with_name("paper.html")
    paper.write_text(within(page.read_text(encoding="utf-8")), encoding="utf-8")
    with places.written_whole(target) as partial:
        command = [browser, *OPTIONS, f"--print-to-pdf={partial.absolute()}"]
        # The browser's own sandbox refuses to run as root, as in a container.
        command += ["--no-sandbox"] * (os.geteuid() == 0) + [paper.absolute().as_uri()]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=seconds
            )
        except subprocess.TimeoutExpired as error:
            raise UserError(f"{browser} did not print within {seconds:.0f} s.") from error
        if not partial.is_file() or not partial.read_bytes().startswith(b"%PDF-"):
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise UserError(f"{browser} printed no PDF of {page}: {last}")
    return target
