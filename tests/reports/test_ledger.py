"""All runs in one table, from made-up records, and what makes one outdated."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

import toy_probes
from pixels_to_sentiment import places
from pixels_to_sentiment.files import packaged
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.reports import ledger
from pixels_to_sentiment.studies.records import Study, StudyRecord
from toy_runs import told

pytestmark = pytest.mark.usefixtures("isolated")
DATA = "f" * 64  # of the records that `made` makes


@pytest.fixture
def probed(tmp_path):
    """Record a probe of a network that was not trained."""
    probe = Probe("squeezenet1_1:imagenet", "five", 2, ("conv1",))
    folder = tmp_path / "made" / probe.key(DATA)
    toy_probes.written(folder, probe, ["0" * len(probe.lists()[1])])
    hardware = {"cpu": "a processor", "gpu": "a card", "cores": 8}
    told(folder, dirty=True, began="2021-01-01T00:00:00", hardware=hardware)
    return ProbeRecord.open(folder)


def test_work_is_outdated_by_code_by_data_or_by_both(made, probed):
    """It is held against the code of its kind; where nobody knows the data, only code counts."""
    now = replace(made(), code=Run.fingerprint())
    probe = replace(probed, data=now.data)
    assert ledger.changed(replace(probe, code=Probe.fingerprint()), DATA) == ""
    assert ledger.changed(replace(probe, code=Run.fingerprint()), DATA) == "code"
    assert ledger.changed(now, DATA) == ""
    assert ledger.changed(now, None) == ""
    assert ledger.changed(now, "other") == "data"
    assert ledger.changed(replace(now, code="older"), DATA) == "code"
    assert ledger.changed(replace(now, code="older"), "other") == "code, data"


def test_without_photographs_the_commonest_fingerprint_counts(made):
    """One odd result out of three is the outdated one, and of none nothing is known."""
    one, two, odd = made(fold=1), made(fold=2), made(fold=3)
    odd = replace(odd, data=odd.data | {"fingerprint": "odd"})
    assert ledger.fingerprint([odd, one, two]) == DATA
    assert ledger.fingerprint([]) is None


def test_photographs_at_hand_win_over_what_is_recorded(made, monkeypatch):
    """Results of other pictures are outdated even if all of them are alike."""
    monkeypatch.setattr(ledger.assets, "find", lambda name: places.cache() / name)
    there = type("Pictures", (), {"fingerprint": "new"})
    monkeypatch.setattr(ledger.pictures, "from_archive", lambda path: there)
    assert ledger.fingerprint([made()]) == "new"
    assert set(ledger.ledger([made(fold=2)])["changed since"]) == {"code, data"}


def test_every_run_has_a_row_with_its_own_accuracy(made, probed):
    """Accuracies are those of the predictions; a probe, which has many, has none.

    The newest comes first.
    """
    record = made(fold=3, right=0.75)
    table = ledger.ledger([record, probed]).set_index("key")
    assert list(table["date"]) == ["2021-01-01", "2020-02-03"]
    told = record.predictions()
    row = table.loc[record.key]
    assert row["ten crops"] == scores.accuracy(told["label"], told["oversampled"])
    assert list(row[["fold", "date", "minutes", "commit"]]) == [3, "2020-02-03", 1.5, "0123456"]
    assert row["hardware"] == "a processor, 2 cores"
    assert row["data"] == "f" * 12
    other = table.loc[probed.key]
    assert pd.isna(other["ten crops"])
    assert other["what"].startswith("probe: SqueezeNet 1.1")
    assert list(other[["commit", "hardware"]]) == ["0123456*", "a card, 8 cores"]


def test_runs_of_this_build_come_after_the_recorded_ones(made):
    """One that is both has one row; one that is gone has a row all the same, for links to it."""
    recorded, built = made(fold=1), made(fold=2)
    places.runs().mkdir(parents=True)
    shutil.copytree(built.folder, places.runs() / built.key)
    gone = "0" * 16
    table = ledger.ledger([recorded], [gone, built.key, recorded.key])
    assert list(table["key"].iloc[:1]) == [recorded.key]
    words = dict(zip(table["key"], table["made for"], strict=True))
    assert words == {
        recorded.key: "recorded, this build",
        built.key: "this build",
        gone: "this build",
    }
    assert "no longer" in table.set_index("key").loc[gone, "what"]


def test_a_study_of_maps_has_a_row_and_the_stand_in_is_no_outdated_photograph(tmp_path):
    """Its code is that of maps, and maps of the stand-in are not held against photographs."""
    study = Study("squeezenet1_1:imagenet", "five", 4, seed=2)
    data = {"source": "stand-in", "fingerprint": "s" * 64}
    record = StudyRecord(tmp_path, study, "1" * 16, data, Study.fingerprint())
    told(tmp_path, seconds=60)
    row = ledger.ledger([record]).iloc[0]
    assert list(row[["fold", "seed", "minutes", "changed since"]]) == [4, 2, 1, ""]
    assert row["what"] == "study of maps: SqueezeNet 1.1, head fitted, stand-in"
    assert ledger.changed(record, DATA) == ""
    assert ledger.changed(replace(record, code="older"), DATA) == "code"
    assert ledger.fingerprint([record]) is None


def test_kinds_are_told_by_their_files_and_counted_in_words(made, probed, tmp_path):
    """A folder of nothing finished is of no kind."""
    record = made()
    assert ledger.kind(record.folder).several == "runs"
    assert ledger.kind(probed.folder).one == "probe"
    assert ledger.kind(tmp_path) is None
    assert ledger.counted([probed, record, made(fold=2)]) == "2 runs and 1 probe"
    assert ledger.counted([]) == ""


def test_a_day_counts_its_results_by_kind(made, probed):
    """By when they were begun; nothing gives nothing."""
    runs = [made(), made(fold=2)]
    first, other = (one.provenance()["began"][:10] for one in (runs[0], probed))
    counts = ledger.by_day([*runs, probed])
    assert counts.loc[first].to_dict() == {"runs": 2, "probes": int(first == other)}
    assert counts.loc[other, "probes"] == 1
    assert counts.attrs["runs"] == [one.key for one in (*runs, probed)]
    assert ledger.by_day([]).empty


def test_who_has_no_mirror_can_make_what_starts_from_a_file_that_is_published(made):
    """Or from no file; where only another file of the network is, that makes another run."""
    converted = "caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors"
    given = {
        ("caffenet+fc7-2", None): ledger.SAME,
        ("caffenet", converted): ledger.OTHER,
        ("squeezenet1_1", "squeezenet1_1-b8a52dc0.pth"): ledger.SAME,
        ("efficientnet_lite0", packaged.NAME): ledger.SAME,
        ("alexnet", "alexnet_conv1-5.imagenet1k.q-cnn.safetensors"): ledger.NONE,
        ("timm/vgg11", "timm/vgg11-0123456789abcdef"): ledger.SAME,
    }
    runs = [made(network=network, weights=file) for network, file in given]
    table = ledger.repeatable([*runs, made(network="caffenet+fc7-2", weights=None, fold=2)])
    assert table["without"].to_list() == [*given.values()]
    assert table["runs"].to_list() == [2, 1, 1, 1, 1, 1]
    assert table.loc[1, ["network", "file"]].to_list() == ["CaffeNet", converted]
