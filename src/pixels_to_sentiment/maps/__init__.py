"""Sentiment maps: where in a picture a network finds its evidence, and how far to believe it."""
