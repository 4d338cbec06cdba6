"""Pictures read and resized as Caffe's Python interface does it, unrounded.

The authors' released script calls ``caffe.io.load_image`` and ``caffe.Classifier.predict`` with
``image_dims=(256, 256)``, ``channel_swap=(2, 1, 0)``, ``raw_scale=255`` and the mean per channel
(Caffe's ``python/caffe/io.py`` and ``classifier.py``).

The rest of the project takes a faster way to the same numbers: `pictures.warp` once, then
`declared.CAFFE.prepare` on crops that `pictures.cut` takes at `prediction.ten_corners`. It
differs in two things: the resized picture is kept as uint8, so a value in 0..255 is off by its
rounding, at most 0.5; and the outermost pixels of enlarged pictures are those of Caffe's data
layers and not of its Python interface, of which `resize` tells.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from pixels_to_sentiment.errors import Damaged, damage

SIDE = 256
# Pillow's modes with 8 bits a channel or fewer, which it turns into RGB without loss.
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")


def load_image(file: Path | str | BinaryIO) -> np.ndarray:
    """Read a picture as ``caffe.io.load_image`` does, float32 RGB (h, w, 3) in 0..1.

    Grey is repeated to three channels and transparency dropped, not blended; pictures with a
    palette or in CMYK become RGB. An orientation noted in the file (EXIF) is not applied. Of a
    picture with several frames the first counts.

    Raises
    ------
    UserError
        If the file cannot be read, is not a whole picture, or has more than 8 bits a channel.
    """
    name = file if isinstance(file, Path | str) else getattr(file, "name", "The picture")
    with damage(name, "fetch or save it again", "a picture"), Image.open(file) as image:
        if image.mode not in _MODES:
            raise Damaged(f"it has pixels of mode {image.mode}", "save it with 8 bits a channel")
        return (np.asarray(image.convert("RGB")) / 255).astype(np.float32)


def resize(image: np.ndarray) -> np.ndarray:
    """Resize to a square of 256 pixels as ``caffe.io.resize_image`` does, in whatever range.

    Bilinear between the four nearest pixels, without smoothing first and without keeping the aspect
    ratio. The centre of output pixel i lies at ``(i + 0.5) * size / 256 - 0.5``. Caffe resizes with
    scikit-image and, for its sake, scales the picture to 0..1 before and back after; that changes
    no linear interpolation but its last bit, and is left out.

    Beyond the outermost centres, which only an enlarged picture reaches, ``caffe.io`` sees the
    smallest value of the picture (scikit-image's ``mode="constant"``, after the scaling), so that
    the outermost row or column fades to it. OpenCV, and with it Caffe's data layers, repeat the
    edge.
    """
    low, whole = image.min(), (1, 3, SIDE, SIDE)
    planes = torch.from_numpy(image.astype(float) - low).permute(2, 0, 1)[None]
    grid = F.affine_grid(torch.eye(2, 3, dtype=torch.double)[None], whole, align_corners=False)
    resized = F.grid_sample(planes, grid, padding_mode="zeros", align_corners=False)
    return (resized[0].permute(1, 2, 0).numpy() + low).astype(np.float32)
