"""Where the reader of a list of records is, found again when the list is another one or records have come into its midst.

In another order the record that was selected is somewhere else, and where it is is known only once the order is made. Several
topics by time have their newest at the bottom. What is on the screen goes with its records where others come in above it.
"""

from typing import TYPE_CHECKING

from meshdesk.model.row import Row
from meshdesk.session.opened import Opened

if TYPE_CHECKING:
    from meshdesk.ui.views.records import RecordsView


class ReadersPlace:
    """Of one list. It is asked at each refresh; a question is on its way at most."""

    def __init__(self, view: "RecordsView") -> None:
        self._view = view
        self._kept: Row | None = None  # the record to find again once the order is there
        self._wants_end = False  # the reader was at the newest: so they are once the order is there
        self._version = 0  # of the order on the screen, as of which its rows have their numbers in the table

    @property
    def has_record(self) -> bool:
        """A record is to be found again."""
        return self._kept is not None

    def keep(self) -> None:
        """Another list is about to be shown: the record that the reader is at is to be found in it."""
        line = self._view.table.current_line()
        self._kept = self._kept if line is None else line.row

    def begin(self, opened: Opened | None) -> None:
        """Another list is shown."""
        order = opened.lists.order(self._view.list) if opened is not None else None
        self._version = order.version if order is not None else 0

    def want_end(self, wanted: bool) -> None:
        """The reader is to be at the newest once the order is made, or has gone from there."""
        self._wants_end = wanted

    def forget_record(self) -> None:
        """The reader goes on to something else."""
        self._kept = None

    def go_along(self, opened: Opened) -> bool:
        """Records have come in among those of the list: what is selected, and what is on the screen, goes with its record;
        whether any have."""
        view, order = self._view, opened.lists.order(self._view.list)
        if order is None or order.version == self._version:
            return False
        moves, self._version = order.moves_since(self._version), order.version
        if all(move.runs is not None for move in moves):
            for move in moves:
                for at, length in move.runs or ():
                    view.table.insert(at, length)
        else:
            line = view.table.line_before()
            self._kept = self._kept if line is None else line.row
            view.table.show_list(opened, view.list, order.rows, opened.lists.first(view.list))
        return True

    def find(self, opened: Opened) -> None:
        """The reader comes to where they were, as far as it is known by now where that is."""
        self._find_record(opened)
        self._find_end(opened)
        self._take_in_late_topics(opened)

    def _find_record(self, opened: Opened) -> None:
        """The record that was selected is selected again, once the order is made."""
        view, kept, name = self._view, self._kept, self._view.list
        order = opened.lists.order(name)
        if kept is None or (order is not None and not order.is_made):
            return
        self._kept = None

        def found(k: int | None) -> None:
            if view.list != name or view.opened is not opened or view.table.selectionModel().hasSelection():
                return  # the reader has gone on
            if k is None:
                opened.chosen.select(name, None)
            else:
                view.table.grow(max(view.table.records.end, k + 1), False, opened.lists.first(name))
                view.table.choose(k)

        opened.lists.where(name, kept, found)

    def _find_end(self, opened: Opened) -> None:
        """Several topics by time have their newest records at the bottom, where the reader was."""
        order = opened.lists.order(self._view.list)
        if self._wants_end and (order is None or order.is_made):
            self._wants_end = False
            self._view.table.to_the_end()

    def _take_in_late_topics(self, opened: Opened) -> None:
        """A topic that was added before a record of it was read has its records in the list once they are there, also where
        they are too old to come in one by one."""
        topics = self._view.listing.topics
        order = opened.lists.order(self._view.list) if len(topics) > 1 else None
        if order is None or not order.is_late or order.failed or opened.status.behind:
            return
        if any(end == 0 < opened.lists.rows(topic) for topic, end in zip(topics, order.ends, strict=True)):
            self._view.sort_again()
