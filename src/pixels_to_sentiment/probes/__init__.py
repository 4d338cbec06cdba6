"""What the layers of a network know of sentiment: linear classifiers on their features."""
