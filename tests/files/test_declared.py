"""Declarations of the published files: complete, well-formed, none of them twice."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from pixels_to_sentiment.files import declared
from pixels_to_sentiment.files.declared import ASSETS, Asset

# CaffeNets of which no address that gives the file itself, and no checksum, could be read anywhere.
UNREAD = re.compile(r"places205CNN.*|english_lr10.*|mvso_.*")


def test_declarations_are_well_formed():
    """Names are plain file names; checksums are hex; kinds fit names; addresses are safe."""
    suffixes = {"zip": ".zip", "safetensors": ".safetensors", "torch": ".pth", "log": ".log"}
    for name, asset in ASSETS.items():
        assert name == asset.name == Path(name).name
        assert name.endswith(suffixes.get(asset.kind, f".{asset.kind}"))
        assert asset.what
        assert asset.used_for
        assert asset.licence
        assert asset.url is None or asset.url.startswith("https://") or asset.sha1
        assert asset.url or asset.sha256 or UNREAD.fullmatch(name)
        assert asset.sha1 is None or re.fullmatch("[0-9a-f]{40}", asset.sha1)
        assert asset.sha256 is None or re.fullmatch("[0-9a-f]{64}", asset.sha256)
        assert asset.sha256_prefix is None or f"-{asset.sha256_prefix}." in name


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
    ours = [asset for asset in ASSETS.values() if asset.kind == "torch"]
    assert {asset.url for asset in ours} == theirs
    assert all(asset.url.endswith(f"/{asset.name}") for asset in ours)


def test_kinds_are_those_that_are_described():
    """A mistyped kind would be fetched, and then read by nothing."""
    described = set(re.findall('``"([a-z]+)"``', Asset.__doc__))
    assert {asset.kind for asset in ASSETS.values()} == described


def test_a_whole_checksum_comes_with_a_size():
    """Who has had the file in hand knows both; the size spares a wrong download."""
    for asset in ASSETS.values():
        assert (asset.size is None) == (asset.sha256 is None)
        assert asset.size is None or asset.size > 0


def test_no_name_is_declared_twice():
    """The second of two declarations would silently take the place of the first."""
    calls = [
        node.args[0].value
        for node in ast.walk(ast.parse(Path(declared.__file__).read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Asset"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(calls) > 10
    assert [name for name, times in Counter(calls).items() if times > 1] == []


@pytest.mark.parametrize("field", ["url", "sha256", "sha256_prefix", "sha1"])
def test_no_two_files_share_an_address_or_a_checksum(field):
    """A declaration begun as a copy of another one keeps nothing of it."""
    given = [value for asset in ASSETS.values() if (value := getattr(asset, field))]
    assert len(given) == len(set(given))
