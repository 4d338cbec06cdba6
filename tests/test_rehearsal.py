"""With CaffeNet's weights in a mirror `make paper` runs the paper itself: the whole way, once.

The files are made up, of the layout and the size of the published ones. Each run has one iteration
on a few pictures, noise in the stand-in's place. This takes minutes, and meanwhile 6 GB in pytest's
temporary folder. No results are recorded, whose tables and figures would be most of the work. The
chapters that the article's networks have no part in are left out, and so is the site: `make book`
makes all these.
"""

import hashlib
import html
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors import safe_open

from pixels_to_sentiment.benchmarks import waits
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.runs import Record
from toy_caffe import field, legacy, old_layer
from toy_checkout import cells, edit

ROOT = Path(__file__).parents[1]
ROOM = 8e9  # bytes on the disk
# What is shortened, as options of the command that `make paper` gives.
SHORT = {
    "iterations": "1",
    "batch_size": "2",
    "limit": "4",
    "stable_on": "1",
    "mapped": "1",
    "test_folds": "[1]",
    "agreements": "[five]",
}
# Rows of the catalogue that are left out: not of the article, but with weights at hand.
SPARED = ",here,(caffenet.*:imagenet:|efficientnet_lite0:imagenet:|.*:random:)"
# Chapters that train what the article trained, or tell of it.
CHAPTERS = (
    "02-fine-tuning",
    "03-layer-by-layer",
    "04-ablation",
    "05-initialisation",
    "06-addition",
    "07-sentiment-maps",
    "11-claims",
)
# Published files by start, with the name and the classes of the last layer where they could be
# read, and something where not.
FILES = {
    "imagenet": ("bvlc_reference_caffenet.caffemodel", "fc8", 1000),
    "places": ("places205CNN_iter_300000_upgraded.caffemodel", "fc8", 205),
    "deepsentibank": ("caffe_sentibank_train_iter_250000.caffemodel", "fc8-t", 2089),
    "mvso-english": ("english_lr10_iter_210000.caffemodel", "fc8_en", 4342),
    "mvso-spanish": ("mvso_spanish.caffemodel", "fc8_sp", 30),
    "mvso-french": ("mvso_french.caffemodel", "fc8_fr", 20),
    "mvso-italian": ("mvso_italian.caffemodel", "fc8_it", 20),
    "mvso-chinese": ("mvso_chinese.caffemodel", "fc8_zh", 20),
    "mvso-german": ("mvso_german.caffemodel", "fc8_ge", 10),
}
# Biases that tell the starts apart: of the first layer, and of the last as negative numbers.
MARKS = dict(zip(FILES, range(1, 10), strict=True))
# The layers that all of them have, as a file of Caffe's old generation shapes them.
FIRST = {"conv1": (96, 3, 11, 11)}
OTHERS = {
    "conv2": (256, 48, 5, 5),
    "conv3": (384, 256, 3, 3),
    "conv4": (384, 192, 3, 3),
    "conv5": (256, 192, 3, 3),
    "fc6": (1, 1, 4096, 9216),
    "fc7": (1, 1, 4096, 4096),
}
CONVOLUTION, INNER_PRODUCT, DATA = 4, 14, 5  # V1LayerParameter.LayerType in caffe.proto


def blob(values):
    """Encode a BlobProto with the four sides of the old generation."""
    return legacy(*(1,) * (4 - values.ndim), *values.shape) + field(5, values.tobytes())


def trained(shapes, bias=0.0):
    """Encode layers with small weights and one bias."""
    dice = np.random.default_rng(0)
    for name, shape in shapes.items():
        weight = dice.standard_normal(shape, np.float32) * np.float32(0.005)
        kind = CONVOLUTION if name.startswith("conv") else INNER_PRODUCT
        number = shape[0] if kind == CONVOLUTION else shape[2]
        yield old_layer(name, kind, blob(weight), blob(np.full(number, bias, np.float32)))


def write_models(folder):
    """Write the files into a folder."""
    others = b"".join(trained(OTHERS))
    for start, (file, last, classes) in FILES.items():
        with (folder / file).open("wb") as stream:
            stream.write(field(1, "CaffeNet") + old_layer("data", DATA))
            stream.writelines(trained(FIRST, MARKS[start]))
            stream.write(others)
            stream.writelines(trained({last: (1, 1, classes, 4096)}, -MARKS[start]))


def make_paper(copy, mirror):
    """Run `make paper` in a copy of the checkout, print what it says and give its exit status."""
    # In place of an environment of its own, which would have to be installed.
    stamp = copy / ".installed"
    stamp.write_text(f"{copy}\n")
    command = copy / "shortened"
    options = [word for name, value in SHORT.items() for word in ("-p", name, value)]
    # Two at once, because all other tests are done before one after the other is.
    chosen = shlex.join([*options, "--at-once", "2", "--only", *CHAPTERS])
    given = f'case "$2" in execute) set -- "$@" {chosen};; check) exit 0;; esac'
    command.write_text(f'{given}\n{sys.executable} -m pixels_to_sentiment "$@"\n')
    scripts = sysconfig.get_path("scripts")
    settings = {"BIN": scripts, "CLI": f"sh {command}", "STAMP": stamp, "MIRROR": mirror}
    settings["JUPYTER_BOOK"] = "true"
    # Not those of a `make test` or of a user that this test is run by.
    kept = {k: v for k, v in os.environ.items() if not re.match("MAKE|MFLAGS|PIXELS_TO_SENT", k)}
    places = ("CACHE", "RUNS", "RESULTS")
    own = {f"PIXELS_TO_SENTIMENT_{name}": str(copy.parent / name) for name in places}
    own |= {assets.OFFLINE_VARIABLE: "1", "PYTHONPATH": str(copy / "src")}
    done = subprocess.run(
        ["make", "paper", *(f"{name}={value}" for name, value in settings.items())],
        cwd=copy,
        env=kept | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout)
    return done.returncode


def shown(chapter):
    """Give all that an executed notebook shows as HTML, with its entities resolved."""
    outputs = [one for cell in cells(chapter) for one in cell.get("outputs", [])]
    pieces = ["".join(one.get("data", {}).get("text/html", "")) for one in outputs]
    return html.unescape("\n".join(pieces))


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory, generated):
    """Run chapters at the paper tier; give runs, and chapters as text.

    It is made in a copy of the checkout, in which nothing is edited but the checksum of the one
    file that has one, and the catalogue, from which `SPARED` is left out.
    """
    folder = tmp_path_factory.mktemp("rehearsal").resolve()
    if shutil.disk_usage(folder).free < ROOM:
        pytest.skip(f"{folder} has less than {ROOM / 1e9:.0f} GB free")
    copy = folder / "checkout"
    try:
        waits.copy_checkout(ROOT, copy)
        shutil.copy2(ROOT / "Makefile", copy)
        shutil.copytree(generated, folder / "CACHE")
        (folder / "RESULTS").mkdir()
        # They lie beside the results, and a chapter does not do without them.
        shutil.copytree(copy / "book/choices", folder / "choices")
        listed = copy / "src/pixels_to_sentiment/records/catalogue.csv"
        rows = listed.read_text().splitlines(keepends=True)
        listed.write_text("".join(row for row in rows if not re.search(SPARED, row)))
        (folder / "mirror").mkdir()
        write_models(folder / "mirror")
        name, *_ = FILES["imagenet"]
        with (folder / "mirror" / name).open("rb") as stream:
            made = hashlib.file_digest(stream, "sha1").hexdigest()
        declarations = copy / "src/pixels_to_sentiment/files/declared.csv"
        edit(declarations, assets.ASSETS[name].checksum, f"sha1:{made}")
        assert make_paper(copy, folder / "mirror") == 0
        yield SimpleNamespace(
            records=Record.recorded(folder / "RUNS"),
            pages={name: shown(copy / "book/chapters" / f"{name}.ipynb") for name in CHAPTERS},
        )
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    "experiment", [one for one in catalogue.EXPERIMENTS.values() if one.paper], ids=lambda e: e.name
)
def test_every_configuration_of_the_paper_is_run_and_on_its_page(rehearsal, experiment):
    """Each page names the runs that it shows by their keys: no configuration of its is missing."""
    records = {(r.run.network, r.run.start, r.run.recipe.name): r for r in rehearsal.records}
    (page,) = (text for name, text in rehearsal.pages.items() if name[3:] == experiment.name)
    for one in experiment.paper:
        record = records[one.network, one.start, f"{one.recipe}-shortened"]
        run = record.run
        assert (run.recipe.iterations, run.recipe.batch_size, run.limit) == (1, 2, 4)
        assert (run.agreement, run.fold, run.precision) == ("five", 1, "fp32")
        assert record.key in page


@pytest.mark.parametrize("start", FILES)
def test_runs_start_from_the_file_that_the_mirror_gave(rehearsal, start):
    """First layer and kept classifier are near those of this file and far from the other files'."""
    runs = [one for one in rehearsal.records if one.run.start == start]
    assert runs
    for record in runs:
        name, _, classes = FILES[start]
        assert record.run.weights == name
        with safe_open(record.folder / "weights.safetensors", "np") as weights:
            assert np.allclose(weights.get_tensor("conv1.bias"), MARKS[start], atol=0.05)
            if re.search("fc8-1000|fc9-2", record.run.network):
                assert np.allclose(weights.get_tensor("fc8.bias"), -MARKS[start], atol=0.05)
                assert weights.get_tensor("fc8.weight").shape == (classes, 4096)


def test_every_page_is_of_the_paper_tier_and_says_where_it_shows_the_stand_in(rehearsal):
    """None passes numbers of generated pictures off as the paper's."""
    for name, page in rehearsal.pages.items():
        with_pictures = name != "11-claims"
        tier = "paper, but made from a few pictures" if with_pictures else "paper"
        assert f'<th scope="row">Tier</th><td>{tier}</td>' in page
        assert ('<p class="admonition-title">Stand-in pictures</p>' in page) == with_pictures
