"""How fast the project is, beside what people use today and what the machine can do.

Enters: A network, pictures, and the machine.
Leaves: Recorded times beside those of other libraries and of what the machine can do.
Must not know: claims and pages.
"""
