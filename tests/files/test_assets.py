"""Declared files: where they are looked for, and what is refused though it bears the name."""

import hashlib
import re
from pathlib import Path

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, assets
from pixels_to_sentiment.files.assets import Asset, Unavailable
from toy_files import BODY, NAME, OTHER, PACKING, PAGE, Served, serving, zipped


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Set up an empty cache, no mirror, no proxy between the tests and their own server."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(assets.MIRROR_VARIABLE, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache" / "files"


@pytest.fixture
def use(monkeypatch):
    """Name a mirror."""
    return lambda mirror: monkeypatch.setenv(assets.MIRROR_VARIABLE, str(mirror))


@pytest.fixture
def declare(monkeypatch):
    """Declare a file of known content, as `Asset` fields that may be replaced."""

    def add(body=BODY, **fields):
        known = {"size": len(body), "checksum": f"sha256:{hashlib.sha256(body).hexdigest()}"}
        given = {"name": NAME, "licence": "none"} | known | fields
        asset = Asset(what="some weights", used_for="starting a network", **given)
        monkeypatch.setitem(assets.ASSETS, asset.name, asset)

    return add


@pytest.fixture
def published(server, declare):
    """Serve a body at a published address and declare it."""

    def add(served=None, **fields):
        server.files["/here"] = served or Served()
        declare(url=f"{server.url}/here", **fields)
        return server.files["/here"]

    return add


def failure(name=NAME):
    with pytest.raises(Unavailable) as caught:
        assets.fetch(name)
    return str(caught.value)


def asked(server):
    return [request.path for request in server.requests]


# Where a file is looked for


def test_cache_comes_before_a_folder_and_a_folder_before_the_network(
    server, published, use, tmp_path, cache
):
    """A file in a mirror folder is used where it lies; a second fetch asks nobody."""
    published()
    path = assets.fetch(NAME)
    assert path == cache / NAME
    (tmp_path / NAME).write_bytes(BODY)
    use(tmp_path)
    assert assets.fetch(NAME) == assets.find(NAME) == path
    path.unlink()
    assert assets.fetch(NAME) == assets.find(NAME) == tmp_path / NAME
    assert not path.exists()
    assert asked(server) == ["/here"]


def test_mirror_address_comes_before_the_published_one(server, published, use):
    """A mirror on the web serves files under their declared names; what it lacks is published."""
    published()
    use(f"{server.url}/mirror/")
    assert assets.find(NAME) is None
    assert assets.fetch(NAME).read_bytes() == BODY
    assert asked(server) == [f"/mirror/{NAME}", "/here"]
    assets.find(NAME).unlink()
    server.files[f"/mirror/{NAME}"] = Served()
    assets.fetch(NAME)
    assert asked(server)[2:] == [f"/mirror/{NAME}"]


@pytest.mark.parametrize("mirrored", [False, True])
def test_nothing_is_downloaded_offline(server, published, monkeypatch, use, mirrored):
    """Neither from the published address nor from a mirror on the web, and the reason is told.

    A value of 0 is as good as none.
    """
    published()
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    use(server.url if mirrored else "")
    assert "nothing is downloaded while PIXELS_TO_SENTIMENT_OFFLINE" in failure()
    assert server.requests == []
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "0")
    assert assets.fetch(NAME).read_bytes() == BODY


@pytest.mark.parametrize("mirror", ["/no/such/folder", "ftp://example.org/files"])
def test_mirror_that_does_not_exist_is_refused(mirror, published, server, use):
    """A mistyped mirror is named at once and not passed over."""
    published()
    use(mirror)
    for ask in (assets.find, assets.fetch):
        with pytest.raises(UserError, match=mirror) as caught:
            ask(NAME)
        assert not isinstance(caught.value, Unavailable)
    assert not server.requests


def test_undeclared_name_is_refused():
    """Only declared files can be asked for."""
    with pytest.raises(UserError, match=r"nosuch\.zip"):
        assets.fetch("nosuch.zip")


# Files that are not what was declared


@pytest.mark.parametrize("bad", [BODY[:-1], OTHER])
def test_bad_cached_file_is_fetched_anew(published, cache, bad):
    """A truncated or altered file in the cache is replaced by a good one."""
    published()
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(bad)
    assert assets.find(NAME) is None
    assert assets.fetch(NAME).read_bytes() == BODY


def test_file_altered_after_its_check_is_noticed(published):
    """A remembered check does not outlive the file that was checked."""
    published()
    path = assets.fetch(NAME)
    assert assets.find(NAME) == path
    path.write_bytes(OTHER)
    assert assets.find(NAME) is None
    assert assets.sha256(path) == hashlib.sha256(OTHER).hexdigest()


def test_every_place_is_in_the_sentence(server, declare, use, tmp_path, cache):
    """When all places fail, one sentence has each with its reason, the use and the cure."""
    declare(url=f"{server.url}/gone")
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(OTHER)
    (tmp_path / NAME).write_bytes(BODY[:10])
    use(tmp_path)
    said = failure()
    for part in (
        f"{cache / NAME} has a wrong checksum",
        f"{tmp_path / NAME} has 10 bytes, not the declared 300,000",
        f"{server.url}/gone answered 404",
        "some weights",
        "starting a network",
        "PIXELS_TO_SENTIMENT_MIRROR",
    ):
        assert part in said
    assert "\n" not in said
    declare()
    assert "no published address" in failure()


@pytest.mark.parametrize(
    "checksum",
    [
        f"sha256:{hashlib.sha256(BODY).hexdigest()[:8]}",
        f"sha1:{hashlib.sha1(BODY).hexdigest()}",
    ],
)
def test_declared_digits_of_the_checksum_decide(published, checksum):
    """The first digits suffice; Caffe's model zoo publishes no other checksum than SHA-1."""
    served = published(size=None, checksum=checksum)
    assert assets.fetch(NAME).read_bytes() == BODY
    assets.find(NAME).unlink()
    served.body = OTHER
    assert f"wrong checksum ({checksum[:4]}" in failure()


# The archive of photographs, which is published in another packing than the mirror's


def test_another_packing_of_the_archive_is_accepted_if_it_is_whole(published, cache):
    """It has neither the declared size nor checksum; it is read through before it is used."""
    served = published(name="some.zip")
    served.body = zipped([("images/a.jpg", b"a" * 99)])
    with archives.open_archive(assets.fetch("some.zip")) as archive:
        assert archive.read("images/a.jpg") == b"a" * 99
    (cache / "some.zip").unlink()
    served.body = PACKING[:9000] + b"\0\0\0" + PACKING[9003:]
    assert "/here gave a file that is a damaged zip archive" in failure("some.zip")
    assert not (cache / "some.zip").exists()


def test_page_saved_as_an_archive_is_called_a_page(declare, use, tmp_path):
    """A web page saved from the browser under the archive's name is named as such."""
    declare(name="some.zip")
    (tmp_path / "some.zip").write_bytes(PAGE)
    use(tmp_path)
    assert f"{tmp_path / 'some.zip'} is a web page" in failure("some.zip")


# All that is declared


# CaffeNets of which no address that gives the file itself, and no checksum, could be read anywhere.
UNREAD = re.compile(r"places205CNN.*|english_lr10.*|mvso_.*")


def test_declarations_are_well_formed():
    """Names are plain; checksums hex, whole ones with a size; addresses safe or checked."""
    for name, asset in assets.ASSETS.items():
        assert name == asset.name == Path(name).name
        assert asset.what
        assert asset.used_for
        assert asset.licence
        assert asset.url or asset.checksum or UNREAD.fullmatch(name)
        kind, _, digits = (asset.checksum or "").partition(":")
        assert kind == "sha1" or asset.url is None or asset.url.startswith("https://")
        assert (asset.size is not None) == (kind == "sha256" and len(digits) == 64)
        if 0 < len(digits) < 40:  # torchvision's, which stand in the names of its files
            assert f"-{digits}." in name
        elif digits:
            assert re.fullmatch("[0-9a-f]{40}" if kind == "sha1" else "[0-9a-f]{64}", digits)


def test_nothing_is_declared_twice():
    """Two declarations share no name, of which one would be lost, no address, no checksum."""
    lines = Path(assets.__file__).with_name("declared.csv").read_text().splitlines()
    assert len(lines) > 10
    for given in (
        [line.partition(",")[0] for line in lines],
        [asset.url for asset in assets.ASSETS.values() if asset.url],
        [asset.checksum for asset in assets.ASSETS.values() if asset.checksum],
    ):
        assert len(given) == len(set(given))


def test_torchvision_files_are_where_torchvision_fetches_them():
    """Our addresses of torchvision's weights are those of the installed torchvision."""
    import pixels_to_sentiment.networks.compat  # noqa: F401

    # isort: split
    from torchvision import models

    theirs = {
        models.SqueezeNet1_1_Weights.IMAGENET1K_V1.url,
        models.SqueezeNet1_0_Weights.IMAGENET1K_V1.url,
        models.MobileNet_V2_Weights.IMAGENET1K_V2.url,
    }
    ours = [asset for asset in assets.ASSETS.values() if asset.name.endswith(".pth")]
    assert {asset.url for asset in ours} == theirs
    assert all(asset.url.endswith(f"/{asset.name}") for asset in ours)


def test_mirror_holds_what_is_declared(mirror):
    """Every declared file that can be had from a mirror alone is there and right.

    What else a mirror holds is its own affair.
    """
    lines = (mirror / "SHA256SUMS").read_text().splitlines()
    listed = {name: f"sha256:{digest}" for digest, name in map(str.split, lines)}
    declared = [one for one in assets.ASSETS.values() if one.size is not None]
    assert {one.name for one in declared if one.url is None} <= listed.keys()
    for one in declared:
        if one.name not in listed:
            continue
        assert listed[one.name] == one.checksum
        assert one.size == (mirror / one.name).stat().st_size
        assert assets.find(one.name) == mirror / one.name
