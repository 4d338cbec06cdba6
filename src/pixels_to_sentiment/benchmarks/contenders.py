"""What is timed: this project's code, the loops that others write, and the machine itself.

Each function does what has to be done once and gives a function that does the work to be timed.
All networks start at random, so that no weights are needed.
"""

import os
import tempfile
import timeit
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Subset
from torch.utils.flop_counter import FlopCounterMode

from pixels_to_sentiment.benchmarks.results import PRODUCT_SIDE
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.networks import compat, declared, deploy, factory, surgery  # noqa: F401
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.training import loop, prediction, recipes

# Not before `compat`.
# isort: split
import timm
import torchvision
from timm import data, optim
from torchvision import transforms

_PREPARE = (
    transforms.ToTensor(),
    transforms.Normalize(declared.TORCHVISION.mean, declared.TORCHVISION.std),
)


def our_training(
    network: str, count: int, batch: int, device: str, precision: str = "fp32", **means: bool
) -> Callable[[], None]:
    """`loop.train` over `count` pictures, whole: draws, crops, updates and the curve.

    `means` go to `Network.arrange`.
    """
    made = factory.create(network, start="random").to(device)
    made.arrange(**means)
    pixels = pictures.load().tensor()[: max(count, batch)].to(device)
    labels = np.arange(len(pixels)) % 2
    recipe = replace(recipes.Recipe(), iterations=max(1, count // batch), batch_size=batch)

    def work() -> None:
        loop.train(made, pixels, labels, recipe, precision=precision)
        made.zero_grad()

    return work


def common_training(
    network: str, count: int, batch: int, device: str, folder: str
) -> Callable[[], None]:
    """Give the loop that most people write: torchvision's data set, transforms and torch's SGD.

    Pictures are decoded in every epoch, by as many worker processes (none, or one a core) as
    turn out to be faster.
    """
    made = plain(network)
    model = made.body.to(device).train()
    flipped = transforms.RandomCrop(made.convention.crop), transforms.RandomHorizontalFlip()
    loader = partial(_loader, _files(folder, *flipped, *_PREPARE), batch, True)
    optimiser = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9, weight_decay=5e-4)
    return _fastest(loader, _epoch(model, optimiser, device), count)


def timm_training(network: str, count: int, batch: int, device: str, folder: str) -> Callable:
    """Put up data set, loader, model and optimiser as the training script of timm does."""
    model = timm.create_model(network.removeprefix("timm/"), num_classes=2).to(device).train()
    size = data.resolve_model_data_config(model)["input_size"]
    dataset = data.create_dataset("", root=folder, is_training=True, batch_size=batch)
    optimiser = optim.create_optimizer_v2(
        model, opt="momentum", lr=1e-3, weight_decay=5e-4, momentum=0.9
    )

    def loader(workers: int, count: int) -> DataLoader:
        some = _first(dataset, count)
        made = data.create_loader(
            some,
            size,
            min(batch, count),  # it drops what does not fill a batch
            is_training=True,
            num_workers=workers,
            persistent_workers=workers > 0,
            use_prefetcher=device.startswith("cuda"),
            device=torch.device(device),
        )
        dataset.transform = some.transform
        return made

    return _fastest(loader, _epoch(model, optimiser, device), count)


def our_prediction(network: str, count: int, device: str) -> Callable[[], None]:
    """Ten crops of `count` pictures with `prediction.crop_probabilities`."""
    made = factory.create(network, start="random").to(device)
    pixels = pictures.load().tensor()[:count].to(device)
    return loop.arithmetic("fp32", device[:4])(partial(prediction.crop_probabilities, made, pixels))


def common_prediction(network: str, count: int, device: str, folder: str) -> Callable[[], None]:
    """Ten crops with torchvision's `TenCrop` in a data loader that decodes each picture."""
    made = plain(network)
    model = made.body.to(device).eval()
    prepare = transforms.Compose(_PREPARE)
    dataset = _files(
        folder,
        transforms.TenCrop(made.convention.crop),
        transforms.Lambda(lambda crops: torch.stack([prepare(one) for one in crops])),
    )

    def epoch(batches: DataLoader) -> None:
        with torch.no_grad():
            for images, _ in batches:
                model(images.flatten(0, 1).to(device)).flatten(1).softmax(1).cpu()

    return _fastest(partial(_loader, dataset, 10, False), epoch, count)


def our_inference(network: str, batch: int, device: str, side: int = 0) -> Callable[[], None]:
    """Probabilities of one batch of uint8 crops, preparation included.

    With a `side` it is the map of pictures of that side, by the fully convolutional form.
    """
    made = factory.create(network, start="random").to(device).eval()
    pixels = noise(side or made.convention.crop, batch).to(device)
    body = surgery.fully_convolutional(made) if side else None

    @torch.inference_mode()
    def work() -> None:
        (body(made.convention.prepare(pixels)) if side else made(pixels).softmax(1)).cpu()

    return loop.arithmetic("fp32", device[:4])(work)


def opencv_inference(network: str, batch: int, side: int = 0) -> Callable[[], None]:
    """OpenCV's importer of Caffe models on the same network, its input prepared beforehand."""
    import cv2

    made = factory.create(network, start="random").eval()
    form = "model_conv" if side else "model"
    with tempfile.TemporaryDirectory() as folder:
        written = {path.name: path for path in deploy.export(made, Path(folder))}
        imported = cv2.dnn.readNetFromCaffe(
            str(written[f"{form}_deploy.prototxt"]), str(written[f"{form}.caffemodel"])
        )
    pixels = noise(side or made.convention.crop, batch)
    blob = made.convention.prepare(pixels).contiguous().numpy()

    def work() -> None:
        imported.setInput(blob)
        imported.forward()

    return work


def product(way: str, precision: str, device: str, times: int = 1) -> Callable[[], None]:
    """Multiply two square matrices: ``way`` torch's product, or a 1x1 convolution (oneDNN)."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    a, b = (torch.randn(PRODUCT_SIDE, PRODUCT_SIDE, device=device).to(kind) for _ in range(2))
    side = int(PRODUCT_SIDE**0.5)
    x = a.view(1, side, side, PRODUCT_SIDE).permute(0, 3, 1, 2)
    weight = b[:, :, None, None].contiguous(memory_format=torch.channels_last)

    def work() -> None:
        for _ in range(times):
            torch.mm(a, b) if way == "product" else F.conv2d(x, weight)

    # Otherwise a GPU's convolution would be of fewer digits than float32 has.
    return torch.inference_mode()(loop.arithmetic(precision, device[:4])(work))


@cache
def operations(network: str, *, train: bool) -> int:
    """Count the multiplications and additions of one picture, of the network as plainly written.

    That is forward and backward in training, and forward alone otherwise. Backward is not left to
    torch's counter, which takes convolutions in groups for whole ones there.
    """
    made = plain(network)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        made(noise(made.convention.crop, 1))
    forward = counter.get_total_flops()
    if not train:
        return forward
    # Backward, the gradients of the weights and of the input take as much again each, but nobody
    # asks for that of the picture.
    first = next(name for name, one in made.named_modules() if isinstance(one, nn.Conv2d))
    return 3 * forward - sum(counter.get_flop_counts()[f"Network.{first}"].values())


def plain(network: str) -> Network:
    """Build a network as others write it, with nothing that makes it fast."""
    made = factory.create(network, start="random")
    return made.arrange(channels_last=False, banded=False, onednn=False)


def noise(side: int, count: int) -> Tensor:
    """Draw noise, uint8 (count, side, side, 3)."""
    dice = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, side, side, 3), generator=dice).byte()


def _files(folder: str, *steps: Callable) -> Dataset:
    """Pictures in files, decoded and resized whenever they are asked for, and what is done then."""
    resized = transforms.Resize((pictures.SIDE, pictures.SIDE))
    return torchvision.datasets.ImageFolder(folder, transforms.Compose([resized, *steps]))


def _loader(dataset: Dataset, batch: int, shuffle: bool, workers: int, count: int) -> DataLoader:
    return DataLoader(
        _first(dataset, count), batch, shuffle, num_workers=workers, persistent_workers=workers > 0
    )


def _epoch(model: nn.Module, optimiser: torch.optim.Optimizer, device: str) -> Callable:
    def epoch(batches: DataLoader) -> None:
        for images, labels in batches:
            optimiser.zero_grad()
            F.cross_entropy(model(images.to(device)).flatten(1), labels.to(device)).backward()
            optimiser.step()

    return epoch


def _first(dataset: Dataset, count: int) -> Subset:
    """`count` pictures spread over the data set, whose classes come one after the other."""
    return Subset(dataset, np.linspace(0, len(dataset) - 1, count).astype(int).tolist())


def _fastest(
    loader: Callable[[int, int], DataLoader], epoch: Callable[[DataLoader], None], count: int
) -> Callable[[], None]:
    """Try an epoch of few pictures with no worker process and one a core; keep the faster way."""
    seconds = {}
    for workers in (0, os.cpu_count() or 1):
        timer = timeit.Timer(partial(epoch, loader(workers, min(count, 32))))
        seconds[workers] = min(timer.repeat(2, 1))
    return partial(epoch, loader(min(seconds, key=seconds.get), count))
