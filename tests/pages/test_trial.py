"""The form for a photograph of one's own: shown with all it loads, or a word on what is missing."""

import json
import re

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.book import metadata
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.pages import trial


@pytest.fixture
def shown(isolated, monkeypatch):
    """Collect what is shown, in a checkout of its own."""
    seen = []
    monkeypatch.setattr(trial, "show", lambda html: seen.append(html.data))
    monkeypatch.setattr(trial.display, "note", lambda title, text: seen.append(text))
    monkeypatch.setattr(trial.places, "checkout", lambda: isolated)
    return seen


@pytest.mark.parametrize(("own", "chapters"), [("", "book"), ("mine", "datasets/mine")])
def test_the_form_loads_nothing_but_what_lies_beside_it(
    shown, isolated, monkeypatch, own, chapters
):
    """Each file that the script names is in the folder, and the page says how much that is."""
    monkeypatch.setenv(places.DATA, own)
    wanted = (trial.browser.MODEL, trial.browser.FACTS, *trial.browser.RUNTIME_FILES)

    def export(_, folder):
        folder.mkdir(parents=True)
        for name in wanted:
            (folder / name).write_bytes(bytes(500_000))

    monkeypatch.setattr(trial.choice, "fitted", lambda network: network)
    monkeypatch.setattr(trial.browser, "export", export)
    assert trial.your_photograph() == trial.NETWORK
    assert metadata.TRIAL == trial.FOLDER  # the two rooms do not import each other
    folder = isolated / chapters / "chapters" / trial.FOLDER
    named = re.findall(r'"([\w.-]+\.(?:wasm|mjs|onnx|json))"', trial.SCRIPT.read_text())
    assert set(named) <= {one.name for one in folder.iterdir()}
    (html,) = shown
    assert f'"{"" if own else "../"}{trial.FOLDER}/{trial.SCRIPT.name}"' in html
    assert "3 MB" in html


@pytest.mark.parametrize("fault", [None, Unavailable("The runtime cannot be had: fetch it.")])
def test_what_is_missing_is_said_and_nothing_of_an_earlier_build_stays(
    shown, isolated, monkeypatch, fault
):
    """Without photographs or runtime there is no form, and no network that nobody asked for."""
    left = isolated / "book" / "chapters" / trial.FOLDER / trial.browser.MODEL
    left.parent.mkdir(parents=True)
    left.write_text(json.dumps({}))

    def fitted(_):
        if fault:
            raise fault

    monkeypatch.setattr(trial.choice, "fitted", fitted)
    assert trial.your_photograph() is None
    assert not left.exists()
    assert shown == [str(fault)] if fault else "not at hand" in shown[0]
    assert isinstance(fault, UserError | None)
