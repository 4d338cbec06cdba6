"""What a piece of work is, its key, how it is kept, and what the article ran.

Enters: A configuration of the catalogue, pictures.
Leaves: Folders under a key, written whole or not at all, and records that open them.
Must not know: notebooks and HTML.
"""
