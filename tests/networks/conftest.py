"""What the tests of networks share."""

import pytest


@pytest.fixture(scope="session")
def build():
    """Build a network from a random start; CaffeNet's with 64 units where it has 4,096.

    Of its 57 million parameters 55 are in two layers, whose size decides nothing but the time.
    """
    from pixels_to_sentiment.networks import caffenet, factory

    def make(name, seed):
        made = factory.create(name, start="random", seed=seed)
        if name == "caffenet":
            made.body.fc6 = caffenet.Linear(9216, 64)
            made.body.fc7 = caffenet.Linear(64, 64)
            made.body.fc8_twitter = caffenet.Linear(64, 2)
        return made

    return make
