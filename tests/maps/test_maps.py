"""The package of sentiment maps says what it is for; its rooms are tested one by one."""

from pixels_to_sentiment import maps


def test_the_package_says_what_it_is_for():
    """A newcomer who opens it reads one sentence about maps."""
    assert "Sentiment maps" in maps.__doc__
