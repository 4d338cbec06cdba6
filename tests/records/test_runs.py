"""Runs: what their keys depend on, what a record says, and that its network comes back."""

import ast
import json
import os
import re
import shutil
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared, factory
from pixels_to_sentiment.records import folders, runs
from pixels_to_sentiment.records.runs import Record, Run
from pixels_to_sentiment.training import prediction
from pixels_to_sentiment.training.recipes import Recipe
from toy_runs import RUN, change, copy_of, made_up_pictures

# Keys

OTHER = {
    "network": "squeezenet1_1",
    "start": "imagenet",
    "weights": "file.safetensors",
    "agreement": "four",
    "fold": 2,
    "recipe": Recipe("tiny", iterations=3, batch_size=4),
    "seed": 1,
    "precision": "bf16",
    "limit": None,
    "inner": 3,
}


def test_the_key_depends_on_every_field_of_a_run():
    """No field may be left out of what decides whether a run is done already."""
    assert OTHER.keys() == {field.name for field in fields(Run)}
    keys = [replace(RUN, **{name: value}).key("data") for name, value in OTHER.items()]
    assert len({RUN.key("data"), *keys}) == len(OTHER) + 1
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


@pytest.mark.parametrize("name", [field.name for field in fields(Recipe)])
def test_the_key_depends_on_every_value_of_the_recipe(name):
    """Two recipes of the same name and different values are different runs."""
    value = getattr(RUN.recipe, name)
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, tuple):
        other = (*value, "conv1")
    else:
        other = value + ("x" if isinstance(value, str) else 1)
    recipe = replace(RUN.recipe, **{name: other})
    assert replace(RUN, recipe=recipe).key("data") != RUN.key("data")


def test_what_was_recorded_before_layers_could_settle_keeps_its_key():
    """The key of a recorded run is that of its fields as its folder had them then."""
    folder = next(path.parent for path in places.results().glob("*/run.json"))
    content = json.loads((folder / "run.json").read_text())
    data = content["data"]["fingerprint"]
    late = {"settling", "settled_on"} & content["run"]["recipe"].keys()
    assert not late
    assert folders.key("run", content["run"], data, content["code"]) == folder.name


def test_a_run_within_the_training_list_never_sees_the_test_fold():
    """It tests on one fold of the list and trains on the other three."""
    train, test = replace(RUN, agreement="five", fold=1, inner=3).lists()
    held = folds.split("five", 3)[1]["image"]
    assert test["image"].to_list() == held.to_list()
    seen = set(train["image"]) | set(test["image"])
    assert not seen & set(folds.split("five", 1)[1]["image"])
    assert (len(train), len(seen)) == (528, 704)


def test_the_key_depends_on_data_and_code(monkeypatch):
    """Other pictures or other training code make another run."""
    before = RUN.key("data")
    assert RUN.key("other data") != before
    monkeypatch.setattr(runs, "code_fingerprint", lambda: "changed")
    assert RUN.key("data") != before


def test_the_key_does_not_depend_on_the_order_of_the_fields(monkeypatch):
    """Moving a field in the dataclass leaves finished runs valid."""

    def reverse(content):
        return {
            name: reverse(value) if isinstance(value, dict) else value
            for name, value in reversed(content.items())
        }

    before = RUN.key("data")
    monkeypatch.setattr(runs, "asdict", lambda run: reverse(asdict(run)))
    assert list(runs.asdict(RUN)) == list(reversed(asdict(RUN)))
    assert RUN.key("data") == before


@pytest.fixture
def copied_code(tmp_path, monkeypatch):
    """Copy the fingerprinted modules; the fingerprint then reads the copies."""
    for name in runs._CODE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(Path(runs.__file__).parents[1] / f"{name}.py", tmp_path / f"{name}.py")
    monkeypatch.setattr(runs, "__file__", str(tmp_path / "records" / "runs.py"))
    return tmp_path


def uncached_fingerprint():
    return runs.code_fingerprint.__wrapped__()


def test_the_code_fingerprint_ignores_comments_docstrings_and_layout(copied_code):
    """Better prose in a module must not cost anybody a night of training."""
    assert uncached_fingerprint() == runs.code_fingerprint()
    for path in copied_code.glob("*/*.py"):
        text = path.read_text()
        reworded = re.sub(r'^( *""")(?=\w)', r"\1Other words: ", text, flags=re.MULTILINE)
        assert reworded.count("Other words: ") > 1
        path.write_text("# A remark.\n" + reworded.replace("\n\n", "\n\n\n# Another.\n\n"))
    assert uncached_fingerprint() == runs.code_fingerprint()


def test_the_code_is_dumped_the_same_on_every_python():
    """Nothing in it that one version's syntax trees have and another's have not."""
    code = "def f(x):\n    if x is None:\n        return x[1:], f'{x:.2f} of {x!r}'\n"
    name = "Name(id='x', ctx=Load())"
    one = "Constant(value=1)"
    spec = "JoinedStr(values=[Constant(value='.2f')])"
    words = [
        f"FormattedValue(value={name}, conversion=-1, format_spec={spec})",
        "Constant(value=' of ')",
        f"FormattedValue(value={name}, conversion=114)",
    ]
    part = f"Subscript(value={name}, slice=Slice(lower={one}), ctx=Load())"
    given = f"Tuple(elts=[{part}, JoinedStr(values=[{', '.join(words)}])], ctx=Load())"
    test = f"Compare(left={name}, ops=[Is()], comparators=[Constant()])"
    body = f"If(test={test}, body=[Return(value={given})])"
    function = f"FunctionDef(name='f', args=arguments(args=[arg(arg='x')]), body=[{body}])"
    assert runs._dump(ast.parse(code)) == f"Module(body=[{function}])"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x[1:]", "x[:1]"),
        ("f(a=1)", "f(b=1)"),
        ("{**x}", "{None: x}"),
        ("x = 1", "x = '1'"),
        ("x = None", "x = ..."),
        ("if x:\n    a\n    b", "if x:\n    a\nelse:\n    b"),
        ("def f(*, a, b=1): pass", "def f(*, a=1, b): pass"),
        ("return", "return 0"),
    ],
)
def test_what_is_left_out_of_the_dump_leaves_no_two_codes_alike(one, other):
    """An empty field is known by its absence, since the others keep their names."""
    assert runs._dump(ast.parse(one)) != runs._dump(ast.parse(other))


@pytest.mark.parametrize(
    "name", ["networks/caffenet", "networks/factory", "data/pictures", "training/loop"]
)
def test_the_code_fingerprint_sees_a_changed_statement(copied_code, name):
    """A change in any module that decides the result makes new runs."""
    path = copied_code / f"{name}.py"
    path.write_text(path.read_text() + "\n_ADDED = 1\n")
    assert uncached_fingerprint() != runs.code_fingerprint()


# Opening


def test_a_record_says_what_was_run(finished):
    """The run, with its recipe's tuples, comes back equal from JSON, with data and code."""
    assert finished.run == RUN
    assert finished.data == {"source": "stand-in", "fingerprint": "made-up"}
    assert finished.code == runs.code_fingerprint()
    assert finished.key == finished.run.key("made-up") == finished.folder.name


DAMAGE = {
    "run.json cut short": lambda folder: os.truncate(folder / "run.json", 100),
    "not an object": lambda folder: (folder / "run.json").write_text("[]"),
    "no key": lambda folder: (folder / "run.json").write_text('{"run": {"recipe": {}}}'),
    "no recipe": lambda folder: change(folder / "run.json", run={"recipe": None}),
    "unknown field": lambda folder: change(folder / "run.json", run={"recipe": {"colour": 1}}),
    "not text": lambda folder: (folder / "run.json").write_bytes(b"\xff\xfe"),
    "no predictions": lambda folder: (folder / "predictions.csv").unlink(),
    "no curve": lambda folder: (folder / "curve.csv").unlink(),
    "no provenance": lambda folder: (folder / "provenance.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_named(finished, tmp_path, damage):
    """Opening it says which folder to delete."""
    folder = copy_of(finished, tmp_path)
    assert Record.open(folder).run == RUN
    DAMAGE[damage](folder)
    with pytest.raises(UserError, match=rf"{folder} is not .*delete it and run again\.$"):
        Record.open(folder)


def test_a_run_that_is_not_there_is_not_to_be_deleted(tmp_path):
    """A mistyped key gets another sentence than a damaged folder."""
    with pytest.raises(UserError, match=rf"no finished run 'abc' in {tmp_path}\.$"):
        Record.open(tmp_path / "abc")


# Restoring


def test_a_restored_network_predicts_as_recorded(finished):
    """Weights, normalisation statistics and input convention come back."""
    pictures = made_up_pictures()
    pixels = pictures.tensor()[pictures.rows(finished.predictions()["image"])]
    restored, fresh = finished.restore(), factory.create(RUN.network, start="random")
    assert not restored.training
    table = finished.predictions()
    for network, equal in ((restored, True), (fresh, False)):
        views = prediction.centre_and_oversampled(network, pixels)
        close = [
            np.allclose(view, table[name], rtol=1e-12, atol=0)
            for view, name in zip(views, ("centre", "oversampled"), strict=True)
        ]
        assert close == [equal, equal]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("squeezenet1_1", "random"),
        ("squeezenet1_0", "imagenet-caffe"),
        ("mobilenet_v2", "imagenet"),
    ],
)
def test_restoring_needs_no_starting_weights(finished, tmp_path, monkeypatch, name, start):
    """The start's convention comes from its declaration, all parameters from the run's file."""
    monkeypatch.setattr(factory, "weights_file", lambda names: pytest.fail("asked for weights"))
    body = factory.create(name, start="random", seed=5).body
    save_file(
        {key: value.contiguous() for key, value in body.state_dict().items()},
        tmp_path / runs.WEIGHTS,
    )
    run = replace(RUN, network=name, start=start)
    restored = replace(finished, folder=tmp_path, run=run).restore()
    for key, value in body.state_dict().items():
        assert torch.equal(restored.body.state_dict()[key], value)
    known = factory.find_start(name, start)
    assert restored.convention == (known.convention if known else declared.TORCHVISION)
    assert restored.frozen_norms == (name == "mobilenet_v2")


def test_what_cannot_be_restored_is_named(finished, tmp_path):
    """No weights (as in recorded results), cut short, or those of another network."""
    folder = copy_of(finished, tmp_path)
    path = folder / runs.WEIGHTS
    save_file({"conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(UserError, match=str(path)):
        Record.open(folder).restore()
    os.truncate(path, 20)
    with pytest.raises(UserError, match=str(path)):
        Record.open(folder).restore()
    path.unlink()
    with pytest.raises(UserError, match=f"{folder} holds no weights"):
        Record.open(folder).restore()
