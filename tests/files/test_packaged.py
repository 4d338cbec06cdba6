"""Weights out of an installed package: the declared file, or one sentence why not."""

import hashlib
import importlib.metadata

import pytest

from pixels_to_sentiment.files import assets, packaged
from toy_cli import said

pytestmark = pytest.mark.usefixtures("isolated")
DECLARED = assets.ASSETS[packaged.NAME]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package of this version, with this content of its file, which is given."""

    def install(version, content=b""):
        info = tmp_path / "site" / "weights.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: {packaged.PACKAGE}\nVersion: {version}\n")
        (info / "RECORD").write_text("weights.pth,,\n")
        found = importlib.metadata.Distribution.at(info)
        monkeypatch.setattr(packaged, "distribution", lambda name: found)
        file = info.with_name("weights.pth")
        file.write_bytes(content)
        return file

    return install


def _unpack(monkeypatch):
    """Have the package that is installed, or skip."""
    monkeypatch.setattr(packaged, "distribution", importlib.metadata.distribution)
    try:
        assert importlib.metadata.version(packaged.PACKAGE) == packaged.VERSION
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{packaged.PACKAGE} is not installed")


def test_the_package_gives_the_declared_file_byte_for_byte(isolated, monkeypatch):
    """So every tensor is the mirror's, and no result can tell where the weights came from.

    Who shares the cache can read it, too.
    """
    _unpack(monkeypatch)
    path = assets.fetch(packaged.NAME)
    assert path.is_relative_to(isolated / "cache")
    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" == DECLARED.checksum
    assert assets.find(packaged.NAME) == path
    (isolated / "plain").touch()
    assert path.stat().st_mode == (isolated / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (None, "is not installed"),
        ("0.2.0", r"0\.2\.0 does not hold the file of 0\.1\.0"),
    ],
)
def test_what_is_no_such_package_is_said_with_the_cure(package, version, reason):
    """Missing, of another version, or changed, before anything of it is unpickled."""
    if version:
        package(version, b"something else")
    assert assets.find(packaged.NAME) is None
    with pytest.raises(assets.Unavailable, match=reason) as caught:
        assets.fetch(packaged.NAME)
    assert f"run `{packaged.CURE}`" in str(caught.value)


def test_files_are_listed_also_where_nothing_can_be_taken_out_of_the_package(
    isolated, monkeypatch, capsys
):
    """Whoever fetches it is told what is in the way."""
    (isolated / "file").touch()
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(isolated / "file" / "cache"))
    _unpack(monkeypatch)
    out = said(capsys, "files", "list")
    assert out.count("not here") == len(assets.ASSETS)
    with pytest.raises(assets.Unavailable, match="file/cache/files cannot be written"):
        assets.fetch(packaged.NAME)
