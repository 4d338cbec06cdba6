"""A kind of work that takes no time, for tests of what all kinds share."""

from dataclasses import dataclass
from typing import ClassVar

from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.records.store import Store
from pixels_to_sentiment.records.work import Finished, Work

FILES = ["large.bin", "provenance.json", "result.csv", "task.json"]


@dataclass(frozen=True)
class Task(Work):
    """Write a word; with a run behind it, or without."""

    word: str = "word"
    run: str = ""
    weights: str | None = None
    agreement: str = "five"
    fold: int = 1
    limit: int | None = None

    kind: ClassVar = "task"
    modules: ClassVar = ("errors",)
    behind: ClassVar = {"run": "run"}


@dataclass(frozen=True)
class TaskRecord(Finished):
    """A task that is done."""

    run: Run | None = None
    length: int = 0

    of: ClassVar = Task
    files: ClassVar = ("result.csv",)
    unrecorded: ClassVar = ("large.bin",)
    one: ClassVar = "task"
    several: ClassVar = "tasks"

    @classmethod
    def _more(cls, content: dict) -> dict:
        run = content["run"]
        return {"run": run and Run.read(run), "length": content["length"]}


class Tasks(Store):
    """Tasks in a folder; they write their word letter by letter."""

    kind = TaskRecord

    def execute(self, task, behind, pictures, folder, device, tell):
        """Write the word, and something that is not to be recorded."""
        (folder / "large.bin").write_bytes(b"0" * 9)
        with (folder / "result.csv").open("w") as file:
            for letter in task.word:
                file.write(letter)
                tell(letter)
        return {"length": len(task.word)}
