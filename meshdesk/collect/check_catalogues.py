"""The steps of a connection test for the folders of catalogues and for schema files: what was read, what was not understood."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from meshdesk.collect.catalogues.folder import CONTRACTS, Folder
from meshdesk.collect.catalogues.watching import folders_of
from meshdesk.collect.check_registry import Say
from meshdesk.collect.client import now
from meshdesk.model.fact import Checked
from meshdesk.model.schema_formats import IN_WORDS
from meshdesk.model.step import Name, Step
from meshdesk.model.wording import plural

SHOWN = 400  # signs of a notice in a sentence


@dataclass(frozen=True, slots=True)
class _Words:
    """What a step says where it is not a matter of numbers."""

    late: str
    none: str  # a connection that names no folder
    empty: str  # before the names of folders that hold nothing
    advice: str  # what they may hold


WORDS: dict[str, _Words] = {
    "schemas": _Words(
        "The schema files could not be read in time.",
        "This connection has no schema files.",
        "No schema",
        f"MeshDesk reads {IN_WORDS}.",
    ),
    "catalogues": _Words(
        "The folders of catalogues could not be read in time.",
        "This connection has no folders of contracts.",
        "No contract and no data product",
        "MeshDesk reads data contracts (ODCS) and data products (ODPS of Bitol) as .yaml, .yml and .json.",
    ),
}


class FoldersStep:
    """It stands for itself: a thread of its own reads them meanwhile, as a folder of a network may not answer."""

    def __init__(self, name: Name, paths: Sequence[str], say: Say, until: float) -> None:
        """`name` is a key of WORDS. `until`: monotonic; nothing is waited for any longer."""
        self._name, self._words, self._paths, self._say, self._until = name, WORDS[name], paths, say, until
        self._answer: SimpleQueue[Step] = SimpleQueue()
        say(Step(name, "running"))
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def wait(self) -> bool:
        """Says what came of it, whether it did not fail."""
        try:
            step = self._answer.get(timeout=max(0.1, self._until - time.monotonic()))
        except Empty:
            advice = "Choose smaller folders, or try again: they are read all the same."
            step = Step(self._name, "failed", self._words.late, advice)
        self._say(step)
        return step.state != "failed"

    def _run(self) -> None:
        if not self._paths:
            self._answer.put(Step(self._name, "skipped", self._words.none))
            return
        if self._name == "schemas":
            folders = folders_of((), self._paths, now)
        else:  # what they are read for besides is no matter of contracts
            folders = [folder for folder in folders_of(self._paths, (), now) if folder.reads is CONTRACTS]
        failed = [sentence for folder in folders if (sentence := _failed(folder))]
        read = _read(folders, self._words)
        if failed:
            text, _, advice = failed[0].partition(". ")
            self._answer.put(Step(self._name, "failed", f"{text}.", advice))
        else:
            self._answer.put(Step(self._name, "passed", *read))


def _failed(folder: Folder) -> str:
    """What of the folder cannot be read."""
    last = [fact for facts in folder.look() for fact in facts][-1]
    return last.failed if isinstance(last, Checked) else ""


def _read(folders: Sequence[Folder], words: _Words) -> tuple[str, str]:
    """How many files of which format, and the first place that was not understood."""
    counts = [folder.counts() for folder in folders]
    files = sum(count.files for count in counts)
    where = ", ".join(folder.source.partition(" ")[2] for folder in folders)
    if not files:
        return f"{words.empty} is in {where}.", words.advice
    formats: dict[str, int] = {}
    for count in counts:
        for name, number in count.formats.items():
            formats[name] = formats.get(name, 0) + number
    listed = ", ".join(f"{number:,} of {name}" for name, number in sorted(formats.items()))
    text = f"{plural(files, 'file')} in {where}: {listed}." if listed else f"{plural(files, 'file')} in {where}."
    notices = sum(count.notices for count in counts)
    if not notices:
        return text, ""
    first = next(count.first for count in counts if count.first)
    places = "One place was" if notices == 1 else f"{notices:,} places were"
    return text, f"{places} not understood. {first[:SHOWN]}"
