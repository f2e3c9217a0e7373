"""Where the window is, as a place; how it goes to one, back and forward; and the words of the path in the top bar."""

from typing import TYPE_CHECKING

from meshdesk.model.listing import Listing
from meshdesk.model.record import RecordName
from meshdesk.session.opened import Opened
from meshdesk.ui.history import History, Place
from meshdesk.ui.widgets.record_lines import CONTROLS

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NOWHERE = "MeshDesk"  # what the path says before anything is open


class Places:
    """The places of one window. It is told of none: it looks at each beat where the window is."""

    def __init__(self, window: "Window") -> None:
        self.history = History()
        self._window = window
        self._jumps = False

    def note(self) -> None:
        """Takes where the window is into its history."""
        window = self._window
        self.history.keep({opened.number for opened in window.session.captures})
        here, before = self.here(), self.history.place
        is_near = before is not None and before.is_near(here)
        if self._jumps and is_near and here.record is None:
            return  # the topic is shown anew, and its record is still looked for
        self.history.visit(here, self._jumps)
        self._jumps = self._jumps and here.record is None

    def jump(self) -> None:
        """The record that is shown next is a place of its own, also on the same topic."""
        self._jumps = True

    def here(self) -> Place:
        """What the window shows."""
        window, records = self._window, self._window.frame.records
        opened = window.current
        if not window.pages.is_framed or opened is None:
            return Place(window.pages.shown)
        if records.opened is not opened or window.pages.shown_view is not records:
            return Place(window.pages.shown, opened.number)
        line = records.table.current_line() if records.table.chosen_count() == 1 else None
        row = line.row if line is not None else None
        record = RecordName(row.topic, row.partition, row.offset) if row is not None else None
        return Place(window.pages.shown, opened.number, records.listing, record)

    def back(self) -> None:
        self._go(self.history.back())

    def forward(self) -> None:
        self._go(self.history.forward())

    def parts(self) -> tuple[str, ...]:
        """The path to where the window is."""
        window, here = self._window, self.here()
        if not window.pages.is_framed:
            title = window.pages.modules[here.view].TITLE
            return (title if here.view != "start" or window.current is not None else NOWHERE,)
        if window.current is None:
            return (NOWHERE,)
        is_records = window.pages.shown_view is window.frame.records
        end = ", ".join(here.listing.topics) if is_records else window.pages.modules[here.view].TITLE
        return tuple(part.translate(CONTROLS) for part in (window.current.title, end) if part)

    def press(self, part: int) -> None:
        """A part of the path leads there: the first one of a topic's to its capture."""
        window = self._window
        if part == 0 and window.current is not None:
            window.show_capture(window.current)

    def _go(self, place: Place | None) -> None:
        if place is None:
            return
        window = self._window
        window.view = place.view
        opened = next((known for known in window.session.captures if known.number == place.capture), None)
        if opened is not None:
            window.current = opened
            if place.view == "records":
                self._go_to_records(opened, place)
        window.refresh()

    def _go_to_records(self, opened: Opened, place: Place) -> None:
        records, listing = self._window.frame.records, place.listing
        if (records.opened, records.listing.topics) != (opened, listing.topics) or records.listing != listing:
            self._show(opened, listing)
        if place.record is not None and listing.is_arrival:
            records.choose(place.record)
        elif place.record is None:
            records.table.clearSelection()

    def _show(self, opened: Opened, listing: Listing) -> None:
        frame = self._window.frame
        if not listing.topics:
            frame.show_topic(None, "")
            return
        frame.show_topic(opened, listing.topics[0])
        if not listing.is_arrival or len(listing.topics) > 1:
            frame.records.restore(listing)
