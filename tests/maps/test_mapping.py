"""Photographs mapped by a finished run, and the files that are written of them."""

import hashlib
import json
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import choice, dense, mapping, photos, sheets
from pixels_to_sentiment.training import prediction
from toy_maps import photograph, with_weights
from toy_runs import made_up_pictures


@pytest.fixture
def mapper(isolated, made):
    return mapping.Mapper(choice.Choice(with_weights(made(recipe="paper-third"))))


def drawings(folder, *paths):
    folder.mkdir(exist_ok=True)
    return mapping.targets(paths, folder, force=True)


def test_probabilities_and_map_are_those_of_the_library(mapper, tmp_path):
    """Of the same warped pixels; the file has them, the run and the picture's own size."""
    path = photograph(tmp_path / "a.png", size=(60, 40))
    photo = photos.opened(path)
    targets = drawings(tmp_path / "out", path)
    ((_, found),) = mapping.mapped(mapper, targets)
    network = mapper.choice.record.restore()
    pair = prediction.centre_and_oversampled(network, torch.from_numpy(photo.small)[None])
    assert (found.centre, found.ten_crops) == tuple(value.item() for value in pair)
    expected = dense.log_odds(network, torch.from_numpy(photo.large)[None])[0].numpy()
    np.testing.assert_array_equal(found.map, expected)
    assert found.map.std() > 0.01, "or nothing was compared"
    numbers = json.loads((tmp_path / "out" / "a.png.map.json").read_text())
    np.testing.assert_allclose(numbers["map"], found.map, atol=1e-6)
    assert np.shape(numbers["map"]) == (28, 28)
    assert numbers["positive_ten_crops"] == found.ten_crops
    assert numbers["positive_centre_crop"] == found.centre
    assert (numbers["width"], numbers["height"]) == (60, 40)
    assert numbers["predicted"] == ("positive" if found.ten_crops > 0.5 else "negative")
    assert numbers["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert numbers["run"]["accuracy"] == mapper.choice.accuracy
    assert Image.open(targets[path]).format == "PNG"


def test_pictures_come_in_order_and_what_cannot_be_opened_with_its_sentence(
    mapper, tmp_path, monkeypatch
):
    """Also where a whole batch cannot; each picture is mapped the same as alone."""
    good = [photograph(tmp_path / f"good{i}.png", i) for i in range(2)]
    bad = [tmp_path / f"bad{i}.png" for i in range(3)]
    for path in bad:
        path.write_bytes(b"")
    paths = [good[0], *bad, good[1]]
    monkeypatch.setattr(mapping, "BATCH", 2)
    found = dict(mapping.mapped(mapper, drawings(tmp_path / "out", *paths)))
    assert list(found) == paths
    assert [isinstance(one, UserError) for one in found.values()] == [0, 1, 1, 1, 0]
    assert len(list((tmp_path / "out").iterdir())) == 4
    monkeypatch.setattr(mapping, "BATCH", 1)
    again = dict(mapping.mapped(mapper, drawings(tmp_path / "alone", *good)))
    assert all((again[path].map == found[path].map).all() for path in good)


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_breaks_off_leaves_both_files_or_none(mapper, tmp_path, monkeypatch, fault):
    """While drawing, what there is of it is not left behind; what was before stays."""
    paths = [photograph(tmp_path / f"{i}.png", i) for i in range(2)]
    real = sheets.draw

    def draw(path, *arguments, **options):
        real(path, *arguments, **options)
        if "1.png" in path.name:
            raise fault

    monkeypatch.setattr(sheets, "draw", draw)
    targets = drawings(tmp_path / "out", *paths)
    kept = mapping.numbers_of(targets[paths[1]])
    kept.write_text("before")
    with pytest.raises((KeyboardInterrupt, UserError)) as raised:
        list(mapping.mapped(mapper, targets))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["0.png.map.json", "0.png.map.png", "1.png.map.json"]
    assert kept.read_text() == "before"
    if isinstance(fault, OSError):
        assert "No space left" in str(raised.value)


# Pictures that the run has seen


@pytest.fixture
def decoded(isolated, monkeypatch):
    """Put the table of the photographs' files into the cache, each with its own digest."""
    folder = places.cache() / "pictures-0123456789abcdef-1"
    folder.mkdir(parents=True)
    images = folds.load()["image"]
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in images]
    table = pd.DataFrame({"image": images, "sha256": digests})

    def write(fingerprint="f" * 64, table=table):
        table.to_csv(folder / "files.csv", index=False)
        monkeypatch.setattr(pictures, "fingerprint", lambda table: fingerprint if table else "")
        return table.set_index("image")["sha256"]

    return write


def test_what_a_run_was_trained_on_is_its_training_list(decoded, made):
    """By content, up to its limit; twins of test pictures unless the recipe leaves them out."""
    train, test = (part["image"] for part in folds.split("five", 1))
    digests = decoded()
    record = made()
    assert mapping.trained_on(record) == set(digests.loc[train])
    limited = replace(record, work=replace(record.run, limit=5))
    assert mapping.trained_on(limited) == set(digests.loc[train.head(5)])
    digests[train.iloc[0]] = twin = digests[test.iloc[0]]
    decoded(table=digests.reset_index())
    assert twin in mapping.trained_on(record)
    assert twin not in mapping.trained_on(made(recipe="paper-without-twins"))


def test_a_picture_of_the_training_list_is_marked(decoded, isolated, made, tmp_path):
    """In the numbers, and in red on the drawing."""
    path, other = photograph(tmp_path / "a.png", 1), photograph(tmp_path / "b.png", 2)
    digests = decoded()
    digests[folds.split("five", 1)[0]["image"].iloc[3]] = photos.opened(path).sha256
    decoded(table=digests.reset_index())
    mapper = mapping.Mapper(choice.Choice(with_weights(made())))
    real, warned = sheets.draw, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "draw", lambda *a, **o: warned.append(o["warning"]) or real(*a, **o))
        found = dict(mapping.mapped(mapper, drawings(tmp_path / "out", path, other)))
    assert [one.seen for one in found.values()] == [True, False]
    assert found[path].numbers(mapper.choice)["seen_in_training"] is True
    assert warned == [mapping.SEEN, ""]


def test_without_the_photographs_it_is_unknown_what_was_seen(decoded, made, monkeypatch):
    """Nothing is fetched to find out; other data or a damaged cache does not count either."""
    monkeypatch.setattr(pictures, "load", lambda *_: pytest.fail("loaded pictures"))
    record = made()
    assert mapping.trained_on(record) is None
    decoded(fingerprint="e" * 64)
    assert mapping.trained_on(record) is None
    decoded()
    (folder,) = places.cache().glob("pictures-*")
    (folder / "files.csv").write_text("")
    assert mapping.trained_on(record) is None
    monkeypatch.setattr(mapping.assets, "find", lambda name: folder)
    monkeypatch.setattr(pictures, "from_archive", lambda path: made_up_pictures())
    assert mapping.trained_on(record) is None, "of the pictures of another archive"
    stand_in = replace(record, data={"source": "stand-in", "fingerprint": "s"})
    assert mapping.trained_on(stand_in) == frozenset(), "which has seen no photograph"


# Where it is written


def test_names_of_drawings_keep_the_ends_of_the_photographs_names(tmp_path):
    """So that cat.jpg and cat.png do not meet."""
    paths = [tmp_path / "cat.jpg", tmp_path / "cat.png"]
    found = mapping.targets(paths, tmp_path / "out")
    assert [path.name for path in found.values()] == ["cat.jpg.map.png", "cat.png.map.png"]
    assert mapping.numbers_of(found[paths[0]]).name == "cat.jpg.map.json"
    assert not (tmp_path / "out").exists()


def test_files_in_the_way_are_named_before_anything_is_written(tmp_path):
    """Drawings and numbers; force takes them, but no folder in place of a file."""
    paths = [tmp_path / f"{i}.jpg" for i in range(9)]
    (tmp_path / "3.jpg.map.json").touch()
    with pytest.raises(UserError, match=r"3\.jpg\.map\.json exists already: use --force"):
        mapping.targets(paths, tmp_path)
    for path in paths:
        (tmp_path / f"{path.name}.map.png").touch()
    with pytest.raises(UserError, match=r"0\.jpg\.map\.png, .* and 4 more exist already"):
        mapping.targets(paths, tmp_path)
    assert len(mapping.targets(paths, tmp_path, force=True)) == 9
    (tmp_path / "a.jpg.map.json").mkdir()
    with pytest.raises(UserError, match=r"a\.jpg\.map\.json is a folder"):
        mapping.targets([tmp_path / "a.jpg"], tmp_path, force=True)


def test_the_longest_name_that_is_taken_can_be_written(tmp_path):
    """And one letter more is refused before the start; letters of several bytes count so."""
    longest = mapping.LONGEST - len(mapping.NUMBERS)
    name = "é" * ((longest - 4) // 2) + ".jpg"
    name = "a" * (longest - len(name.encode())) + name
    (target,) = mapping.targets([tmp_path / name], tmp_path).values()
    with places.written_whole(mapping.numbers_of(target)) as path:
        path.write_text("numbers")
    with pytest.raises(UserError, match="is too long: shorten it"):
        mapping.targets([tmp_path / ("a" + name)], tmp_path)


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path, monkeypatch):
    """As one under a file, one of somebody else's, or on a medium that is only read."""
    (tmp_path / "out").touch()
    with pytest.raises(UserError, match="is not a folder: name another with -o"):
        mapping.make_folder(tmp_path / "out" / "deeper")

    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(mapping.tempfile, "TemporaryFile", refuse)
    with pytest.raises(UserError, match=r"cannot be written to \(Permission denied\)"):
        mapping.make_folder(tmp_path)


def test_weights_that_give_no_numbers_are_refused(mapper, tmp_path):
    """JSON has no NaN, and no class is the more probable one."""
    for parameter in mapper.network.parameters():
        parameter.data.fill_(float("nan"))
    photo = photos.opened(photograph(tmp_path / "a.png", 1))
    with pytest.raises(UserError, match="not finite"):
        list(mapper.map([photo]))


def test_what_killed_processes_left_is_swept(tmp_path):
    """When a folder is made for drawings; how it is known is in the tests of `places`."""
    (tmp_path / ".unfinished-1").mkdir()
    mapping.make_folder(tmp_path)
    assert os.listdir(tmp_path) == []
