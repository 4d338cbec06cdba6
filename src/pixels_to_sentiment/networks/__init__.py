"""The architectures, their weights, and surgery on them.

Enters: A name and a start.
Leaves: A `network.Network` of uint8 RGB crops, or its Caffe files.
Must not know: how it is trained, and what is concluded from it.
"""
