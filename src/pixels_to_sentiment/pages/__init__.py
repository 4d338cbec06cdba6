"""What notebooks show: pages, tables with captions, and which runs are behind them.

Enters: Frames and figures.
Leaves: HTML in a notebook's output.
Must not know: how anything is computed.
"""
