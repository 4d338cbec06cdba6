"""Declarations of the published files: complete, well-formed, none of them twice."""

import re
from pathlib import Path

from pixels_to_sentiment.files import declared
from pixels_to_sentiment.files.declared import ASSETS

# CaffeNets of which no address that gives the file itself, and no checksum, could be read anywhere.
UNREAD = re.compile(r"places205CNN.*|english_lr10.*|mvso_.*")


def test_declarations_are_well_formed():
    """Names are plain; checksums hex, whole ones with a size; addresses safe or checked."""
    for name, asset in ASSETS.items():
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
    lines = Path(declared.__file__).with_suffix(".csv").read_text().splitlines()
    assert len(lines) > 10
    for given in (
        [line.partition(",")[0] for line in lines],
        [asset.url for asset in ASSETS.values() if asset.url],
        [asset.checksum for asset in ASSETS.values() if asset.checksum],
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
    ours = [asset for asset in ASSETS.values() if asset.name.endswith(".pth")]
    assert {asset.url for asset in ours} == theirs
    assert all(asset.url.endswith(f"/{asset.name}") for asset in ours)
