"""What the records view says of its list: how many records it has, in which order, and why there are none. Without Qt."""

from typing import NamedTuple

from meshdesk.model import wording
from meshdesk.model.listing import Listing
from meshdesk.session.orders import Order
from meshdesk.ui import times


class Nothing(NamedTuple):
    """What stands in the place of a list without rows."""

    title: str
    text: str = ""
    button: str = ""  # what is offered; "" for nothing


def share(rows: int, of: int) -> str:
    """How many of the records a filter leaves in."""
    return f"{wording.count(rows)} of {wording.plural(of, 'record')}"


def order_words(listing: Listing, order: Order, newer: int) -> str:
    """How the list is ordered, and how far that is; `newer` is how many records have arrived that have no place in it."""
    words = []
    if listing.between is not None:
        words.append(f"from {_clock(listing.between[0])} to {_clock(listing.between[1])}")
    if len(listing.topics) > 1:
        words.append(f"{len(listing.topics)} topics by {listing.by or 'timestamp'}")
    elif listing.by is not None:
        words.append(f"by {listing.by}")
    if order.failed:
        words.append("not finished")
    elif not order.is_made and not order.is_known and order.of:
        words.append(f"{'looking' if listing.is_filtered else 'sorting'} {order.done / order.of:.0%}")
    elif newer:
        words.append(f"{wording.count(newer)} newer")
    return " · ".join(words)


def no_topic(are_topics_beside: bool) -> Nothing:
    """Of a view that shows no topic; `are_topics_beside`: they can be chosen from on the same screen."""
    if are_topics_beside:
        return Nothing("No topic is open", "Choose one on the left to see its records.")
    return Nothing("No topic is open", "Choose one to see its records.", "Show the topics")


def nothing_in(listing: Listing, order: Order) -> Nothing:
    """Of an order without a row."""
    if order.failed:
        return Nothing(
            "Not looked through to the end" if listing.is_filtered else "Not sorted", order.failed, "Try again"
        )
    if not listing.is_filtered:
        return Nothing("Sorting …")
    if not order.is_made and not order.is_known:
        return Nothing("Looking …")
    if not any(order.ends):
        return Nothing("There is no record to look in", "The capture holds none of what is shown here.")
    return Nothing(*_nothing_found(listing))


def nothing_arrived(state: str, state_text: str, start: str) -> Nothing:
    """Of a topic as its records arrived, in a capture of that state; `start` says since when it is read ("": not known)."""
    if state == "live":
        since = (
            ""
            if start in ("", "the beginning")
            else f" since {start.removesuffix(' ago')}" + (" ago" if " ago" in start else "")
        )
        button = "" if start == "the beginning" else "Read from the beginning"
        return Nothing(f"No record{since}", "New ones appear here as they arrive.", button)
    if state in ("opening", "connecting"):
        return Nothing(state_text)
    return Nothing("No record of this topic", "The capture knows the topic and holds none of its records.")


def _nothing_found(listing: Listing) -> tuple[str, str]:
    """What is said where a filter leaves every record out, and what can be done."""
    if listing.between is None:
        return (
            f"No record holds “{listing.word}”",
            "A word without capitals is found in any case; others as they are written.",
        )
    first, last = map(_clock, listing.between)
    what = f"No record from {first} to {last}" + (f" holds “{listing.word}”" if listing.word else "")
    return what, "That is the time chosen on the strip below; Escape there, or a press on it, takes it back."


def _clock(ms: int) -> str:
    return times.moment(ms).clock[:8]
