"""The architectures: builders, starts, input conventions, and what can be cut or added.

A *variant* is a network made of an architecture by surgery: cut after one of its layers, whose own
outputs then are the class scores, or which gets a new layer on top. The paper's layer ablation
(fc7-4096, fc6-4096, fc7-2, fc6-2) and its layer addition (fc9) are variants of CaffeNet, and the
other architectures have their own after the same pattern.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pandas as pd
import torch
from torch import Tensor, nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import compat  # noqa: F401  (before torchvision)
from pixels_to_sentiment.networks.caffenet import alexnet, caffenet

# isort: split
from torchvision import models

CLASSES = ("negative", "positive")
# Between an architecture's name and that of its variant, as in ``caffenet+fc7-2``.
VARIANT = "+"
# The layer of 1000 classes under a layer that is added.
IMAGENET_CLASSES = 1000


@dataclass(frozen=True)
class Convention:
    """What a network expects of its input.

    Attributes
    ----------
    order
        Channel order, ``"RGB"`` or ``"BGR"``.
    scale
        Factor applied to pixel values 0..255.
    mean, std
        Per channel, in the channel order and scale above.
    crop
        Side of the square crop in pixels.
    """

    order: str
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    crop: int

    def prepare(self, pixels: Tensor) -> Tensor:
        """Turn uint8 RGB crops (n, h, w, 3) into float32 input (n, 3, h, w), channels last."""
        x = pixels.permute(0, 3, 1, 2)
        if self.order == "BGR":
            x = x.flip(1)  # of bytes, a quarter of what it would be of floats
        mean, std = (torch.tensor(one, device=x.device) for one in (self.mean, self.std))
        x = x.contiguous(memory_format=torch.channels_last).float()
        if self.scale != 1:
            x.mul_(self.scale)
        x.sub_(mean.view(3, 1, 1))
        return x if (std == 1).all() else x.div_(std.view(3, 1, 1))


# The ILSVRC-2012 mean per channel, as the authors' released scripts subtract it.
CAFFE = Convention("BGR", 1.0, (104.007, 116.669, 122.679), (1.0, 1.0, 1.0), 227)
# The mean of Places205 per channel, as published for the VGG network trained on it; the mean file
# of the CaffeNet trained on it could not be read.
PLACES = Convention("BGR", 1.0, (105.488, 113.741, 116.060), (1.0, 1.0, 1.0), 227)
TORCHVISION = Convention("RGB", 1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 224)


@dataclass(frozen=True)
class Start:
    """Weights that a network can start from.

    Attributes
    ----------
    assets
        Declared files in order of preference.
    convention
        Input convention of these weights.
    new
        Shell patterns of parameters that the file does not hold and that start new.
    frozen_norms
        As for `network.Network`.
    ignored
        Shell patterns of layers in the file that the network does not have.
    fine_tuned
        The file holds a 2-way head too, which is loaded.
    classifier
        Name in the file, and number of classes, of the classifier that the weights were trained
        with, where they are not the architecture's own; a layer that is added goes on top of it.
    """

    assets: tuple[str, ...]
    convention: Convention
    new: tuple[str, ...] = ()
    frozen_norms: bool = False
    ignored: tuple[str, ...] = ()
    fine_tuned: bool = False
    classifier: tuple[str, int] | None = None


@dataclass(frozen=True)
class Variant:
    """A network cut after one of its layers.

    Attributes
    ----------
    last
        The last layer that is kept, by its dotted name.
    outputs
        Numbers that it gives, averaged over places where it has places.
    head
        Name of the new 2-way layer on top of it. Empty: its own outputs are the scores of as many
        classes, of which the first two are negative and positive and the others never occur.
    on_classifier
        The layer that is kept last is the 1000-way classifier of ImageNet, so that nothing is cut
        and a layer is added.
    """

    last: str
    outputs: int
    head: str = ""
    on_classifier: bool = False


@dataclass(frozen=True)
class Architecture:
    """How to build a network.

    Attributes
    ----------
    build
        Gives the body; called with the number of classes, with 2 for the two-way head.
    convention
        Input convention of a start from random weights.
    head
        Dotted name of the last layer with two classes.
    starts, variants
        By name.
    """

    build: Callable[[int], nn.Module]
    convention: Convention
    head: str
    starts: dict[str, Start] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)

    def layers(self) -> set[str]:
        """Names of all layers with parameters, without filling any."""
        with torch.device("meta"):
            names = [name for name, _ in self.build(len(CLASSES)).named_parameters()]
        return {name.rpartition(".")[0] for name in names}


def sizes(names: Iterable[str]) -> pd.DataFrame:
    """Count the parameters of networks and their variants, without filling any.

    Returns
    -------
    DataFrame
        ``network`` (as given), ``parameters`` (millions) and ``left`` (share of those of the whole
        network).
    """
    rows = []
    for name in names:
        family, _, variant = name.partition(VARIANT)
        architecture = ARCHITECTURES[family]
        with torch.device("meta"):
            whole = made = architecture.build(len(CLASSES))
            if variant:
                chosen = architecture.variants[variant]
                classes = IMAGENET_CLASSES if chosen.on_classifier else len(CLASSES)
                made = operate(architecture.build(classes), chosen)
        count, total = (sum(p.numel() for p in body.parameters()) for body in (made, whole))
        rows.append((name, count / 1e6, count / total))
    return pd.DataFrame(rows, columns=["network", "parameters", "left"])


def operate(body: nn.Module, variant: Variant) -> nn.Module:
    """Cut a body after a layer and put a new one there, as a variant has it.

    The layers that are kept keep their names and are not copied. Outputs that have places are
    averaged over them, as SqueezeNet and MobileNetV2 do themselves.

    Raises
    ------
    UserError
        If the body has no layer of that name.
    """
    layers = _kept(body, variant.last)
    if "features" in layers and "flat" not in layers:
        layers |= {"mean": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten()}
    if variant.head:
        layers[variant.head] = new_head(nn.Linear(variant.outputs, len(CLASSES)))
    return nn.Sequential(layers)


def _kept(body: nn.Module, last: str) -> OrderedDict[str, nn.Module]:
    """Modules of a body in their order up to the last one, under their names."""
    name, _, inner = last.partition(".")
    kept = OrderedDict()
    for child, module in body.named_children():
        kept[child] = module
        if child == name:
            kept[child] = nn.Sequential(_kept(module, inner)) if inner else module
            return kept
    raise UserError(f"There is no layer {last!r}: choose from {list(kept)}.")


def new_head(module: nn.Module) -> nn.Module:
    """Fill a new last layer as the paper's: Gaussian 0.01, zero bias."""
    nn.init.normal_(module.weight, std=0.01)
    nn.init.zeros_(module.bias)
    return module


def _squeezenet(build: Callable[..., nn.Module]) -> Callable[[int], nn.Module]:
    def make(classes: int) -> nn.Module:
        body = build(weights=None)
        if classes != IMAGENET_CLASSES:
            body.classifier[1] = new_head(nn.Conv2d(512, classes, 1))
        return body

    return make


def _mobilenet_v2(classes: int) -> nn.Module:
    body = models.mobilenet_v2(weights=None)
    if classes != IMAGENET_CLASSES:
        body.classifier[1] = new_head(nn.Linear(1280, classes))
    # In torchvision's the average is a step without a name, at which nothing could be cut.
    steps = OrderedDict(
        features=body.features,
        mean=nn.AdaptiveAvgPool2d(1),
        flat=nn.Flatten(),
        classifier=body.classifier,
    )
    return nn.Sequential(steps)


# CaffeNets trained on other pictures: names of files, last layers and counts of classes as far as
# they could be read in public code that uses them. Of five MVSO languages nothing could be read,
# so their files have names of our own and nothing can be added on top of their classifiers.
_OTHER_CAFFENETS = {
    "places": Start(
        ("places205CNN_iter_300000_upgraded.caffemodel",),
        PLACES,
        ignored=("fc8*",),
        classifier=("fc8", 205),
    ),
    "deepsentibank": Start(
        ("caffe_sentibank_train_iter_250000.caffemodel",),
        CAFFE,
        ignored=("fc8*",),
        classifier=("fc8-t", 2089),
    ),
    "mvso-english": Start(
        ("english_lr10_iter_210000.caffemodel",),
        CAFFE,
        ignored=("fc8*",),
        classifier=("fc8_en", 4342),
    ),
    **{
        f"mvso-{language}": Start((f"mvso_{language}.caffemodel",), CAFFE, ignored=("fc8*",))
        for language in ("spanish", "french", "italian", "chinese", "german")
    },
}

ARCHITECTURES = {
    "caffenet": Architecture(
        caffenet,
        CAFFE,
        "fc8_twitter",
        {
            "imagenet-convolutions": Start(
                ("caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors",),
                CAFFE,
                new=("conv?.bias", "fc6.*", "fc7.*", "fc8.*"),
            ),
            "imagenet": Start(("bvlc_reference_caffenet.caffemodel",), CAFFE, ignored=("fc8",)),
            "released": Start(
                (
                    "twitter_finetuned_test4_iter_180.caffemodel",
                    "twitter_finetuned_test4_iter_180_conv.caffemodel",
                ),
                CAFFE,
                fine_tuned=True,
            ),
            **_OTHER_CAFFENETS,
        },
        {
            "fc7-4096": Variant("fc7", 4096),
            "fc6-4096": Variant("fc6", 4096),
            "fc7-2": Variant("drop6", 4096, "fc7_twitter"),
            "fc6-2": Variant("flatten", 9216, "fc6_twitter"),
            "fc8-1000": Variant("fc8", IMAGENET_CLASSES, on_classifier=True),
            "fc9-2": Variant("fc8", IMAGENET_CLASSES, "fc9_twitter", on_classifier=True),
        },
    ),
    "alexnet": Architecture(
        alexnet,
        CAFFE,
        "fc8_twitter",
        {
            "imagenet-convolutions": Start(
                ("alexnet_conv1-5.imagenet1k.q-cnn.safetensors",),
                CAFFE,
                new=("fc6.*", "fc7.*"),
            ),
        },
    ),
    "squeezenet1_1": Architecture(
        _squeezenet(models.squeezenet1_1),
        TORCHVISION,
        "classifier.1",
        {
            "imagenet": Start(
                (
                    "squeezenet1_1.imagenet1k.onnx-model-zoo.safetensors",
                    "squeezenet1_1-b8a52dc0.pth",
                ),
                TORCHVISION,
            ),
        },
        {
            "fire9-512": Variant("features.12", 512),
            "fire8-512": Variant("features.11", 512),
            "fire9-2": Variant("features.11", 512, "fire9_twitter"),
            "fire8-2": Variant("features.10", 384, "fire8_twitter"),
            "conv10-1000": Variant("classifier", IMAGENET_CLASSES, on_classifier=True),
            "conv11-2": Variant(
                "classifier", IMAGENET_CLASSES, "conv11_twitter", on_classifier=True
            ),
        },
    ),
    "squeezenet1_0": Architecture(
        _squeezenet(models.squeezenet1_0),
        TORCHVISION,
        "classifier.1",
        {
            "imagenet": Start(("squeezenet1_0-b66bff10.pth",), TORCHVISION),
            "imagenet-caffe": Start(
                ("squeezenet1_0.imagenet1k.deep-compression.safetensors",), CAFFE
            ),
        },
    ),
    "mobilenet_v2": Architecture(
        _mobilenet_v2,
        TORCHVISION,
        "classifier.1",
        {
            "imagenet": Start(
                ("mobilenet_v2.imagenet1k.onnx-model-zoo.no-classifier.safetensors",),
                TORCHVISION,
                new=("classifier.1.*",),
                frozen_norms=True,
            ),
            "imagenet-torchvision": Start(("mobilenet_v2-7ebf99e0.pth",), TORCHVISION),
        },
        {
            "conv18-1280": Variant("features.18", 1280),
            "block17-320": Variant("features.17", 320),
            "conv18-2": Variant("features.17", 320, "conv18_twitter"),
            "block17-2": Variant("features.16", 160, "block17_twitter"),
            "fc20-2": Variant("classifier", IMAGENET_CLASSES, "fc20_twitter", on_classifier=True),
        },
    ),
}
