"""What is said beside the curves: how many there are, and what is to be known of them."""

from typing import TYPE_CHECKING

from meshdesk.model import wording
from meshdesk.model.asked import SECOND
from meshdesk.ui import times

if TYPE_CHECKING:
    from meshdesk.model.curves import Curves

NOUNS = {"topic": ("topic", "topics"), "product": ("product", "products"), "domain": ("domain", "domains")}
BY_TIME = "Hatched: asked by time, in offsets; what was compacted away and transaction markers count too."
NOT_READ = "Bytes are known of topics that are read, and none is: open a topic to read its records."


def how_many(drawn: "Curves") -> str:
    """A phrase: "12 topics", "10 of 24 topics, the others are one curve"."""
    by = drawn.asked.by
    if by == "total":
        return "all topics together"
    if not drawn.others:
        return wording.plural(len(drawn.curves), *NOUNS[by])
    own = len(drawn.curves) - 1
    return f"{own:,} of {wording.plural(own + drawn.others, *NOUNS[by])}, the others are one curve"


def to_be_known(drawn: "Curves", began: int, silent: int | None = None) -> str:
    """Sentences on what is not known, and how the rest is; "" where there is nothing to say. `began` is when the recording
    did, `silent` since when nothing was seen, in ms."""
    topics, unknown = len(drawn.total.box.topics), len(drawn.unknown)
    if drawn.asked.of == "bytes":
        read = f"Bytes of keys, values and headers, by timestamp, of topics that are read: {topics - unknown:,} of {topics:,}."
        return read if topics > unknown else NOT_READ
    said = []
    if silent is not None:
        said.append(f"Nothing was seen since {times.minute(silent)}; what comes meanwhile is not known yet.")
    if bool(drawn.by_time.any()):
        said.append(BY_TIME)
    elif drawn.asked.start + SECOND < began:
        said.append(f"The recording began at {times.minute(began)}; nothing is known of the time before.")
    if unknown and unknown < topics:
        said.append(f"Nothing is known of {wording.plural(unknown, 'topic')}.")
    if drawn.why:
        said.append(drawn.why)
    return " ".join(said)
