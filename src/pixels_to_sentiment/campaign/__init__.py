"""What a machine lent for minutes does: runs that the book lacks, in order, brought home.

Enters: The catalogue, what is recorded, a device and a deadline.
Leaves: Packs of records, and records taken out of packs.
Must not know: notebooks and HTML.
"""
