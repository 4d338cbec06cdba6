import json
import shutil

import papermill
import pytest

import toy_checkout
from pixels_to_sentiment import book
from pixels_to_sentiment.errors import UserError
from toy_checkout import cells, edit

SUMS = "scale: 2\nnumbers: [1, 2, 3]\n"


class KernelStartedError(Exception):
    """Raised where papermill would start a kernel."""


@pytest.fixture
def no_kernel(monkeypatch):
    def start(*args, **kwargs):
        raise KernelStartedError

    monkeypatch.setattr(papermill, "execute_notebook", start)


@pytest.fixture(scope="module")
def executed_once(tmp_path_factory):
    """Execute the notebook in good order once for all tests."""
    folder = toy_checkout.build(tmp_path_factory.mktemp("once") / "checkout", "sums")
    (folder / "notebooks/tiers/smoke.yaml").write_text(SUMS)
    with pytest.MonkeyPatch.context() as monkeypatch:
        toy_checkout.enter(folder, monkeypatch)
        book.execute(extra_inputs=lambda: ["pictures abc"])
    return folder


@pytest.fixture
def executed(executed_once, tmp_path, monkeypatch):
    """Give each test its own copy of the executed checkout."""
    return toy_checkout.enter(shutil.copytree(executed_once, tmp_path / "copy"), monkeypatch)


def executed_as(source):
    """Give a notebook as executed, though no kernel has run."""
    for turn, cell in enumerate(book.notebooks.code_cells(source), 1):
        cell.execution_count = turn
    return source


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    def make(*names):
        return toy_checkout.enter(toy_checkout.build(tmp_path / "checkout", *names), monkeypatch)

    return make


def run(**options):
    """Execute the one notebook if need be, and tell if there was need."""
    return book.execute(**({"extra_inputs": lambda: ["pictures abc"]} | options)) == ["sums"]


def test_tier_reaches_the_notebook_and_nothing_of_the_machine_the_chapter(executed, executed_once):
    """Parameters are folded away; the file says how it was made, and names no path and no clock."""
    path = executed / "book/chapters/sums.ipynb"
    done, text = cells(path), path.read_text()
    streams = {o["name"]: o["text"] for o in done[-1]["outputs"] if "name" in o}
    assert streams == {"stdout": ["None 12\n"], "stderr": ["a plain note\n"]}
    tags = [cell["metadata"].get("tags") for cell in done]
    assert tags[1:3] == [["parameters", "hide-input"], ["injected-parameters", "hide-input"]]
    record = json.loads(text)["metadata"]["pixels_to_sentiment"]
    assert sorted(record) == ["commit", "executed", "key", "seconds", "tier"]
    assert record["tier"] == "smoke"
    assert record["seconds"] > 0
    assert not any(word in text for word in (str(executed_once), "papermill", "iopub"))


def test_nothing_changed_nothing_written(executed, no_kernel, capsys):
    """A second time no kernel starts and not a byte changes, so that Sphinx has nothing to do."""
    path = executed / "book/chapters/sums.ipynb"
    before = path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino
    assert not run()
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert capsys.readouterr().out == "sums: unchanged\n"


def test_what_a_kill_left_goes_though_nothing_changed(executed, no_kernel):
    """A process may be killed when the chapter has its name already, and the rest not yet gone."""
    left = executed / "book/chapters/.unfinished-dead"
    left.mkdir()
    (left / "lock").touch()
    assert not run()
    assert not left.exists()


def test_prose_and_tags_are_renewed_without_rerunning(executed, no_kernel):
    """New prose, cells of prose, tags and ids arrive in the chapter, and the outputs stay."""
    source, path = executed / "notebooks/sums.ipynb", executed / "book/chapters/sums.ipynb"
    before = cells(path)
    edit(source, "in good order.", "in the best order.")
    edit(source, '"chart"', '"hide-output"')
    edit(source, '"id": "imports"', '"id": "renamed"')
    notebook = json.loads(source.read_text())
    added = {"cell_type": "markdown", "id": "added", "metadata": {}, "source": ["More."]}
    notebook["cells"].insert(1, added)
    source.write_text(json.dumps(notebook))
    assert not run()
    after = cells(path)
    assert after[0]["source"][-1] == "A notebook in the best order."
    assert after[1] == added
    assert [cell["id"] for cell in after[2:5]] == ["parameters", "injected-parameters", "renamed"]
    assert after[-1]["metadata"]["tags"] == ["hide-output"]
    kept = [(c.get("outputs"), c.get("execution_count")) for c in after if c["id"] != "added"]
    assert kept == [(c.get("outputs"), c.get("execution_count")) for c in before]
    assert book.checks.of_executed() == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("notebooks/sums.ipynb", "scale * sum", "2 * scale * sum"),
        ("notebooks/tiers/smoke.yaml", "[1, 2, 3]", "[1, 2]"),
        ("src/pixels_to_sentiment/places.py", "os", "sys"),
        ("constraints.txt", "2.0", "2.1"),
        ("ground_truth/folds.csv", "label", "labels"),
        ("book/results/scores.csv", "0.8", "0.9"),
        ("book/benchmarks/scaling.json", "", "{}"),
        ("book/again/scores.csv", "", "0.8"),
        ("book/chapters/sums.ipynb", '"nbformat": 4', '"nbformat":'),
    ],
)
def test_changed_input_reruns(executed, no_kernel, file, old, new):
    """Code, parameter, imported module (also through another), pins, folds, results, timings."""
    path = executed / file
    path.parent.mkdir(exist_ok=True)
    edit(path, old, new) if old else path.write_text(new)
    with pytest.raises(KernelStartedError):
        run()


@pytest.mark.parametrize("options", [{"extra_inputs": lambda: ["pictures xyz"]}, {"force": True}])
def test_asked_for_anew_reruns(executed, no_kernel, options):
    """Other data, or the wish to, start a kernel."""
    with pytest.raises(KernelStartedError):
        run(**options)


def test_what_an_execution_fetched_reruns_nothing_afterwards(executed, monkeypatch):
    """The key is that of the files which are there when all is done."""
    monkeypatch.setattr(book, "_run", lambda path, source, *_: executed_as(source))
    at_hand = [["nothing"], ["weights"], ["weights"], ["weights"]]
    path = executed / "book/chapters/sums.ipynb"
    assert run(extra_inputs=lambda: at_hand.pop(0))
    before = path.read_bytes()
    assert not run(extra_inputs=lambda: at_hand.pop(0))
    assert path.read_bytes() == before
    assert not at_hand


def test_what_was_recorded_during_an_execution_reruns_it(executed, monkeypatch):
    """It came too late for the outputs."""

    def record(path, source, *_):
        (executed / "book/results/scores.csv").write_text("0.9")
        return executed_as(source)

    monkeypatch.setattr(book, "_run", record)
    assert run(force=True)
    assert run()
    assert not run()


@pytest.mark.parametrize("file", ["src/pixels_to_sentiment/figures.py", "ground_truth/README.md"])
def test_what_the_notebook_does_not_use_reruns_nothing(executed, no_kernel, file):
    """A module that is not imported, or prose beside the data, may change."""
    (executed / file).write_text("# changed\n")
    assert not run()


def test_failing_cell_keeps_the_former_chapter(executed, capsys):
    """A failure names notebook, cell and error, leaves the good chapter, and keeps the attempt."""
    path = executed / "book/chapters/sums.ipynb"
    before = path.read_bytes()
    shutil.copy(toy_checkout.NOTEBOOKS / "fails.ipynb", executed / "notebooks/sums.ipynb")
    (executed / "notebooks/tiers/smoke.yaml").write_text("depth: 3\n")
    with pytest.raises(UserError) as caught:
        run()
    attempt = executed / "_build/failed/sums.ipynb"
    said = str(caught.value)
    assert f"{executed}/notebooks/sums.ipynb: cell [4]" in said
    assert "failed: at the bottom. " in said
    assert str(attempt) in said
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["sums.ipynb"]
    outputs = [cell.get("outputs") for cell in cells(attempt)]
    assert "it broke" in json.dumps(outputs)
    assert "never reached" not in json.dumps(outputs)
    assert capsys.readouterr().out == ""


def test_a_cell_that_leaves_keeps_the_former_chapter(executed):
    """Papermill takes leaving with status 0 for a success, though nothing after it has run."""
    path, source = executed / "book/chapters/sums.ipynb", executed / "notebooks/sums.ipynb"
    before = path.read_bytes()
    edit(source, '"import sys\\n"', '"import sys\\n", "sys.exit(0)\\n"')
    with pytest.raises(UserError, match=r"cell \[3\], 'import sys', failed: .*SystemExit"):
        run()
    assert path.read_bytes() == before
    assert (executed / "_build/failed/sums.ipynb").is_file()


def test_a_dead_kernel_is_told_and_leaves_no_chapter(fresh):
    folder = fresh("dies")
    with pytest.raises(UserError, match=r"dies\.ipynb: Kernel died; it needs memory"):
        run()
    assert not any((folder / "book/chapters").glob("*"))
    assert (folder / "_build/failed/dies.ipynb").is_file()


def test_typo_stops_everything_before_a_kernel(fresh, no_kernel):
    """A wrong parameter of the last notebook stops the first one too; so does no notebook."""
    folder = fresh("dies", "sums")
    with pytest.raises(UserError, match=r"'sum'.*'sums'"):
        book.execute(["sum"])
    (folder / "notebooks/tiers/smoke.yaml").write_text("nmbers: [1]\n")
    with pytest.raises(UserError, match=r"smoke\.yaml.*'nmbers'.*'numbers'"):
        book.execute(["dies"])


def test_notebook_that_looks_at_the_others_comes_last_and_follows_them(executed, monkeypatch):
    """Whatever its name; it is run again when they made other runs, and they are not."""
    (executed / "src/pixels_to_sentiment/book").mkdir()
    (executed / "src/pixels_to_sentiment/book/__init__.py").touch()
    reader = executed / "notebooks/account.ipynb"
    shutil.copy(executed / "notebooks/sums.ipynb", reader)
    edit(reader, "import sys", "import sys; from pixels_to_sentiment import book")
    monkeypatch.setattr(book, "_run", lambda path, source, *_: executed_as(source))

    def ran():
        return book.execute(extra_inputs=lambda: ["pictures abc"])

    assert ran() == ["account"]
    assert ran() == []
    (executed / "notebooks/tiers/smoke.yaml").write_text(SUMS.replace("2, 3", "2"))
    assert ran() == ["sums", "account"]
    monkeypatch.setattr(book.checks, "built", lambda: ["a run"])
    assert ran() == ["account"]


def test_notebooks_at_once_give_what_they_give_in_turn(fresh, monkeypatch, capsys):
    """One that fails leaves the other's chapter, and neither makes a chapter of itself."""
    # In this process, whose places are the toy checkout's.
    monkeypatch.setattr(book, "_apart", lambda job, _: book._execute(*job))
    folder = fresh("sums", "fails")
    (folder / "notebooks/tiers/smoke.yaml").write_text("")
    with pytest.raises(UserError, match="at the bottom"):
        book.execute(at_once=2)
    assert not (folder / "book/chapters/fails.ipynb").exists()
    (folder / "notebooks/fails.ipynb").rename(folder / "fails.ipynb")
    shutil.copy(folder / "notebooks/sums.ipynb", folder / "notebooks/again.ipynb")
    assert "again" in book.execute(at_once=2)
    chapters = [cells(folder / f"book/chapters/{name}.ipynb") for name in ("sums", "again")]
    assert chapters[0] == chapters[1]
    monkeypatch.setattr(book, "_apart", None)
    assert book.execute(at_once=2) == []  # no process is begun to find that nothing changed
