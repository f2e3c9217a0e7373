"""Where the window has been: a bounded list of places, and where in it the window is. Without Qt."""

from collections.abc import Collection
from dataclasses import dataclass

from meshdesk.model.listing import Listing
from meshdesk.model.record import RecordName

KEPT = 100  # places; nobody goes back further, and one may hold a name of 249 characters


@dataclass(frozen=True, slots=True)
class Place:
    """What the window shows: a view, and for the records of a capture also which ones, and which is selected."""

    view: str
    capture: int | None = None  # the number of an open capture
    listing: Listing = Listing(())  # noqa: RUF009  it is frozen
    record: RecordName | None = None

    def is_near(self, other: "Place") -> bool:
        """The same view on the same topics: going through records, or sorting and filtering them, is no step of its own."""
        return (self.view, self.capture, self.listing.topics) == (other.view, other.capture, other.listing.topics)


class History:
    """Places in the order in which they were visited; going back and then elsewhere drops what was ahead."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1

    @property
    def place(self) -> Place | None:
        """Where the window is."""
        return self._places[self._at] if self._places else None

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at < len(self._places) - 1

    def visit(self, place: Place, jumps: bool = False) -> None:
        """The window is there now. A place near the one of before takes its stead, unless somebody jumped to it.

        >>> history = History()
        >>> for view in ("start", "records", "trouble"):
        ...     history.visit(Place(view))
        >>> history.back().view, history.back().view, history.back()
        ('records', 'start', None)
        """
        here = self.place
        if here == place:
            return
        if here is not None and here.is_near(place) and not jumps:
            self._places[self._at] = place
            return
        self._places = [*self._places[: self._at + 1], place][-KEPT:]
        self._at = len(self._places) - 1

    def back(self) -> Place | None:
        """One step back; None where there is none."""
        return self._step(-1) if self.can_go_back else None

    def forward(self) -> Place | None:
        """One step forward; None where there is none."""
        return self._step(1) if self.can_go_forward else None

    def keep(self, captures: Collection[int]) -> None:
        """Forgets the places of captures that are not open any more."""
        if all(place.capture is None or place.capture in captures for place in self._places):
            return
        here = self._at
        kept: list[Place] = []
        for at, place in enumerate(self._places):
            is_open = place.capture is None or place.capture in captures
            if is_open and (not kept or kept[-1] != place):
                kept.append(place)
            if at == here:
                self._at = len(kept) - 1
        self._places = kept
        self._at = max(self._at, 0) if kept else -1

    def _step(self, by: int) -> Place:
        self._at += by
        return self._places[self._at]
