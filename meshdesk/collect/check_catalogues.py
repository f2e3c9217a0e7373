"""The step of a connection test for the folders of catalogues: what was read in them, and what was not understood."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from meshdesk.collect.catalogues.folder import Folder, names
from meshdesk.collect.check_registry import Say
from meshdesk.collect.client import now
from meshdesk.model.fact import Checked
from meshdesk.model.step import Step
from meshdesk.model.wording import plural

SHOWN = 400  # signs of a notice in a sentence


class CataloguesStep:
    """It stands for itself: a thread of its own reads them meanwhile, as a folder of a network may not answer."""

    def __init__(self, paths: Sequence[str], say: Say, until: float) -> None:
        """`until`: monotonic; nothing is waited for any longer."""
        self._paths, self._say, self._until = [Path(path) for path in paths], say, until
        self._answer: SimpleQueue[Step] = SimpleQueue()
        say(Step("catalogues", "running"))
        threading.Thread(target=self._run, name="catalogues", daemon=True).start()

    def wait(self) -> bool:
        """Says what came of it, whether it did not fail."""
        try:
            step = self._answer.get(timeout=max(0.1, self._until - time.monotonic()))
        except Empty:
            text = "The folders of catalogues could not be read in time."
            step = Step(
                "catalogues", "failed", text, "Choose smaller folders, or try again: they are read all the same."
            )
        self._say(step)
        return step.state != "failed"

    def _run(self) -> None:
        if not self._paths:
            self._answer.put(Step("catalogues", "skipped", "This connection has no folders of contracts."))
            return
        folders = [Folder(path, name, now) for path, name in names(self._paths).items()]
        failed = [sentence for folder in folders if (sentence := _failed(folder))]
        read = _read(folders)
        if failed:
            text, _, advice = failed[0].partition(". ")
            self._answer.put(Step("catalogues", "failed", f"{text}.", advice))
        else:
            self._answer.put(Step("catalogues", "passed", *read))


def _failed(folder: Folder) -> str:
    """What of the folder cannot be read."""
    last = [fact for facts in folder.look() for fact in facts][-1]
    return last.failed if isinstance(last, Checked) else ""


def _read(folders: Sequence[Folder]) -> tuple[str, str]:
    """How many files of which format, and the first place that was not understood."""
    counts = [folder.counts() for folder in folders]
    files = sum(count.files for count in counts)
    where = ", ".join(folder.source.removeprefix("files ") for folder in folders)
    if not files:
        advice = "MeshDesk reads data contracts (ODCS) and data products (ODPS of Bitol) as .yaml, .yml and .json."
        return f"No contract and no data product is in {where}.", advice
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
