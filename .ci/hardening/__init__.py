"""The parts of the campaign that `.ci/harden.py` runs."""
