"""Where in a picture the places of a map lie: in the middle of what each place's window sees.

A map that is stretched over its picture puts its places elsewhere: the eight places of CaffeNet's
map of 451 pixels stand for the classifier's windows of 227 pixels, whose middles lie at pixels 113
to 337. (Where the classifier sees padding a place sees the picture, around the same middle.)
"""

import numpy as np
from torch import nn


def shares(body: nn.Module, side: int, count: int, last: str = "") -> np.ndarray:
    """Find the middles of the windows of a map's places, along one side of the input.

    Each convolution and pooling adds to the way from its input to its output (Dumoulin and Visin,
    A guide to convolution arithmetic for deep learning, 2016); layers side by side, as in Fire
    modules and residual blocks, must keep the middles where they are.

    Parameters
    ----------
    body
        Layers in the order in which they are passed, with square windows.
    side
        Of the input, in pixels.
    count
        Places along the side.
    last
        Name of the layer in `body` whose output is the map; by default the last one.

    Returns
    -------
    ndarray
        float64 (count,), as shares of the side, rising: at 0 and 1 are its edges, and what lies
        outside is padding.
    """
    first, step, reached = 0.0, 1, False
    for name, layer in body.named_modules():
        inside = name == last or name.startswith(f"{last}.")
        if last and reached and not inside:
            break
        reached |= inside
        beside = ".downsample." in name
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d) and not beside:
            window, padding, dilation, stride = (
                np.ravel(getattr(layer, what))[0].item()
                for what in ("kernel_size", "padding", "dilation", "stride")
            )
            # timm's, which takes two seconds to import and is there already where one of its is.
            if type(layer).__name__ == "Conv2dSame":
                from pixels_to_sentiment.networks import compat  # noqa: F401

                # isort: split
                from timm.layers import get_same_padding

                # Padded by as much as the size asks for, of which the smaller half comes first.
                padding = get_same_padding(-(-side // step), window, stride, dilation) // 2
            first += step * (dilation * (window - 1) / 2 - padding)
            step *= stride
    return (first + step * np.arange(count) + 0.5) / side


def within(at: np.ndarray, side: int, crop: int) -> np.ndarray:
    """Turn shares of a picture's side into shares of its centre crop's; outside 0..1 is beyond."""
    return (at * side - (side - crop) // 2) / crop


def nearest(at: np.ndarray, size: int) -> np.ndarray:
    """Find the place nearest to each of the `size` pixels of a side, int64 (size,).

    `at` says where the places lie, as shares of the side, rising. Beyond the outermost ones it is
    the outermost one.
    """
    pixels = (np.arange(size) + 0.5) / size
    return np.searchsorted((at[1:] + at[:-1]) / 2, pixels, side="right")


def between(at: np.ndarray, size: int) -> np.ndarray:
    """Give the weights that turn the places along a side into its pixels, linearly, (size, n).

    Each row has the sum 1. Beyond the outermost places it is the outermost one.
    """
    pixels = (np.arange(size) + 0.5) / size
    return np.stack([np.interp(pixels, at, one) for one in np.eye(len(at))], axis=1)


def around(at: np.ndarray, size: int) -> np.ndarray:
    """Give the weights that turn the pixels of a side into the means around its places, (n, size).

    Each row has the sum 1. Around a place, of places that are evenly spaced, is what is nearer to
    it than to its neighbours and no farther than that on the outside, too; a single place has the
    whole side around it, and one beyond the side the outermost pixel.
    """
    half = (at[1] - at[0]) / 2 if len(at) > 1 else 1.0
    low = np.clip((at - half) * size, 0, size - 1)[:, None]
    high = np.clip((at + half) * size, 1, size)[:, None]
    pixels = np.arange(size)
    covered = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, None)
    return covered / covered.sum(1, keepdims=True)
