"""The networks as data: what is named is there, and naming it costs nothing."""

import subprocess
import sys

from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks.declared import ARCHITECTURES


def test_every_asset_of_a_start_is_declared():
    named = {n for a in ARCHITECTURES.values() for s in a.starts.values() for n in s.assets}
    assert named <= set(assets.ASSETS)


def test_a_network_is_named_and_checked_without_torch():
    """Its starts and files, too; only names of timm need timm."""
    program = (
        "import sys; from pixels_to_sentiment.files import assets\n"
        "from pixels_to_sentiment.networks import declared\n"
        "declared.find_start('caffenet+fc7-2', 'imagenet')\n"
        "sys.exit(bool({'torch', 'pandas', 'numpy'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
