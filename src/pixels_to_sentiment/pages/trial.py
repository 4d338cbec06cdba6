"""The part of a page on which readers try a photograph of their own, in their browser.

``your-photograph.html`` beside this file is the form; ``your-photograph.js`` does the work, with
what `maps.browser.export` has written.
"""

import shutil
from pathlib import Path

from IPython.display import HTML
from IPython.display import display as show
from markupsafe import Markup

from pixels_to_sentiment import places
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.maps import browser, choice
from pixels_to_sentiment.pages import display

# As `book.notebooks` has it; to import that would make of the page one that reads the others.
FOLDER = "your-photograph"
NETWORK = "squeezenet1_1"
# Not among the book's static files, which every page loads.
SCRIPT = Path(__file__).with_name("your-photograph.js")
_FORM = Markup(SCRIPT.with_suffix(".html").read_text("utf-8"))


def your_photograph() -> choice.Choice | None:
    """Show the form, after putting what it needs beside the executed chapters.

    The run is a linear head on frozen features, which is fitted if it is not there. What is
    missing is said on the page instead, and gives ``None``.
    """
    own, book = places.dataset(), (places.checkout() or Path()) / "book"
    folder = (own or book) / "chapters" / FOLDER
    try:
        chosen = choice.fitted(NETWORK)
        if chosen is not None:
            browser.export(chosen, folder)
            shutil.copyfile(SCRIPT, folder / SCRIPT.name)
    except (Unavailable, ImportError) as fault:
        chosen, reason = None, str(fault)
    else:
        reason = f"The photographs or the weights of {NETWORK} were not at hand for this build."
    if chosen is None:
        # Of an earlier build.
        shutil.rmtree(folder, ignore_errors=True)
        display.note("Not in this build", reason)
        return None
    sizes = sum(one.stat().st_size for one in folder.iterdir())
    # The chapters of the book lie a folder deeper than its front page.
    address = FOLDER if own else f"../{FOLDER}"
    show(HTML(_FORM.format(folder=address, script=SCRIPT.name, size=f"{sizes / 1e6:.0f}")))
    return chosen
