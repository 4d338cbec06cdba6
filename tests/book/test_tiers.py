import ast

import pytest

import toy_checkout
from pixels_to_sentiment.book import notebooks, tiers
from pixels_to_sentiment.errors import UserError


@pytest.fixture
def tier(tmp_path, monkeypatch):
    """Write the smoke tier of a checkout with two notebooks, `sums` and `fails`."""
    folder = toy_checkout.build(tmp_path, "sums", "fails")
    toy_checkout.enter(folder, monkeypatch)
    return (folder / "notebooks/tiers/smoke.yaml").write_text


def test_parameters_reach_the_notebooks_that_declare_them(tier):
    """Each notebook takes what it declares; a given value wins over the tier's.

    A whole number serves as float, and nothing where the comment says what that means.
    """
    tier("{scale: 4, title: null, depth: 3}")
    assert tiers.plan("smoke") == {"sums": {"scale": 4, "title": None}, "fails": {"depth": 3}}
    settled = tiers.plan("smoke", {"scale": 5, "depth": 6}, ["sums", "fails"])
    assert settled == {"sums": {"scale": 5, "title": None}, "fails": {"depth": 6}}


def test_given_parameters_are_for_the_chosen_only(tier):
    """A parameter for one notebook does not change another that declares it too."""
    tier("")
    assert tiers.plan("smoke", {"depth": "2"}, ["fails"]) == {"sums": {}, "fails": {"depth": 2}}
    with pytest.raises(UserError, match=r"the parameters given.*'depth'"):
        tiers.plan("smoke", {"depth": 2}, ["sums"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nmbers: [1]", "named 'nmbers'; the nearest is 'numbers'"),
        ("numbers: 1", "numbers of sums must be list, but 1 is int: write [1]"),
        ("scale: true", "scale of sums must be float, but True is bool"),
        ("title: 3", "title of sums must be str, but 3 is int"),
        ("1: 2", "write parameter: value"),
        ("numbers: [1", "is not valid YAML"),
        ("title: " + "x" * 20_000, "has 20,007 characters, a tier at most 20,000"),
    ],
)
def test_faults_name_file_and_cure(tier, content, said):
    """Each kind of fault in a tier is told with the file, and a typo with the nearest name."""
    tier(content)
    with pytest.raises(UserError) as caught:
        tiers.plan("smoke")
    assert "smoke.yaml" in str(caught.value)
    assert said in str(caught.value)


@pytest.fixture
def given(tier, tmp_path):
    """Read a parameter as it is given on the command line."""
    toy_checkout.edit(
        tmp_path / "notebooks/fails.ipynb",
        '"depth: int = 1  # how deep to fall"',
        '"depth: int = 1  # how deep to fall\\n", "whole: bool = True  # all of it"',
    )
    tier("")
    return lambda name, text: next(
        found[name] for found in tiers.plan("smoke", {name: text}).values() if found
    )


READ = {
    "depth": {"010": 10},
    "scale": {"1e-3": 0.001, "2": 2.0},
    "title": {text: text for text in ("010", "no", "a: b")} | {"null": None},
    "numbers": {"[1, b:c]": [1, "b:c"]},
    "whole": {"yes": True, "OFF": False},
}
REFUSED = {
    "depth": ["", "1:30", "1.0", "null", "9" * 5000],
    "scale": ["1,5", "null"],
    "title": ["\udcff"],
    "numbers": ["[1, ", "[" * 400, "5"],
    "whole": ["1"],
}


@pytest.mark.parametrize("name", READ)
def test_a_value_given_is_read_as_a_person_means_it_or_refused(given, name):
    """By the type that is declared; nothing is a value only where the notebook says what it is."""
    for text, meant in READ[name].items():
        assert repr(given(name, text)) == repr(meant), text
    for text in REFUSED[name]:
        with pytest.raises(UserError, match=rf"^the parameters given: .*\b{name}\b[^\n]*\.$"):
            given(name, text)


def test_unknown_tier_and_type(tier, tmp_path):
    """A parameter without a known annotation cannot be checked, and stops."""
    with pytest.raises(UserError, match=r"no tier is named 'smok'; the nearest is 'smoke'"):
        tiers.plan("smok")
    with pytest.raises(UserError, match=r"no tier is named 'full'; there are \['smoke'\]"):
        tiers.plan("full")
    toy_checkout.edit(tmp_path / "notebooks/fails.ipynb", "depth: int", "depth: number")
    tier("depth: 1")
    with pytest.raises(UserError, match=r"fails\.ipynb: annotate depth with one of int, float"):
        tiers.plan("smoke")


def test_a_notebook_by_itself_is_one_of_the_smoke_tier():
    """So that what `make test` runs is what somebody sees who opens one in JupyterLab.

    It is done in minutes, and the paper tier takes its whole numbers back.
    """
    smoke, paper, found = tiers.plan("smoke"), tiers.plan("paper"), 0
    for name, path in notebooks.source_paths().items():
        declared = tiers.declared_parameters(path)
        alone = {key: ast.literal_eval(one["default"]) for key, one in declared.items()}
        assert smoke[name].items() <= alone.items(), name
        whole = [k for k in smoke[name] if declared[k]["inferred_type_name"] == "int"]
        assert {paper[name][one] for one in whole} <= {None}, name
        found += len(whole)
    assert found > 10
