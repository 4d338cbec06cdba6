"""What a table or figure was made from: runs opened in its cell, and those its frames carry."""

import base64
import io
import re
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
from IPython.core.events import EventManager, available_events
from markupsafe import Markup

from pixels_to_sentiment import places, provenance, reports
from pixels_to_sentiment.pages import traces
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.reports import ledger

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def cell():
    ledger.outdated.cache_clear()
    provenance.taken()
    yield traces.Cell()
    provenance.taken()
    ledger.outdated.cache_clear()


@pytest.fixture
def recorded(made):
    """Record runs: each is copied to where the recorded results are."""

    def record(**options):
        one = made(**options)
        shutil.copytree(one.folder, places.results() / one.key)
        return one

    return record


def named(html):
    return set(re.findall(r"#run-([0-9a-f]{16})", html))


def test_a_figure_names_the_runs_that_its_cell_opened(cell, recorded):
    """Predictions and curves count; a record that is only listed does not."""
    first, second, third = (recorded(fold=fold) for fold in (1, 2, 3))
    first.predictions()
    second.curve()
    said = cell.end("figure = draw([first, second, third])", {})
    assert named(said) == {first.key, second.key}
    assert third.key not in said
    assert "2 recorded runs" in said
    assert "commit 0123456" in said


def test_a_table_or_figure_without_runs_says_so_and_other_cells_nothing(cell, made):
    """As of the published lists; what an earlier cell opened does not count, nor does magic."""
    made().predictions()
    for source in ("told = reports.gathered(records)", "shown = True", "%%bash\nfigure = 1"):
        assert cell.end(source, {}) == ""
    for source, shows in (("figure = draw()", False), ("display.table(sizes)", True)):
        cell.tables = {"sizes": pd.DataFrame()} if shows else {}
        said = cell.end(source, {})
        assert "Made without runs" in said
        assert 'href="#how-this-page-was-made"' in said
        assert named(said) == set()


def test_a_frame_remembers_its_runs_in_another_cell(cell, recorded):
    """Whoever names the frame shows what it was made from; other frames of the page do not."""
    both = [recorded(fold=fold) for fold in (1, 2)]
    told = reports.gathered(both)
    cell.end("told = reports.gathered(both)", {})
    other = pd.DataFrame({"a": [1]})
    names = {"told": told, "other": other}
    cell.tables = {"other": other}
    assert named(cell.end("display.table(other)", names)) == set()
    cell.tables = {"told": told}
    assert named(cell.end("display.table(worth(told))", names)) == {one.key for one in both}


def test_what_a_cell_lists_itself_is_not_listed_again(cell, made):
    """A fold that names all of the runs makes the line needless; one that names some does not."""
    both = {one.key for one in (made(fold=1), made(fold=2))}
    for told, listed in (set(list(both)[:1]), both), (both, set()):
        for one in both:
            provenance.opened(one)
        cell.tables, cell.told = {"a": pd.DataFrame()}, told
        assert named(cell.end("", {})) == listed
    cell.tables, cell.told = {"a": pd.DataFrame({"mean": [1]})}, both
    provenance.opened(min(both))
    said = cell.end("", {})
    assert named(said) == set()
    assert "named here" in said
    assert 'download="a.csv"' in said


def test_a_name_within_a_comprehension_is_not_the_notebooks(cell, recorded):
    """What was called so in another cell is no source of this one; outside of it, it is."""
    told = reports.gathered([recorded()])
    cell.end("", {})
    for inner in ("[one for told in rows for one in told]", "map(lambda told: told, rows)"):
        assert named(cell.end(f"figure = draw({inner})", {"told": told})) == set()
        assert len(named(cell.end(f"figure = draw({inner}, told)", {"told": told}))) == 1


def test_what_is_shown_can_be_had_as_csv(cell):
    """A table, and the frames that the cell of a figure names, without HTML; not a large one.

    Frames that a cell uses for a table alone are not what it shows.
    """

    def read(html):
        found = re.findall(r'download="([^"]+)" href="data:text/csv;[^,]+,([^"]+)"', html)
        return {name: pd.read_csv(io.BytesIO(base64.b64decode(text))) for name, text in found}

    rows = {"network": [Markup("<li>a</li><li>b</li>"), "−c"], "mean": [1 / 3, None]}
    shown = pd.DataFrame(rows, index=pd.Index(["x", "y"], name="key"))
    large, none = pd.DataFrame({"a": range(20_000)}), pd.DataFrame({"a": []})
    names = {"shown": shown, "large": large, "none": none}
    cell.tables = {"of-two": shown}
    assert list(read(cell.end("display.table(large, shown)", names))) == ["of-two.csv"]
    (found,) = read(cell.end("figure = draw(shown, large, none)", names)).values()
    assert found["network"].tolist() == ["a b", "-c"]
    assert found["key"].tolist() == ["x", "y"]
    assert found["mean"].round(6).tolist()[0] == 0.333333
    assert found["mean"].isna().tolist() == [False, True]


def test_the_line_counts_what_is_recorded_what_is_of_this_build_and_what_is_outdated(
    cell, recorded, monkeypatch
):
    """The mark is for those whose code or data changed, as of made-up records."""
    one = recorded()
    said = traces.line([one.key, "0" * 16])
    assert "1 recorded run and 1 run of this build, 1 of them" in said
    assert said.count("†") == 2
    assert "#how-this-page-was-made" in said
    monkeypatch.setattr(runs.Run, "fingerprint", lambda *_: "c")
    ledger.outdated.cache_clear()
    assert "†" not in traces.line([one.key])


def test_watching_needs_a_notebook_and_registers_once(monkeypatch):
    """Outside of one nothing happens; a setup cell that is run again does not double the line."""
    monkeypatch.setattr(traces, "get_ipython", lambda: None)
    traces.watch()
    shell = SimpleNamespace(user_ns={})
    shell.events = EventManager(shell, available_events)
    monkeypatch.setattr(traces, "get_ipython", lambda: shell)
    traces.watch()
    traces.watch()
    assert shell.events.callbacks["post_run_cell"] == [traces._say]
