"""What is timed together: the same work on all sides."""

import pytest

from pixels_to_sentiment import cli
from pixels_to_sentiment.benchmarks import contenders, results, suite
from pixels_to_sentiment.data import pictures
from toy_runs import black

pytestmark = pytest.mark.usefixtures("isolated")


def test_a_section_that_does_not_exist_is_refused_at_once(monkeypatch, capsys):
    """One sentence with the sections there are; nothing is timed."""
    monkeypatch.setattr(suite.provenance, "Clock", lambda: pytest.fail("began"))
    assert cli.main(["benchmark", "--only", "tarin"]) == 2
    assert "no section 'tarin'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "limited"),
    [
        *(("train-caffenet", 1), ("train-mobilenet", 1), ("predict", 2)),
        *(("infer", 3), ("maps", 1)),
    ],
)
def test_all_sides_have_the_same_work(name, limited, monkeypatch, tmp_path):
    """Others in another process than ours; so many comparisons have the machine's limit."""
    monkeypatch.setattr(suite.contenders, "operations", lambda *_, **__: 1)
    found = [one["entries"] for one in suite.comparisons(name, "cuda", str(tmp_path))]
    for ours, *others in found:
        assert ours.name == results.OURS
        for other in others:
            if other.make is contenders.product:
                continue
            for part in ("network", "count", "batch"):
                assert other.options.get(part) == ours.options.get(part)
            assert other.options.get("device") in (None, ours.options.get("device"))
            assert other.keep is not ours.keep or other.make is ours.make
    limits = [one for some in found for one in some if one.name == f"{results.LIMIT} fp32 product"]
    assert len(limits) == limited


def test_the_map_has_64_outputs_where_the_classifier_has_one():
    """The same network and batch on both sides, and this project's on the device asked for."""
    batch = suite.BATCHES[1]
    ours_one, ours_map, *peers = suite.map_entries("cpu", batch)
    work = {"network": "caffenet", "batch": batch, "device": "cpu"}
    assert all(work.items() <= one.options.items() for one in (ours_one, ours_map))
    side = ours_map.options["side"]
    assert [one.options["side"] for one in (ours_one, *peers)] == [0, 0, side]
    on_gpu = suite.map_entries("cuda:0", batch)
    assert [one.options["device"] for one in on_gpu] == ["cuda:0"] * 2
    # Where CaffeNet's map is eight by eight, as the tests of surgery have it.
    assert side == 451


def test_files_lie_as_torchvision_wants_them(isolated, monkeypatch):
    """A folder a class, 256 pictures, of the stand-in where there are no photographs."""
    monkeypatch.setattr(pictures, "load", black)
    (isolated / "files").mkdir()
    suite.write_files(isolated / "files")
    found = list(isolated.rglob("*.jpg"))
    assert {path.parent.name for path in found} == {"0", "1"}
    assert len(found) == 256
