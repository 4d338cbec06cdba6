"""Sentiment maps: where in a picture a network finds its evidence, and how far to believe it.

Enters: A network or finished runs, and pictures.
Leaves: Maps (n, rows, columns), drawings of them, and recorded measures of how far to believe them.
Must not know: the book.
"""
