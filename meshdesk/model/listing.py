"""Listings: which records a list shows, and in which order. A value; whoever shows it asks the session for its rows."""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from meshdesk.model.frame import Message

Column = Literal["partition", "offset", "timestamp", "key", "value", "headers", "size"]
COLUMNS: tuple[Column, ...] = get_args(Column)


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of some topics of one capture."""

    topics: tuple[str, ...]
    by: Column | None = None  # None: as they arrived
    descending: bool = False
    word: str = ""  # only records that hold it in key, value or headers
    between: tuple[int, int] | None = None  # only records of that time (ms, both ends included), and those without one

    @property
    def topic(self) -> str:
        """The topic, where there is one; "" where there are several or none."""
        return self.topics[0] if len(self.topics) == 1 else ""

    @property
    def is_arrival(self) -> bool:
        """All rows of one topic as they arrived: no order has to be made for it."""
        return len(self.topics) <= 1 and self.by is None and not self.is_filtered

    @property
    def is_merged(self) -> bool:
        """Several topics, the newest record last: what arrives takes the place that its timestamp says."""
        return len(self.topics) > 1 and self.by in (None, "timestamp") and not self.descending

    @property
    def is_live(self) -> bool:
        """What arrives has its place in the list at once: at its end, or by its time."""
        return self.is_merged or (self.by is None and len(self.topics) <= 1)

    @property
    def is_filtered(self) -> bool:
        """Some records may be left out."""
        return bool(self.word) or self.between is not None


def arrival(topic: str) -> Listing:
    """All rows of one topic as they arrived."""
    return Listing((topic,))


def turned(listing: Listing, by: Column) -> Listing:
    """What a click on a column's head asks for: ascending, then descending, then as they arrived.

    >>> listing = turned(arrival("orders"), "key")
    >>> (listing.by, listing.descending), turned(listing, "key").descending, turned(turned(listing, "key"), "key").by
    (('key', False), True, None)
    """
    if listing.by != by:
        return replace(listing, by=by, descending=False)
    return replace(listing, descending=True) if not listing.descending else replace(listing, by=None, descending=False)


def listing_message(listing: Listing) -> Message:
    """The listing as JSON for the pipe to explain."""
    return {
        "topics": list(listing.topics),
        "by": listing.by,
        "descending": listing.descending,
        "word": listing.word,
        "between": list(listing.between) if listing.between else None,
    }


def listing_from(message: Message) -> Listing:
    """What `listing_message` wrote. Raises ValueError for a column that no list has."""
    by: Any = message["by"]
    if by is not None and by not in COLUMNS:
        raise ValueError(f"no list has a column {by}")
    between = message.get("between")
    return Listing(
        tuple(map(str, message["topics"])),
        by,
        bool(message["descending"]),
        str(message["word"]),
        (int(between[0]), int(between[1])) if between else None,
    )
