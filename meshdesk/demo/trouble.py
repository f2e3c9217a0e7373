"""What goes wrong in the embedded mesh, as a sentence for the reader, and how its long steps say how far they are."""

from collections.abc import Callable
from typing import TypeAlias

from meshdesk.model.trouble import Trouble

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a whole sentence, how much is done and of how much (any unit; 0 of 0 where nobody knows)."""


class DemoError(Exception):
    """The embedded mesh cannot start or go on. `trouble` says why and what to do next; str() is the whole sentence."""

    def __init__(self, text: str, advice: str = "", about: str = "the demo") -> None:
        self.trouble = Trouble(text, advice, about)
        super().__init__(self.trouble.sentence)


def silent(text: str, done: int, of: int) -> None:
    """The progress of somebody who does not want to know."""
