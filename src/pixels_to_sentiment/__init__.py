"""A rerunnable edition of "From Pixels to Sentiment" (Campos, Jou and Giro-i-Nieto, 2017)."""

__version__ = "0.1.0"
