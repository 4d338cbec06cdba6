"""What the search of the built book finds beyond what Sphinx has it find: numbers, chapters first.

Sphinx takes a point for the end of a word and then ignores what is left of a number. ``search.js``
beside this file does in the browser what is done to the index here.
"""

import re
from pathlib import Path

from sphinx.search.en import SearchEnglish

_WORD = re.compile(r"\d+\.\d+|\w+")


class EnglishWithNumbers(SearchEnglish):
    """English as Sphinx has it, in which ``0.815`` is a word."""

    js_splitter_code = Path(__file__).with_name("search.js").read_text()

    def split(self, input: str) -> list[str]:
        """Give the words of a text, numbers with an underscore for their point."""
        return [word.replace(".", "_") for word in _WORD.findall(input)]
