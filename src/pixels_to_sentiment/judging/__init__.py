"""What an accuracy can bear: scores, answers, intervals, tests, the noise of the labels.

Enters: Predictions and labels.
Leaves: Numbers with intervals and p values, a frame each.
Must not know: networks, pictures, and which numbers the book shows.
"""
