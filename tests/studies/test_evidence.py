"""Maps on evidence that is known."""

import torch

from pixels_to_sentiment.studies import evidence

CORNER = torch.zeros(1, 16, 16, dtype=torch.bool)
CORNER[:, :8, :8] = True


def test_the_largest_relevance_on_evidence_is_a_hit():
    """Beside it a miss; a map that is the same everywhere hits as often as evidence covers it."""
    relevance = torch.zeros(1, 4, 4)
    relevance[0, 0, 0] = 1
    assert evidence.pointing(relevance, CORNER).item() == 1
    assert evidence.pointing(relevance.flip(1), CORNER).item() == 0
    assert evidence.pointing(torch.ones(1, 4, 4), CORNER).item() == 0.25


def test_only_positive_relevance_counts_in_the_share():
    """Three quarters of it lie on the evidence here."""
    relevance = torch.tensor([[[3.0, -9.0], [1.0, 0.0]]])
    masks = torch.zeros(1, 2, 2, dtype=torch.bool)
    masks[0, 0, 0] = True
    assert evidence.energy_share(relevance, masks).item() == 0.75
    assert evidence.covered(masks).item() == 0.25


def test_a_picture_without_evidence_has_no_score():
    """Nor has a map without positive relevance a share."""
    nothing = torch.zeros(1, 4, 4, dtype=torch.bool)
    assert torch.isnan(evidence.pointing(torch.ones(1, 2, 2), nothing)).all()
    assert torch.isnan(evidence.energy_share(-torch.ones(1, 4, 4), CORNER)).all()
