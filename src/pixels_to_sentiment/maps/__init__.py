"""Sentiment maps: where in a picture a network finds its evidence, made and drawn.

Enters: A network or a finished run, and pictures, of the data set or of one's own.
Leaves: Maps (n, rows, columns), rival ones, where their places lie in the picture, and drawings.
Must not know: how far maps can be believed.
"""
