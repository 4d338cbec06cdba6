"""A reader's photograph in the built book: the library's numbers, no other host, any mistake."""

import json

import built
import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.networks.declared import Convention

PAGE = "chapters/16-your-photograph.html"
FOLDER = "your-photograph"
PHONE = {"width": 390, "height": 844}
FORM = "#photograph-trial"
_DONE = """() => {
  const said = document.querySelector('[data-part=said]');
  return said.textContent === '' || said.classList.contains('wrong');
}"""


@pytest.fixture(scope="module")
def page(browser, address, book):
    """Open the page on a phone; what it asks for is collected in ``asked``."""
    built.require(PAGE)
    if not (book / FOLDER).is_dir():
        pytest.skip("the book was built without photographs or without the runtime")
    with browser.new_context(viewport=PHONE) as own:
        opened = own.new_page()
        opened.asked = []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.goto(address + PAGE)
        yield opened


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """Generate a picture whose neighbouring pixels differ, with a fraction of a pixel a step."""
    made = np.random.default_rng(0).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    path = tmp_path_factory.mktemp("pictures") / "generated.png"
    Image.fromarray(made).resize((530, 370), Image.Resampling.BICUBIC).save(path)
    return path


def choose(page, path):
    """Choose a file as a reader does, and give what the page says when it is done."""
    page.set_input_files(f"{FORM} input[type=file]", path)
    page.wait_for_function(_DONE, timeout=60_000)
    return page.inner_text(f"{FORM} [data-part=said]")


def kept(page, name):
    return json.loads(page.get_attribute(FORM, f"data-{name}"))


def test_the_answer_is_the_librarys(page, picture, book, address):
    """Probability and map are those of the same network by the library's own preprocessing.

    What is shown fits a phone.
    """
    assert choose(page, picture) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    facts = json.loads((book / FOLDER / "model.json").read_text())
    mean, std = map(tuple, (facts["mean"], facts["std"]))
    convention = Convention(facts["order"], facts["scale"], mean, std, facts["crop"])
    session = onnxruntime.InferenceSession(book / FOLDER / "model.onnx")

    def log_odds(pixels):
        prepared = convention.prepare(torch.from_numpy(pixels)[None]).contiguous().numpy()
        return session.run(None, {"pixels": prepared})[0][0]

    pixels = np.asarray(Image.open(picture))
    small, edge = pictures.warp(pixels), (facts["small"] - facts["crop"]) // 2
    centre = log_odds(small[edge : edge + facts["crop"], edge : edge + facts["crop"]].copy())
    assert kept(page, "centre") == pytest.approx(1 / (1 + np.exp(-centre.mean())), abs=1e-3)
    mapped = log_odds(pictures.warp(pixels, facts["large"]))
    # A pixel that lies between two whole numbers may be rounded otherwise.
    np.testing.assert_allclose(kept(page, "map"), mapped.ravel(), atol=0.05)
    assert all(url.startswith((address, "blob:")) for url in page.asked)


def test_it_is_used_by_keyboard_alone(page, picture):
    """The file is asked for, ten crops answered, and the slider moved, without a pointer."""
    choose(page, picture)
    page.locator(f"{FORM} input[type=file]").focus()
    with page.expect_file_chooser():
        page.keyboard.press("Space", delay=100)  # as of a finger: without any it may go unseen
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => document.querySelector('{FORM}').dataset.ten", timeout=60_000)
    assert "mean of ten crops" in page.inner_text(f"{FORM} [data-part=answer]")
    slider = page.locator(f"{FORM} input[type=range]")
    slider.focus()
    before = slider.input_value()
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() != before


def test_what_is_no_picture_gets_a_sentence_and_no_answer(page, picture, tmp_path):
    """The answer to the photograph before is gone."""
    choose(page, picture)
    wrong = tmp_path / "words.png"
    wrong.write_text("These are words.")
    assert "words.png is no picture" in choose(page, wrong)
    assert not page.is_visible(f"{FORM} [data-part=result]")


def test_forty_megapixels_are_taken(page, tmp_path):
    """A plain picture of that size is answered as a small one of the same colour is."""
    answers = []
    for size in ((8000, 5000), (320, 200)):
        path = tmp_path / f"{size[0]}.png"
        Image.new("RGB", size, (20, 120, 200)).save(path)
        assert choose(page, path) == ""
        answers.append(kept(page, "centre"))
    assert answers[0] == pytest.approx(answers[1], abs=1e-4)
