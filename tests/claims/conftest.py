"""The verdicts where nothing is recorded, which several modules look at."""

import pytest

from pixels_to_sentiment import claims
from pixels_to_sentiment.files import assets


@pytest.fixture(scope="session")
def unrecorded(tmp_path_factory):
    """Claims by name, where no weights are at hand either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "find", lambda name: None)
        patch.setenv("PIXELS_TO_SENTIMENT_BENCHMARKS", str(tmp_path_factory.mktemp("none")))
        return claims.judge([], [], []).set_index("name")
