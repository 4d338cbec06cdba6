"""What the layers of a network know of sentiment: linear classifiers on their features.

Enters: A finished run, or a network as it starts, and pictures.
Leaves: Recorded accuracies of linear classifiers on every layer.
Must not know: the book.
"""
