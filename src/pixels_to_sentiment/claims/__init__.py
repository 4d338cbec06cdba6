"""The paper's claims, and a verdict on each by a stated rule."""

from pixels_to_sentiment.claims.kinds import (
    KINDS,
    NOT_REPRODUCED,
    REPRODUCED,
    UNTESTED,
    VERDICTS,
    rules,
)
from pixels_to_sentiment.claims.paper import CLAIMS, Claim
from pixels_to_sentiment.claims.verdicts import judge

__all__ = [
    "CLAIMS",
    "KINDS",
    "NOT_REPRODUCED",
    "REPRODUCED",
    "UNTESTED",
    "VERDICTS",
    "Claim",
    "judge",
    "rules",
]
