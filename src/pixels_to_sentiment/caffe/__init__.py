"""Caffe's files and conventions: models, deploy descriptions, preprocessing, training logs."""
