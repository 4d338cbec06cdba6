"""Runs that cost their process, as an error of a GPU does: a module that processes can import."""

import os
import signal
import time
from dataclasses import replace

import torch

from pixels_to_sentiment.records.runs import Run
from toy_runs import RUN

# Seeds by which a run takes too long, dies, or breaks its device; the last has others above it.
SLOW, DIES, BREAKS = 6, 7, 9
# As torch makes it of an error of CUDA, of more than one line.
ERROR = "CUDA error: an illegal memory access was encountered\nFor debugging consider passing"


def fields(seed):
    """Give the fields of a run."""
    return vars(replace(RUN, seed=seed))


class Fragile(Run):
    """A run that fails in a process where one before it broke the device."""

    broken = False

    def lists(self):
        """Break what the seed says; as for every run, if nothing is broken."""
        if self.seed == DIES:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.seed == SLOW:
            time.sleep(60)
        Fragile.broken = Fragile.broken or self.seed >= BREAKS
        if Fragile.broken:
            raise torch.AcceleratorError(ERROR)
        return super().lists()
