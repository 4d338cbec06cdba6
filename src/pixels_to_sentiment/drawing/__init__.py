"""Figures, charts and tables in one visual language, for the light mode and the dark.

Enters: Frames with values and names.
Leaves: Matplotlib figures and HTML.
Must not know: what the values mean, and where they come from.
"""
