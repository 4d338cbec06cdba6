"""Data sets of one's own: a folder of pictures and their labels, made to be used as the article's.

Enters: A folder of pictures, and a table of their labels.
Leaves: A folder with folds and decoded pictures, which `data` opens in place of the article's.
Must not know: networks, and anything that is trained or judged.
"""
