"""How far sentiment maps can be believed: measured, recorded, and held against the article's own.

Enters: Finished runs or networks, pictures, and the authors' own maps.
Leaves: Recorded studies, one a fold, and what they say in tables and plots.
Must not know: the book.
"""
