"""Saving: one or several captures that are written to a .meshcap, beside the window, and what is told of it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from meshdesk.capture.pack import draft_of
from meshdesk.model.frame import Message
from meshdesk.session.questions import Questions
from meshdesk.session.works import Works


class Saves:
    """Those that were begun from one capture. Lives on the window's thread; nothing here waits."""

    def __init__(self, program: Questions, works: Works, changed: Callable[[], None]) -> None:
        """`program` does it; how far it is stands among the works, and `changed` is told of each step."""
        self._program, self._works, self._changed = program, works, changed
        self._begun = 0
        self._under_way = 0

    @property
    def is_under_way(self) -> bool:
        """Whether one is not over."""
        return self._under_way > 0

    def save(self, sources: Sequence[Path], path: Path, done: Callable[[str], None]) -> None:
        """Writes captures as they are now; `done` gets "" or the sentence why they could not be."""
        if not sources:
            done("Nothing is open that could be saved.")
            return
        draft = draft_of(path)
        self._begun += 1
        key = f"save {self._begun}"

        def said(answer: Message) -> None:
            if answer.get("is") == "progress":
                self._works.tell(key, int(answer["done"]), int(answer["of"]))
            else:
                self._under_way -= 1
                self._works.end(key)
                if answer.get("is") != "saved":
                    with suppress(OSError):  # a program that was killed has left it behind
                        draft.unlink()
                done("" if answer.get("is") == "saved" else str(answer.get("text", "")))
            self._changed()

        self._under_way += 1
        folders = list(dict.fromkeys(map(str, sources)))
        number = self._program.ask({"do": "save", "folders": folders, "path": str(path), "draft": str(draft)}, said)
        self._works.begin(key, f"Saving {path.name}", cancel=lambda: self._program.cancel(number))
        self._changed()
