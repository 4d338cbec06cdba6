"""Recipes, the loop that fine-tunes by them, prediction, and the memory they take.

Enters: A network, uint8 pictures (n, 256, 256, 3) and labels (n,).
Leaves: The trained network, its curve, and probabilities (n, views, 2).
Must not know: where results are kept, and what they are held against.
"""
