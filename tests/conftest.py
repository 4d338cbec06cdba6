"""What several test modules share: places apart, the mirror, small networks and pictures.

What needs torch is imported in the fixtures, so that tests without it start at once.
"""

import hashlib
import io
import os
import shutil
import urllib.request
from collections import OrderedDict
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.files import assets, packaged

# Torch's threads wait for each other where several processes share the processors.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 0)):
    threads = max(1, (os.cpu_count() or 1) // workers)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))

MIRROR = Path(__file__).parents[2] / "shared" / "mirror"
# What takes minutes goes first, so that it runs beside all the rest.
LONG = "test_rehearsal.py"
NO_MIRROR = "the mirror with the photographs is not beside the checkout"


def pytest_collection_modifyitems(items):
    """Put the tests of a long module first; the others stay in their order."""
    items.sort(key=lambda one: one.path.name != LONG)


@pytest.fixture(autouse=True)
def _online(monkeypatch):
    """Let tests download from their own servers wherever they run."""
    monkeypatch.delenv(assets.OFFLINE_VARIABLE, raising=False)


@pytest.fixture
def isolated(tmp_path, monkeypatch):
    """Folder with all places in it; there is no mirror, no network and no package with weights."""
    for place in ("cache", "runs", "results", "benchmarks", "datasets"):
        monkeypatch.setenv(f"PIXELS_TO_SENTIMENT_{place.upper()}", str(tmp_path / place))
    monkeypatch.setenv(assets.MIRROR_VARIABLE, "")

    def refuse(*_, **__):
        raise OSError("tests have no network")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)

    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(packaged, "distribution", absent)
    return tmp_path


@pytest.fixture(scope="session")
def cut_out(tmp_path_factory):
    """Write 12 pictures cut from a photograph, for tests that get a copy of them."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    folder, whole = tmp_path_factory.mktemp("cut"), load_sample_images().images[0]
    for i in range(12):
        Image.fromarray(whole[7 * i : 200 + i, 5 * i : 300 + 3 * i]).save(folder / f"{i:02}.png")
    return folder


@pytest.fixture
def own(isolated, cut_out):
    """Write 12 pictures and their labels; give the folder and the table."""
    folder, labels = shutil.copytree(cut_out, isolated / "own"), isolated / "labels.csv"
    rows = (f"{i:02}.png,{'positive' if i % 3 else 'negative'}\n" for i in range(12))
    labels.write_text("image,label\n" + "".join(rows))
    return folder, labels


@pytest.fixture
def quick(monkeypatch):
    """Take no second to ask git, and to look for memory that is free."""
    from pixels_to_sentiment import provenance
    from pixels_to_sentiment.training import memory

    monkeypatch.setattr(provenance, "commit", lambda: ("c", False))
    monkeypatch.setattr(memory, "give_back", lambda: None)


@pytest.fixture
def mirror(isolated, monkeypatch):
    """Folder with the real files, in use."""
    if not MIRROR.is_dir():
        pytest.skip(NO_MIRROR)
    monkeypatch.setenv(assets.MIRROR_VARIABLE, str(MIRROR))
    return MIRROR


@pytest.fixture(scope="session")
def photographed():
    """Table of the files of all 1,269 photographs, as `Pictures.files` has it, none decoded."""
    if not MIRROR.is_dir():
        pytest.skip(NO_MIRROR)
    from PIL import Image

    from pixels_to_sentiment import places
    from pixels_to_sentiment.data import folds
    from pixels_to_sentiment.files import archives

    names, rows = pd.read_csv(places.ground_truth() / "published_folds.csv")["image"], []
    with archives.open_archive(MIRROR / folds.ARCHIVE) as opened:
        for name, member in archives.members_by_name(opened, names).items():
            content = opened.read(member)
            with Image.open(io.BytesIO(content)) as image:
                rows.append((name, hashlib.sha256(content).hexdigest(), *image.size))
    return pd.DataFrame(rows, columns=["image", "sha256", "width", "height"])


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """Cache in which noise lies as the stand-in, for tests and processes."""
    from pixels_to_sentiment.data import pictures

    def noise(table):
        some = np.random.default_rng(0).integers(0, 256, (50, 256, 256, 3), np.uint8)
        pixels = np.resize(some, (len(table), *some.shape[1:]))
        return pixels, np.zeros(pixels.shape[:3], bool)

    cache = tmp_path_factory.mktemp("generated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(cache))
        patch.setattr(pictures.standin, "generate", noise)
        pictures.load("stand-in")
    return cache


@pytest.fixture(scope="session")
def new_caffenet():
    """CaffeNet from a random start, in evaluation mode; tests leave it as it is."""
    from pixels_to_sentiment.networks import factory

    return factory.create("caffenet", start="random", seed=3).eval()


@pytest.fixture(scope="session")
def build():
    """Build a network from a random start; CaffeNet's with 64 units where it has 4,096.

    Of its 57 million parameters 55 are in two layers, whose size decides nothing but the time.
    """
    from pixels_to_sentiment.networks import caffenet, factory

    whole = caffenet.Linear

    def small(*sides):
        return whole(*(64 if side == 4096 else side for side in sides))

    def make(name, seed):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(caffenet, "Linear", small)
            return factory.create(name, start="random", seed=seed)

    return make


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Record of `toy_runs.RUN`, in a store of its own; tests leave it as it is."""
    from pixels_to_sentiment.records.store import Runs
    from toy_runs import RUN, made_up_pictures

    store = Runs(tmp_path_factory.mktemp("finished"))
    return store.get(RUN, made_up_pictures(), device="cpu")


@pytest.fixture(scope="session")
def tiny():
    """Build a network with dropout for crops of 12 pixels, the same for the same seed."""
    import torch
    from torch import nn

    from pixels_to_sentiment.networks import declared, network

    def build(seed: int = 0) -> network.Network:
        torch.manual_seed(seed)
        layers = OrderedDict(
            conv=nn.Conv2d(3, 4, 3, stride=2),
            relu=nn.ReLU(inplace=True),
            pool=nn.AdaptiveAvgPool2d(2),
            flatten=nn.Flatten(),
            drop=nn.Dropout(0.25),
            head=nn.Linear(16, 2),
        )
        convention = declared.Convention("RGB", 1 / 255, (0.5, 0.5, 0.5), (0.3, 0.3, 0.3), 12)
        return network.Network("tiny", nn.Sequential(layers), convention, "head")

    return build


@pytest.fixture(scope="session")
def bright_or_dark():
    """Noisy pictures of 16 pixels, uint8 (60, 16, 16, 3), and whether each is a bright one."""
    import torch

    dice = np.random.default_rng(0)
    labels = np.arange(60) % 2
    pixels = dice.integers(0, 120, (60, 16, 16, 3)) + 80 * labels[:, None, None, None]
    return torch.from_numpy(pixels.astype(np.uint8)), labels


@pytest.fixture
def made(tmp_path):
    """Write the folder of a finished run whose predictions are right on the first `right`."""
    from pixels_to_sentiment.records import experiments, runs
    from toy_runs import written

    usual = {"network": "squeezenet1_1", "start": "imagenet", "weights": "w.safetensors"}

    def make(fold=1, right=0.75, recipe="paper", agreement="five", **changes):
        lists = {"agreement": agreement, "fold": fold}
        run = runs.Run(recipe=experiments.recipe_of(recipe, agreement), **usual | lists | changes)
        label = run.lists()[1]["label"]
        correct = np.arange(len(label)) < round(right * len(label))
        sure = 0.6 + 0.0001 * np.arange(len(label))
        positive = np.where((label == 1) == correct, sure, 1 - sure)
        views = {"centre": positive, "oversampled": positive}
        return runs.Record.open(written(tmp_path / "made", run, views, {"fingerprint": "f" * 64}))

    return make


@pytest.fixture(scope="module")
def any_pictures():
    """Let made-up runs and studies be of whatever pictures, and not of the published lists."""
    from pixels_to_sentiment.records.runs import Run
    from pixels_to_sentiment.studies.records import StudyRecord

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "tests_on", lambda *_: True)
        patch.setattr(StudyRecord, "_of_the_test_list", lambda *_: None)
        yield


@pytest.fixture
def themed():
    """Set the theme for one test, on a backend without a screen, and leave no figure behind."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    from pixels_to_sentiment.drawing import figures

    with mpl.rc_context():
        plt.switch_backend("agg")
        figures.theme()
        yield
        plt.close("all")
