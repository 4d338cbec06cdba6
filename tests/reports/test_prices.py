"""What networks take, held against what their authors publish, and rows of made-up records."""

import pytest

from pixels_to_sentiment.networks import architectures
from pixels_to_sentiment.reports import prices

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.mark.parametrize(
    ("network", "millions", "products"),
    [
        # Caffe's own count of its reference model; the others by their articles or releases, with
        # the classifier of 1000 classes, which is 4.1, 1.3, 1.3 and 2.0 millions of either.
        ("caffenet", 60.97 - 4.1, 0.724),
        ("mobilenet_v2", 3.5 - 1.28, 0.300),
        ("efficientnet_lite0", 4.7 - 1.28, 0.407),
        ("resnet50", 25.56 - 2.05, 4.09),
    ],
)
def test_costs_are_those_that_are_published(network, millions, products):
    """A product and a sum are two operations; some authors count normalisation, too."""
    (found,) = architectures.sizes([network])["parameters"]
    assert found == pytest.approx(millions, rel=0.03)
    assert prices.operations(network) / 2 == pytest.approx(products, rel=0.06)


def test_the_article_stands_there_without_any_record():
    """Its accuracy from the centre crop, its network's costs, and no minutes."""
    (row,) = prices.prices([], [], []).itertuples()
    assert (row.network, row.how) == ("CaffeNet from ImageNet", prices.ARTICLE)
    assert (row.accuracy, row.std) == pytest.approx((0.817, 0.038))
    assert row.minutes != row.minutes
    assert prices.earlier() == [pytest.approx(0.783)]
