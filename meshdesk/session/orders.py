"""Orders that lists are shown in: which ones there are of a capture, how far each is made, and where its file lies.

A list has a name: its topic's, where its records are shown as they arrived, and one that no topic can have (`/3`; a slash is
not in Kafka's alphabet) for every other order. Whoever shows a list asks for its rows by that name.
"""

from dataclasses import dataclass, field
from pathlib import Path

from meshdesk.model.frame import Message
from meshdesk.model.listing import Listing, listing_message

KEPT = 8  # orders of a capture; the oldest goes, with its file: 80 MB for ten million rows


@dataclass(slots=True)
class Order:
    """One order, and how far it is made."""

    name: str
    listing: Listing
    file: Path
    rows: int = 0  # that can be shown
    done: int = 0  # rows looked at, of `of`
    of: int = 0
    ends: list[int] = field(default_factory=list)  # up to which row of each topic it has looked
    asked: int | None = None  # the question that is on its way
    failed: str = ""  # a sentence

    @property
    def is_made(self) -> bool:
        """Nothing of it is on its way."""
        return self.asked is None

    @property
    def is_known(self) -> bool:
        """It was made once: what is on its way by now is what arrived since."""
        return bool(self.ends)

    @property
    def grows(self) -> bool:
        """Rows that arrive later belong at its end: a filter of one topic as it arrived."""
        return self.listing.by is None and len(self.listing.topics) == 1

    @property
    def words(self) -> str:
        """What making it is, in words."""
        listing = self.listing
        what = listing.topic or f"{len(listing.topics)} topics"
        if listing.word:
            return f"Looking for “{listing.word[:40]}” in {what}"
        return f"Sorting {what} by {listing.by or 'timestamp'}"

    def where(self) -> Message:
        """What explain needs to read it."""
        return {"topic": self.name, "order": str(self.file), "topics": list(self.listing.topics)}

    def question(self) -> Message:
        """What asks work to make it, or to go on with it."""
        begin = self.ends or [0] * len(self.listing.topics)
        return {"do": "order", "listing": listing_message(self.listing), "order": str(self.file), "begin": begin}
