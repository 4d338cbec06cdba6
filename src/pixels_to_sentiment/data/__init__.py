"""The photographs and their labels: folds, decoded pictures, their audit, a stand-in.

Enters: Published lists, the authors' archive, or a seed for the stand-in.
Leaves: Frames of lists, and all pictures as one uint8 array (n, 256, 256, 3).
Must not know: networks, and anything that is trained or judged.
"""
