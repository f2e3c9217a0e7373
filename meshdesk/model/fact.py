"""Facts: what a source claims about the mesh, when it was seen, and how we know it."""

from dataclasses import dataclass
from sys import intern
from typing import Any, Literal, NamedTuple

from meshdesk.model.frame import Message

Evidence = Literal["declared", "authorised", "observed", "inferred"]


class Fact(NamedTuple):
    """One claim. A later fact of the same kind, subject and source replaces it; `value` None takes it back."""

    # A tuple, as a large mesh has hundreds of thousands: a frozen dataclass takes three times as long to make.

    kind: str  # "cluster", "topic", "schema" …
    about: str  # which one: the topic's name, the schema's id
    value: Message | None
    seen: int  # ms since the epoch, by collect's clock
    source: str  # who says so: "kafka", "registry", a file
    evidence: Evidence = "observed"
    line: int = 0  # of the file, from 1: where it says so; 0 where there is none


@dataclass(frozen=True, slots=True)
class Checked:
    """The line that ends a round of a source: what it was asked for is complete as of then, or what failed."""

    source: str
    started: int  # ms since the epoch
    seen: int
    failed: str = ""  # a sentence; "" when the round is complete


def fact_message(fact: Fact | Checked) -> Message:
    """A fact or a checked line as JSON, as it stands in a capture."""
    if isinstance(fact, Checked):
        return {"checked": fact.source, "from": fact.started, "to": fact.seen, "failed": fact.failed}
    message: Message = {
        "fact": fact.kind,
        "about": fact.about,
        "value": fact.value,
        "seen": fact.seen,
        "source": fact.source,
        "evidence": fact.evidence,
    }
    return message | {"line": fact.line} if fact.line else message


def fact_from(message: Message) -> Fact | Checked | None:
    """What the line says; None for a kind of line that this version does not know."""
    if "checked" in message:
        return Checked(
            str(message["checked"]), int(message["from"]), int(message["to"]), str(message.get("failed", ""))
        )
    if "fact" not in message:
        return None
    value: Any = message.get("value")
    evidence: Any = intern(str(message.get("evidence", "observed")))
    # As `Fact` would be called, which takes a third longer: a large mesh has hundreds of thousands.
    return tuple.__new__(
        Fact,
        (
            intern(str(message["fact"])),  # there are few words of each
            str(message["about"]),
            value if isinstance(value, dict) else None,
            int(message["seen"]),
            intern(str(message["source"])),
            evidence,
            int(message.get("line", 0)),
        ),
    )
