"""Caffe's reference CaffeNet and AlexNet, layer for layer, with its names, conventions, fillers."""

import math
from collections import OrderedDict
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# What fc6 sees of pool5 for a crop of 227: channels, height, width.
FC6_WINDOW = (256, 6, 6)


class LocalResponseNorm(nn.Module):
    """Normalisation across 5 neighbouring channels, Caffe's ``LRN`` layer of CaffeNet.

    ``x / (1 + alpha / 5 * sum of x squared over the 5 channels) ** 0.75``. The sum is a 1x1
    convolution with a banded matrix, which gives what `torch.nn.functional.local_response_norm`
    gives in a fraction of the time; with ``banded`` false that function is called.
    """

    def __init__(self, channels: int, alpha: float = 1e-4):
        super().__init__()
        self.alpha = alpha
        self.banded = True
        distance = torch.arange(channels)[:, None] - torch.arange(channels)[None]
        band = (distance.abs() <= 2).float() * alpha / 5
        self.register_buffer("band", band[:, :, None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (n, channels, h, w), in float32 even under autocast."""
        # 1 + a small number loses the small number in bfloat16.
        with torch.autocast(x.device.type, enabled=False):
            x = x.float()
            if not self.banded:
                return F.local_response_norm(x, 5, self.alpha, 0.75, 1.0)
            root = torch.rsqrt(F.conv2d(x * x, self.band) + 1)
            return x * root * root.sqrt()


class Linear(nn.Linear):
    """Fully connected layer, Caffe's ``InnerProduct``.

    On the CPU in float32 by oneDNN, as convolutions are; torch's own product asks MKL, which takes
    two to three times as long on processors that are not Intel's. With ``onednn`` false, and
    elsewhere, as torch does it.
    """

    onednn = True

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, features out) for (n, features in)."""
        fast = self.onednn and x.device.type == "cpu" and torch.backends.mkldnn.is_available()
        if not fast or x.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
            return super().forward(x)
        return torch._C._nn.mkldnn_linear(x.to_mkldnn(), self.weight, self.bias).to_dense()


def caffenet(classes: int = 2) -> nn.Module:
    """Build Caffe's reference CaffeNet, filled as Caffe fills it.

    Layer names, order (pooling before normalisation), groups and fillers are those of
    ``models/bvlc_reference_caffenet/train_val.prototxt``; Caffe's pooling rounds up. Two classes
    make the last layer the paper's ``fc8_twitter``; otherwise it is ``fc8``.
    """
    return _network(classes, ("pool", "norm"), bias=1.0)


def alexnet(classes: int = 2) -> nn.Module:
    """Build Caffe's AlexNet, which is CaffeNet with normalisation before pooling.

    As ``models/bvlc_alexnet/train_val.prototxt`` has it, whose biases start at 0.1 where
    CaffeNet's start at 1.
    """
    return _network(classes, ("norm", "pool"), bias=0.1)


def _network(classes: int, after: tuple[str, str], bias: float) -> nn.Module:
    """Five convolutions, of which the first two are pooled and normalised in some order; fc6-8."""

    def conv(channels: int, filters: int, kernel: int, bias: float, **options: int) -> nn.Module:
        return _filled(nn.Conv2d(channels, filters, kernel, **options), 0.01, bias)

    pool = partial(nn.MaxPool2d, 3, 2, ceil_mode=True)

    def reduced(number: int, channels: int) -> dict[str, nn.Module]:
        made = {"pool": pool(), "norm": LocalResponseNorm(channels)}
        return {f"{kind}{number}": made[kind] for kind in after}

    last = "fc8_twitter" if classes == 2 else "fc8"
    layers = OrderedDict(
        conv1=conv(3, 96, 11, 0.0, stride=4),
        relu1=nn.ReLU(inplace=True),
        **reduced(1, 96),
        conv2=conv(96, 256, 5, bias, padding=2, groups=2),
        relu2=nn.ReLU(inplace=True),
        **reduced(2, 256),
        conv3=conv(256, 384, 3, 0.0, padding=1),
        relu3=nn.ReLU(inplace=True),
        conv4=conv(384, 384, 3, bias, padding=1, groups=2),
        relu4=nn.ReLU(inplace=True),
        conv5=conv(384, 256, 3, bias, padding=1, groups=2),
        relu5=nn.ReLU(inplace=True),
        pool5=pool(),
        flatten=nn.Flatten(),
        fc6=_filled(Linear(math.prod(FC6_WINDOW), 4096), 0.005, bias),
        relu6=nn.ReLU(inplace=True),
        drop6=nn.Dropout(0.5),
        fc7=_filled(Linear(4096, 4096), 0.005, bias),
        relu7=nn.ReLU(inplace=True),
        drop7=nn.Dropout(0.5),
        **{last: _filled(Linear(4096, classes), 0.01, 0.0)},
    )
    return nn.Sequential(layers)


def _filled(module: nn.Module, std: float, bias: float) -> nn.Module:
    """Caffe's ``gaussian`` weight filler and ``constant`` bias filler."""
    nn.init.normal_(module.weight, std=std)
    nn.init.constant_(module.bias, bias)
    return module
