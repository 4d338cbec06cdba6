import papermill
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
    """Each notebook takes what it declares; a given value wins over the tier's."""
    tier("{scale: 4, title: Sum, depth: 3}")
    assert tiers.plan("smoke") == {"sums": {"scale": 4, "title": "Sum"}, "fails": {"depth": 3}}
    settled = tiers.plan("smoke", {"scale": 5, "depth": 6}, ["sums", "fails"])
    assert settled == {"sums": {"scale": 5, "title": "Sum"}, "fails": {"depth": 6}}


def test_a_tier_serves_papermill_as_it_is(tier, tmp_path):
    """`papermill -f` reads the file as the same parameters."""
    tier("scale: 4\nnumbers: [1, 2]\n")
    given = papermill.iorw.read_yaml_file(str(tmp_path / "notebooks/tiers/smoke.yaml"))
    assert given == tiers.plan("smoke")["sums"]


def test_given_parameters_are_for_the_chosen_only(tier):
    """A parameter for one notebook does not change another that declares it too."""
    tier("")
    assert tiers.plan("smoke", {"depth": 2}, ["fails"]) == {"sums": {}, "fails": {"depth": 2}}
    with pytest.raises(UserError, match=r"the parameters given.*'depth'"):
        tiers.plan("smoke", {"depth": 2}, ["sums"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nmbers: [1]", "named 'nmbers'; the nearest is 'numbers'"),
        ("{scale: 1, dept: 1}", "named 'dept'; the nearest is 'depth'"),
        ("numbers: 1", "numbers of sums must be list, but 1 is int"),
        ("scale: 1e-3", "scale of sums must be float, but '1e-3' is str"),
        ("scale: true", "scale of sums must be float, but True is bool"),
        ("scale: null", "scale of sums must be float, but None is NoneType"),
        ("depth: 1.0", "depth of fails must be int, but 1.0 is float"),
        ("depth: false", "depth of fails must be int, but False is bool"),
        ("title: 3", "title of sums must be str, but 3 is int"),
        ("1: 2", "write parameter: value"),
        ("- numbers", "write parameter: value"),
        ("numbers: [1", "is not valid YAML"),
    ],
)
def test_faults_name_file_and_cure(tier, content, said):
    """Each kind of fault in a tier is told with the file, and a typo with the nearest name."""
    tier(content)
    with pytest.raises(UserError) as caught:
        tiers.plan("smoke")
    assert "smoke.yaml" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", ["scale: 2", "scale: 0.5", "title: null"])
def test_values_that_fit(tier, content):
    """A whole number serves as float, and nothing where the comment says what that means."""
    tier(content)
    assert len(tiers.plan("smoke")["sums"]) == 1


def test_unknown_tier_and_type(tier, tmp_path):
    """A parameter without a known annotation cannot be checked, and stops."""
    with pytest.raises(UserError, match=r"no tier is named 'smok'; the nearest is 'smoke'"):
        tiers.plan("smok")
    toy_checkout.edit(tmp_path / "notebooks/fails.ipynb", "depth: int", "depth: number")
    tier("depth: 1")
    with pytest.raises(UserError, match=r"fails\.ipynb: annotate depth with one of int, float"):
        tiers.plan("smoke")


def test_a_notebook_opened_by_itself_is_done_in_minutes():
    """Its whole numbers are those of the smoke tier, and the paper tier takes them back."""
    smoke, paper = tiers.plan("smoke"), tiers.plan("paper")
    found = 0
    for name, path in notebooks.source_paths().items():
        for parameter, known in tiers.declared_parameters(path).items():
            if parameter in smoke[name] and known["inferred_type_name"] == "int":
                assert int(known["default"]) == smoke[name][parameter], name
                assert paper[name][parameter] is None, name
                found += 1
    assert found > 10
