import shutil

import pytest

from pixels_to_sentiment import provenance
from pixels_to_sentiment.book import notebooks, printing
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.errors import UserError

SCRIPT = """#!/bin/sh
printf '%s\\n' "$@" > "{record}"
for word; do case "$word" in --print-to-pdf=*) target="${{word#*=}}";; esac; done
{does}
"""
PRINTS = """printf '%s' '%PDF-1.4 new' > "$target" """


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "a page.html"
    path.write_text("<h1>One</h1>")
    return path


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Put a browser on the path that does as told, and give the arguments it was called with."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv("CHROMIUM", raising=False)

    def make(does):
        program = folder / printing.BROWSERS[0]
        program.write_text(SCRIPT.format(record=tmp_path / "called", does=does))
        program.chmod(0o755)
        return lambda: (tmp_path / "called").read_text().splitlines()

    return make


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("""echo '<html>' > "$target"; echo 'no display' >&2""", "printed no PDF.*no display"),
        ("exec sleep 60", "did not print within 1 s"),
    ],
)
def test_what_is_no_pdf_leaves_the_old_one(page, tmp_path, browser, does, said):
    """A browser that fails, prints nothing or something else, or hangs is told by name."""
    browser(does)
    target = tmp_path / "book.pdf"
    target.write_bytes(b"%PDF-1.4 old")
    with pytest.raises(UserError, match=f"(?s)chromium.*{said}"):
        printing.print_pdf(page, target, seconds=1)
    assert target.read_bytes() == b"%PDF-1.4 old"
    assert not list(tmp_path.glob(".*"))


def test_the_browser_that_is_named_prints(page, tmp_path, browser, monkeypatch):
    """Whatever else is on the path; one that is not there is told, and no other taken."""
    called = browser(PRINTS)
    named = (tmp_path / "bin" / printing.BROWSERS[0]).rename(tmp_path / "mine")
    monkeypatch.setenv("CHROMIUM", str(named))
    assert printing.print_pdf(page, tmp_path / "book.pdf").read_bytes() == b"%PDF-1.4 new"
    assert called()[-1] == page.with_name("paper.html").as_uri()
    monkeypatch.setenv("CHROMIUM", "/no/such")
    with pytest.raises(UserError, match="no /no/such to print with"):
        printing.print_pdf(page, tmp_path / "book.pdf")


def test_without_a_browser_or_a_page_the_cure_is_named(page, tmp_path, monkeypatch):
    """No browser of any of the names; and a browser's own message about a file would not help."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="apt-get install chromium"):
        printing.print_pdf(page, tmp_path / "book.pdf")
    with pytest.raises(UserError, match=r"index\.html is not there: `make pdf`"):
        printing.print_pdf(tmp_path / "index.html", tmp_path / "book.pdf")


@pytest.mark.parametrize(
    ("link", "led"),
    [
        ('<a href="04-ablation.html#here" title="y">', '<a href="#here" title="y">'),
        ('<a href="chapters/04.html#gone">', "<a >"),
        ('<a class="x"\nhref="_images/1.png">', '<a class="x"\n>'),
        ('<a href="https://doi.org/10.1/x#y">', '<a href="https://doi.org/10.1/x#y">'),
        ('<link href="_static/book.css">', '<link href="_static/book.css">'),
    ],
)
def test_links_stay_within_the_book(link, led):
    """A PDF names no file of the machine that made it; the web and the style sheets stay."""
    before, after = '<h2 id="here">', "</a>"
    assert printing.within(before + link + after) == before + led + after


@pytest.mark.parametrize(
    ("source", "said"), [("photographs", "do not pass it on"), ("stand-in", "no photographs")]
)
def test_the_command_says_whether_photographs_are_in_it(
    tmp_path, monkeypatch, browser, capsys, source, said
):
    """Whoever prints the book is told what may be done with it, by what a page says of itself."""
    browser(PRINTS)
    monkeypatch.setattr(notebooks, "root", lambda: tmp_path)
    pictures = {"source": source, "fingerprint": "0"}
    shown = {"tier": "smoke", "parameters": {"source": "photographs"}, "runs": []}
    details = provenance.Clock().details(**shown, pictures=pictures)
    page = tmp_path / "_build" / "singlehtml" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f"<p>photographs</p>{provenance.provenance_table(details)}")
    assert main(["book", "print"]) == 0
    assert said in capsys.readouterr().out
    assert (tmp_path / "_build" / "book.pdf").is_file()


@pytest.mark.skipif(
    not any(map(shutil.which, printing.BROWSERS)), reason="there is no Chromium to print with"
)
def test_a_real_browser_prints(page, tmp_path):
    """The options are those that Chromium understands."""
    page.write_text('<h1 id="one">One</h1> <a href="index.html#one">up</a><a href="a.png">a</a>')
    printed = printing.print_pdf(page, tmp_path / "book.pdf").read_bytes()
    assert b"/Outlines" in printed
    assert b"/Subtype /Link" in printed
    assert b"file:" not in printed
