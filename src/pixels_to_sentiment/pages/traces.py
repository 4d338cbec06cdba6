"""What each table and figure of a page was made from, said in a line below it.

Opening the result of a run is noted (`provenance.opened`), and a frame that took it in carries the
keys in ``attrs["runs"]``. When a cell that shows a table or a figure ends, the runs that it opened
and those of the frames that it names are listed below, folded away; where there are none, that is
said. There the table, or the frames behind the figure, can be had as CSV, too.
"""

import base64
import json
import symtable
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd
from IPython import get_ipython
from IPython.core.interactiveshell import ExecutionResult
from IPython.display import HTML
from IPython.display import display as show
from markupsafe import Markup

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.reports import ledger

# More of a frame, as CSV, would make its page slow to open; the files of its runs have it.
_CHARACTERS = 50_000


class Cell:
    """What the running cell has shown: its tables by name, and the keys it has listed itself."""

    def __init__(self) -> None:
        self.tables, self.told = {}, set()

    def end(self, source: str, names: Mapping[str, object]) -> Markup | str:
        """Give the line below what a cell showed, and begin anew.

        It is empty if the cell showed nothing, or lists all of its runs itself and shows nothing to
        download. The names are the notebook's, with what they stand for.
        """
        used = _names(source)
        frames = {n: one for n in used if isinstance(one := names.get(n), pd.DataFrame)}
        carried = (key for frame in frames.values() for key in frame.attrs.get("runs", ()))
        keys = dict.fromkeys([*provenance.taken(), *carried])
        shown, told = self.tables | (frames if "figure" in used else {}), self.told
        shows = bool(self.tables) or "figure" in used
        self.__init__()
        data = Markup(", ").join(filter(None, (download(shown[n], n) for n in sorted(shown))))
        if not shows or (keys and told.issuperset(keys) and not data):
            return ""
        if keys and not told.issuperset(keys):
            return line(keys, data)
        made = "Made from the runs that are named here" if keys else "Made without runs"
        return _folded(made, "", data)


CELL = Cell()


def watch() -> None:
    """Say below each cell of the notebook that is running what its output was made from."""
    if shell := get_ipython():
        shell.events.register("post_run_cell", _say)  # which takes it once


def _say(result: ExecutionResult) -> None:
    said = CELL.end(result.info.raw_cell, get_ipython().user_ns)
    if said and result.success:
        show(HTML(said))


def download(frame: pd.DataFrame, name: str) -> Markup | str:
    """Link a frame as the CSV file `name`, held in the link itself; empty for none or a large one.

    HTML is left out of its cells, and its index unless that has a name of its own.
    """
    named = [one for one in frame.index.names if one and one not in frame]
    text = frame.map(_plain).to_csv(index=bool(named), float_format="%.6g")
    if frame.empty or len(text) > _CHARACTERS:
        return ""
    address = f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"
    return Markup('<a download="{0}.csv" href="{1}">{0}.csv</a>').format(name, address)


def _plain(value: object) -> object:
    if isinstance(value, Markup):  # without the spaces, the items of a list run into each other
        value = Markup(str(value).replace("<", " <")).striptags()
    return value.replace(tables.MINUS, "-") if isinstance(value, str) else value


def line(keys: Iterable[str], data: Markup | str = "") -> Markup:
    """Fold away which runs something was made from, the commits of those recorded, and the data.

    What is not recorded counts as made for this build.
    """
    keys = sorted(keys)
    apart = {one.name: one for one in places.choices().glob("*")}
    folders = [apart.get(key, places.results() / key) for key in keys]
    kinds = Counter(map(ledger.kind, folders))
    here = [f"{kinds[None]} run{'s' * (kinds[None] > 1)} of this build"] if kinds[None] else []
    counted = " and ".join([*ledger.worded(kinds, "recorded "), *here])
    older = len(ledger.outdated().keys() & keys)
    share = "" if len(keys) == 1 else f", {'all' if older == len(keys) else older} of them"
    note = share + Markup(" {}").format(tables.SIGN) if older else ""
    made = [json.loads((one / "provenance.json").read_text()) for one in folders if one.is_dir()]
    commits = sorted({one["commit"][:7] for one in made})
    said = f" (commit {', '.join(commits)})" if commits else ""
    sources = Markup(", from {}{}").format(linked(", ".join(keys)), said)
    return _folded(Markup("Made from {}{}").format(counted, note), sources, data)


def _folded(summary: str, sources: str, data: Markup | str) -> Markup:
    return Markup(
        '<details class="made"><summary>{}</summary>'
        '<p>By the notebook of this page, <a href="#how-this-page-was-made">run as said at '
        "its end</a>{}.{}</p></details>"
    ).format(summary, sources, data and Markup(" As CSV: {}.").format(data))


def linked(html: Markup) -> Markup:
    """Link each key in HTML to its row on the page of all runs, marked if it is outdated."""
    return tables.linked(html, ledger.outdated())


def _names(source: str) -> set[str]:
    """Names of the notebook that code uses or sets; none where it is not plain Python."""
    try:
        scopes = [symtable.symtable(source, "cell", "exec")]
    except SyntaxError:
        return set()
    for one in scopes:  # which grows on the way
        scopes += one.get_children()
    own = (symbol for one in scopes for symbol in one.get_symbols() if symbol.is_global())
    return {symbol.get_name() for symbol in own} | set(scopes[0].get_identifiers())
