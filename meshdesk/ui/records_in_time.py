"""The list of records follows the time cursor: it scrolls to a moment, and a range leaves out what is of another time."""

from dataclasses import replace
from typing import TYPE_CHECKING

from meshdesk.session.opened import Opened

if TYPE_CHECKING:
    from meshdesk.ui.views.records import RecordsView


class RecordsInTime:
    """One list. It is asked at each refresh; a question is on its way at most."""

    def __init__(self, view: "RecordsView") -> None:
        self._view = view
        self._at: tuple[int, str, int | None] | None = None  # the list of which capture is at which moment
        self._is_asking = False

    def follow(self, opened: Opened) -> bool:
        """Shows what the cursor is on; True where the list is another one by now."""
        view, cursor = self._view, opened.cursor
        if not view.listing.topics:
            return False
        if view.listing.between != cursor.range:
            view.show_listing(replace(view.listing, between=cursor.range))
            return True
        before, moment = self._at, None if cursor.range is not None else cursor.moment
        order = opened.lists.order(view.list)
        if before == (opened.number, view.list, moment) or self._is_asking or (order is not None and not order.is_made):
            return False
        if moment is None:
            self._at = (opened.number, view.list, None)
            view.table.show_moment(None)
            if before is not None and before[:2] == self._at[:2]:
                view.go_back_to_the_end()
            return False
        view.following = False
        self._is_asking, name = True, view.list

        def found(k: int | None) -> None:
            self._is_asking = False
            if view.list == name and view.opened is opened:
                self._at = (opened.number, name, moment)
                view.table.show_moment(-1 if k is None and opened.lists.order(name) is None else k)

        opened.lists.at_moment(name, moment, found)
        return False
