#!/usr/bin/env bash
# Pillow gives wrong colours for a 16-bit TIFF whose planes are apart, and says nothing.
#
# Versions: pillow 13.0.0, tifffile 2026.3.3, numpy 2.4.6, Python 3.11. Date: 2026-11-28.
# Expectation: an RGB TIFF of 16 bits a sample shows the same colours whether its samples are side by
#   side or in three planes: PlanarConfiguration is a matter of storage.
# Behaviour: side by side the upper bytes come out exactly. In three planes, not compressed, the file
#   opens without a warning as RGB, and its values are others, up to 245 of 255 away. Compressed, the
#   same planes are right: Pillow then reads by libtiff, and only otherwise by its own decoder.
# Cure: TiffImagePlugin.READ_LIBTIFF = True before opening, or tifffile.
# Output seen:
#   contig, none 0
#   separate, zlib 0
#   separate, none 245
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import tifffile
from PIL import Image

planes = (np.arange(3 * 24 * 36) % 3277 * 20).astype(np.uint16).reshape(3, 24, 36)
upper = np.moveaxis(planes >> 8, 0, 2).astype(int)
apart = {}
for planar, compression in (("contig", None), ("separate", "zlib"), ("separate", None)):
    samples = planes if planar == "separate" else np.moveaxis(planes, 0, 2)
    tifffile.imwrite(
        "a.tif",
        samples,
        photometric="rgb",
        planarconfig=planar,
        compression=compression,
        metadata=None,
    )
    with Image.open("a.tif") as opened:
        largest = int(abs(np.asarray(opened.convert("RGB")).astype(int) - upper).max())
    apart[planar, compression] = largest
    print(f"{planar}, {compression or 'none'}", largest)
seen = {("contig", None): 0, ("separate", "zlib"): 0}
as_seen = apart["separate", None] > 100 and all(apart[k] == v for k, v in seen.items())
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
