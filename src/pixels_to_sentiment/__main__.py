"""``python -m pixels_to_sentiment`` is the command ``pixels-to-sentiment``."""

import sys

from pixels_to_sentiment.cli import main

sys.exit(main())
