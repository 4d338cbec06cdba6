"""Declared files: where they are looked for, and what is refused though it bears the name."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, assets, downloads
from pixels_to_sentiment.files.assets import Asset, Unavailable
from toy_files import BODY, NAME, OTHER, PACKING, PAGE, Served, serving, zipped

MIRROR = Path(__file__).parents[3] / "shared" / "mirror"
needs_mirror = pytest.mark.skipif(
    not MIRROR.is_dir(), reason="the mirror with the photographs is not beside the checkout"
)


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Set up an empty cache, no mirror, no proxy between the tests and their own server."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PIXELS_TO_SENTIMENT_MIRROR", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(downloads, "_SLOW_FAILURES", {})
    return tmp_path / "cache" / "files"


@pytest.fixture
def declare(monkeypatch):
    """Declare a file of known content, as `Asset` fields that may be replaced."""

    def add(body=BODY, **fields):
        known = {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        given = {"name": NAME, "kind": "safetensors", "licence": "none"} | known | fields
        asset = Asset(what="some weights", used_for="starting a network", **given)
        monkeypatch.setitem(assets.ASSETS, asset.name, asset)
        return asset

    return add


@pytest.fixture
def published(server, declare):
    """Serve a body at a published address and declare it."""

    def add(served=None, **fields):
        server.files["/here"] = served or Served()
        declare(url=f"{server.url}/here", **fields)
        return server.files["/here"]

    return add


def failure(**arguments):
    with pytest.raises(Unavailable) as caught:
        assets.fetch(NAME, **arguments)
    return str(caught.value)


# Where a file is looked for


def test_cached_file_makes_no_request(server, published):
    """The second fetch of a file does not touch the network."""
    published()
    assets.fetch(NAME)
    assert assets.fetch(NAME) == assets.find(NAME)
    assert len(server.requests) == 1


def test_folder_mirror_is_used_in_place(server, published, tmp_path, cache):
    """A file in a mirror folder is neither copied nor asked for elsewhere."""
    published()
    (tmp_path / NAME).write_bytes(BODY)
    assert assets.fetch(NAME, mirror=tmp_path) == tmp_path / NAME
    assert not server.requests
    assert not cache.exists()


def test_cache_comes_before_mirror(published, tmp_path, cache):
    """With both at hand the cached file is used."""
    published()
    assets.fetch(NAME)
    (tmp_path / NAME).write_bytes(BODY)
    assert assets.find(NAME, mirror=tmp_path) == cache / NAME


def test_mirror_comes_from_the_environment(declare, tmp_path, monkeypatch):
    """The environment variable names the mirror; an empty argument overrides it with none."""
    declare()
    (tmp_path / NAME).write_bytes(BODY)
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_MIRROR", str(tmp_path))
    assert assets.find(NAME) == tmp_path / NAME
    assert assets.find(NAME, mirror="") is None


@pytest.mark.parametrize("slash", ["", "/"])
def test_mirror_address_comes_before_the_published_one(server, published, slash):
    """A mirror on the web serves a file under its declared name and spares the published one."""
    published()
    server.files[f"/mirror/{NAME}"] = Served()
    assets.fetch(NAME, mirror=f"{server.url}/mirror{slash}")
    assert [request.path for request in server.requests] == [f"/mirror/{NAME}"]


def test_published_address_follows_a_mirror_without_the_file(server, published):
    """What the mirror lacks is had from the published address."""
    published()
    assert assets.fetch(NAME, mirror=f"{server.url}/empty").read_bytes() == BODY
    assert [request.path for request in server.requests] == [f"/empty/{NAME}", "/here"]


@pytest.mark.parametrize("mirrored", [False, True])
def test_nothing_is_downloaded_offline(server, published, monkeypatch, mirrored):
    """Neither from the published address nor from a mirror on the web, and the reason is told."""
    published()
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    with pytest.raises(Unavailable, match="nothing is downloaded while PIXELS_TO_SENTIMENT_OFF"):
        assets.fetch(NAME, mirror=server.url if mirrored else "")
    assert server.requests == []


@pytest.mark.parametrize("value", ["", "0"])
def test_offline_can_be_switched_off(published, monkeypatch, value):
    """An empty value or 0 is as good as none."""
    published()
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, value)
    assert assets.fetch(NAME).read_bytes() == BODY


def test_a_file_at_hand_is_used_offline(published, tmp_path, monkeypatch):
    """A folder needs no network."""
    published()
    (tmp_path / NAME).write_bytes(BODY)
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    assert assets.fetch(NAME, mirror=tmp_path) == tmp_path / NAME


def test_find_never_uses_the_network(server, published):
    """Looking for what is at hand asks no server, not even a mirror's."""
    published()
    server.files[f"/{NAME}"] = Served()
    assert assets.find(NAME, mirror=server.url) is None
    assert not server.requests


@pytest.mark.parametrize("ask", [assets.find, assets.fetch])
@pytest.mark.parametrize("mirror", ["/no/such/folder", "ftp://example.org/files"])
def test_mirror_that_does_not_exist_is_refused(ask, mirror, published, server):
    """A mistyped mirror is named at once and not passed over."""
    published()
    with pytest.raises(UserError, match=mirror) as caught:
        ask(NAME, mirror=mirror)
    assert not isinstance(caught.value, Unavailable)
    assert not server.requests


@pytest.mark.parametrize("ask", [assets.find, assets.fetch])
def test_undeclared_name_is_refused(ask):
    """Only declared files can be asked for."""
    with pytest.raises(UserError, match=r"nosuch\.zip"):
        ask("nosuch.zip")


# Files that are not what was declared


@pytest.mark.parametrize("bad", [BODY[:-1], OTHER, PAGE, b""])
def test_bad_cached_file_is_fetched_anew(published, cache, bad):
    """A truncated, altered or empty file in the cache is replaced by a good one."""
    published()
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(bad)
    assert assets.find(NAME) is None
    assert assets.fetch(NAME).read_bytes() == BODY


def test_file_altered_after_its_check_is_noticed(published, tmp_path):
    """A remembered check does not outlive the file that was checked, even with the old date."""
    published()
    path = assets.fetch(NAME)
    assert assets.find(NAME) == path
    before = path.stat()
    time.sleep(0.02)
    path.write_bytes(OTHER)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert assets.find(NAME) is None
    assert assets.sha256(path) == hashlib.sha256(OTHER).hexdigest()


def test_every_place_is_in_the_sentence(server, declare, tmp_path, cache):
    """When all places fail, one sentence has each with its reason, the use and the cure."""
    declare(url=f"{server.url}/gone")
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(OTHER)
    (tmp_path / NAME).write_bytes(BODY[:10])
    said = failure(mirror=tmp_path)
    assert f"{cache / NAME} has a wrong checksum" in said
    assert f"{tmp_path / NAME} has 10 bytes, not the declared 300,000" in said
    assert f"{server.url}/gone answered 404" in said
    assert "some weights" in said
    assert "starting a network" in said
    assert "PIXELS_TO_SENTIMENT_MIRROR" in said
    assert "\n" not in said


def test_file_without_published_address_says_so(declare):
    """A conversion that nobody serves is not promised from the network."""
    declare()
    assert "no published address" in failure()


@pytest.mark.parametrize("digits", [8, 64])
def test_declared_digits_of_the_checksum_decide(published, digits):
    """The first digits of a checksum suffice to accept a file and to refuse another."""
    digest = hashlib.sha256(BODY).hexdigest()[:digits]
    served = published(size=None, sha256=None, sha256_prefix=digest)
    assert assets.fetch(NAME).read_bytes() == BODY
    (assets.find(NAME)).unlink()
    served.body = OTHER
    assert "wrong checksum" in failure()


def test_empty_file_is_refused_where_nothing_is_known_of_it(published):
    """An empty answer is no file, even if neither size nor checksum is declared."""
    published(Served(b""), size=None, sha256=None)
    assert "gave a file that is empty" in failure()


def test_file_of_another_size_is_refused_before_it_is_sent(published, cache):
    """The declared size spares the download of what cannot be the file."""
    published(Served(BODY + b"more"))
    assert "/here has a file of 300,004 bytes, not the declared 300,000" in failure()
    assert not list(cache.glob("*.part"))


@pytest.mark.parametrize("progress", [True, False])
def test_progress_is_drawn_if_wanted(published, capsys, monkeypatch, progress):
    """The caller decides whether a terminal shows the bar."""
    published()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assets.fetch(NAME, progress=progress)
    assert (NAME in capsys.readouterr().err) is progress


# The archive of photographs, which is published in another packing than the mirror's


def test_another_packing_of_the_archive_is_accepted(server, declare):
    """The published archive has neither the declared size nor checksum, and is whole."""
    declare(name=NAME, kind="zip", url=f"{server.url}/here")
    server.files["/here"] = Served(zipped([("images/a.jpg", b"a" * 99)]))
    with archives.open_archive(assets.fetch(NAME)) as archive:
        assert archive.read("images/a.jpg") == b"a" * 99


def test_archive_that_is_not_whole_is_refused(server, declare, cache):
    """What arrives as an archive is read through before it is used."""
    declare(name=NAME, kind="zip", url=f"{server.url}/here")
    server.files["/here"] = Served(PACKING[:9000] + b"\0\0\0" + PACKING[9003:])
    assert f"{server.url}/here gave a file that is a damaged zip archive" in failure()
    assert not (cache / NAME).exists()


def test_page_saved_as_an_archive_is_called_a_page(declare, tmp_path):
    """A web page saved from the browser under the archive's name is named as such."""
    declare(kind="zip")
    (tmp_path / NAME).write_bytes(PAGE)
    assert f"{tmp_path / NAME} is a web page" in failure(mirror=tmp_path)


def test_a_file_is_held_against_its_sha1(declare, tmp_path):
    """Caffe's model zoo publishes no other checksum."""
    declare(kind="caffemodel", size=None, sha256=None, sha1=hashlib.sha1(b"right").hexdigest())
    (tmp_path / NAME).write_bytes(b"wrong")
    assert "has a wrong checksum (SHA-1" in failure(mirror=tmp_path)
    (tmp_path / NAME).write_bytes(b"right")
    assert assets.fetch(NAME, mirror=tmp_path) == tmp_path / NAME


# All that is declared


def test_module_does_without_torch():
    """Listing files answers at once: the module imports neither torch nor numpy."""
    module = "pixels_to_sentiment.files.assets"
    program = f"import sys, {module}; print({{'torch', 'numpy'}} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"set()\n"


@needs_mirror
def test_mirror_holds_what_is_declared():
    """Every declared file that can be had from a mirror alone is there and right.

    What else a mirror holds is its own affair.
    """
    lines = (MIRROR / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in map(str.split, lines)}
    declared = [one for one in assets.ASSETS.values() if one.sha256 is not None]
    assert {one.name for one in declared if one.url is None} <= listed.keys()
    for one in declared:
        assert listed[one.name] == one.sha256 == assets.sha256(MIRROR / one.name)
        assert one.size == (MIRROR / one.name).stat().st_size
        assert assets.find(one.name, mirror=MIRROR) == MIRROR / one.name
