"""Caffe's files and conventions: models, means, preprocessing, training logs.

Enters: A file of Caffe: a model, a mean, a log.
Leaves: Arrays by layer name, frames, and files of the same kinds.
Must not know: torch's networks, and this experiment.
"""
