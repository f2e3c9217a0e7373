"""What one role of the explain program is asked about one capture, and how much of that is on its way."""

from meshdesk.model.frame import Message
from meshdesk.session.explainers import Done, Explainers


class Questions:
    """One capture's part of a role that serves all of them."""

    def __init__(self, capture: int, explainers: Explainers) -> None:
        self._capture, self._explainers = capture, explainers
        self._on_their_way = 0

    @property
    def is_busy(self) -> bool:
        """Something was asked and is not answered."""
        return self._on_their_way > 0

    def open(self, path: str, which: int) -> None:
        """Opens the capture in the programs of the role, also in those to come; starts none."""
        self._explainers.open(self._capture, path, which)

    def close(self) -> None:
        self._explainers.close(self._capture)

    def warm(self) -> None:
        """Starts the role, where it does not run yet."""
        self._explainers.warm()

    def ask(self, message: Message, done: Done) -> int:
        """Asks about the capture; the number to cancel it by. `done` hears, on the beat, what Explainers.ask says."""

        def arrived(answer: Message) -> None:
            if answer.get("is") != "progress":
                self._on_their_way -= 1
            done(answer)

        self._on_their_way += 1
        return self._explainers.ask(message | {"capture": self._capture}, arrived)

    def cancel(self, number: int) -> None:
        self._explainers.cancel(number)
