"""The one record of a capture that somebody has selected in a list: what is shown of it, and what is asked about it."""

from collections.abc import Callable, Sequence

from meshdesk.model.decode_as import Role
from meshdesk.model.frame import Message
from meshdesk.model.node import Node, from_frame
from meshdesk.model.row import Details, details_from
from meshdesk.session.questions import Questions


class Chosen:
    """Lives on the window's thread; nothing here waits. An answer about a record that the reader has left is dropped."""

    def __init__(
        self,
        look: Questions,
        how: Callable[[str], Message],
        failed: Callable[[Message], None],
        changed: Callable[[], None],
    ) -> None:
        """`how` says where the records of a list are, and how they are to be read (Lists.how); `failed` gets an answer that
        could not be given, and `changed` is told when something else is shown."""
        self.details: Details | None = None
        self._look, self._how, self._failed, self._changed = look, how, failed, changed
        self._selected: tuple[str, int] | None = None  # list, row
        self._turn = 0  # how often one was selected
        self._revealed: tuple[str, ...] = ()  # names of secrets in it that its reader wants to see

    def select(self, topic: str, k: int | None) -> None:
        """Selects a row of a list, or none."""
        selected = None if k is None else (topic, k)
        if selected == self._selected:
            return
        self._selected, self.details, self._revealed = selected, None, ()
        self._turn += 1
        self._changed()
        self.renew()

    def move(self, topic: str, now: Callable[[int], int]) -> None:
        """Rows of a list have other numbers: the record stays selected."""
        if self._selected is None or self._selected[0] != topic:
            return
        self._selected = topic, now(self._selected[1])
        if self.details is None:  # what is on its way is taken for another record's
            self.renew()

    def reveal(self, name: str) -> None:
        """Shows a secret of the selected record, as long as it is selected; others stay masked."""
        if self._selected is not None and name not in self._revealed:
            self._revealed = (*self._revealed, name)
            self.renew()

    def renew(self) -> None:
        """Asks for it; what is shown of it stands until the answer is there."""
        wanted = self._selected, self._revealed
        if self._selected is None:
            return

        def arrived(answer: Message) -> None:
            if (self._selected, self._revealed) != wanted:
                return  # the reader has gone on
            if answer.get("is") != "record":
                self._failed(answer)
            elif (details := details_from(answer["details"])) != self.details:
                self.details = details
                self._changed()

        self._look.ask({"do": "record", **self._about(self._selected)}, arrived)

    def fetch_parts(
        self, role: Role, path: Sequence[int], first: int, done: Callable[[tuple[Node, ...], int], None]
    ) -> None:
        """The parts from number `first` on of a container in its tree, at a path of rows; `done` also gets how many are left.
        Where they cannot be had that is said, and `done` is not called."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "parts":
                done(tuple(map(from_frame, answer["nodes"])), int(answer["left"]))
            else:
                self._failed(answer)

        self._ask({"do": "parts", "role": role, "path": list(path), "first": first}, arrived)

    def fetch_text(self, role: Role, path: Sequence[int], done: Callable[[str], None]) -> None:
        """The same of the text of a part, to be copied."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "text":
                done(str(answer["text"]))
            else:
                self._failed(answer)

        self._ask({"do": "text", "role": role, "path": list(path)}, arrived)

    def _ask(self, question: Message, arrived: Callable[[Message], None]) -> None:
        selected = self._selected
        if selected is None:
            return
        about, turn = self._about(selected), self._turn

        def arrived_still(answer: Message) -> None:
            now = self._about(selected)
            if self._turn == turn and all(
                now.get(how) == about.get(how) for how in ("as", "revealed")
            ):  # read as it was then
                arrived(answer)

        self._look.ask(question | about, arrived_still)

    def _about(self, selected: tuple[str, int]) -> Message:
        """What a question on the record says of where it is, how it is to be read, and what of it may be seen."""
        topic, k = selected
        return {"k": k, **self._how(topic), **({"revealed": list(self._revealed)} if self._revealed else {})}
