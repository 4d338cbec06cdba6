"""List the findings from the headers of their scripts.

python .ci/findings.py > findings/README.md

`tests/test_elsewhere.py` holds the list and the headers together.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "findings"
HEAD = """\
# Findings

Surprises of other projects' software that were met on the way: a good guess at what it does would
be wrong. Each script shows one without this project's code. It makes an environment of its own with
the versions named, prints what it sees, and fails once the software behaves otherwise. Its header
says what one would expect, what happens, and the cure.

```sh
bash findings/NAME.sh
```

| with | what happens | script |
|---|---|---|
"""


def row(script: Path) -> str:
    """Give the line of a script: the first package that it names, and its first sentence."""
    header = script.read_text(encoding="utf-8").partition("\nset -")[0]
    stated, rest = header.partition("\n#\n# Versions: ")[::2]
    said = " ".join(line.lstrip("# ") for line in stated.splitlines()[1:]).replace("|", r"\|")
    package = re.split(r"[,.](?: |$)", rest, maxsplit=1)[0]
    return f"| {package} | {said} | [{script.stem}]({script.name}) |\n"


if __name__ == "__main__":
    print(HEAD + "".join(map(row, sorted(FOLDER.glob("*.sh")))), end="")
