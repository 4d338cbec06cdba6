"""The part of a page on which readers try a photograph of their own, in their browser.

``your-photograph.js`` beside this file does the work, with what `maps.browser.export` has written.
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

# As `book.metadata` has it; to import that would make of the page one that reads the others.
FOLDER = "your-photograph"
NETWORK = "squeezenet1_1"
# Not among the book's static files, which every page loads.
SCRIPT = Path(__file__).with_name("your-photograph.js")
_FORM = Markup("""<div id="photograph-trial">
<div class="drop" data-part="drop">
<label>Choose a photograph, or drop one here:
<input type="file" accept="image/*" data-part="file" disabled></label>
<p>Nothing leaves this browser. The first photograph loads {size} MB from this book.</p>
</div>
<progress data-part="loaded" aria-label="Loading the network" hidden></progress>
<p data-part="said" role="status">This needs JavaScript.</p>
<div data-part="result" hidden>
<p data-part="answer" aria-live="polite"></p>
<p><button type="button" data-part="ten">Ten crops instead of one</button></p>
<p><label>How strongly the map covers the photograph
<input type="range" min="0" max="100" value="60" data-part="opacity"></label></p>
<canvas data-part="picture" role="img"></canvas>
<p data-part="range"></p>
<p data-part="run"></p>
</div>
</div>
<script>
if (location.protocol === "file:") {{
  document.querySelector("#photograph-trial [data-part=said]").textContent =
    "A browser runs no network from a file: open the book with “make serve”.";
}} else {{
  const script = document.createElement("script");
  script.type = "module";
  script.src = "{folder}/{script}";
  document.head.append(script);
}}
</script>""")


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
