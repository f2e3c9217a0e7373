"""Which decoder somebody asked for instead of the one that was found: for one key or value, for all that name a schema, for a
topic's keys or values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from meshdesk.model.record import RecordName

Role = Literal["key", "value"]
Scope = Literal["record", "schema", "topic"]
SCOPES: tuple[Scope, ...] = ("record", "schema", "topic")  # whoever is asked for the narrowest is obeyed
OF_TYPE = "type "  # begins a wish for a type of a schema file instead of a decoder: "type acme.Order"
TEXT_AS = "text as "  # begins the names of decoders that read text in an encoding, which stands behind it
MOST = 200  # of one connection; they go with every question for rows


class About(NamedTuple):
    """What a wish is for."""

    scope: Scope
    name: str


def about_record(name: RecordName, role: Role) -> About:
    """One key or value.

    >>> about_record(RecordName("orders", 1, 42), "value")
    About(scope='record', name='value of orders[1]@42')
    """
    return About("record", f"{role} of {name}")


def about_schema(number: int) -> About:
    """Whatever names that schema by its id."""
    return About("schema", str(number))


def about_topic(topic: str, role: Role) -> About:
    """The keys or the values of a topic."""
    return About("topic", f"{role} of {topic}")


Wishes: TypeAlias = Mapping[About, str]  # the name of a decoder; the newest last


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be asked for of one key or value, and what was."""

    abouts: tuple[About, ...] = ()  # what it may be asked for, the narrowest first
    asked: About | None = None  # whose wish was followed
    decoder: str = ""  # which that is


NO_CHOICE = Choice()


def choice_of(wishes: Wishes, abouts: Iterable[About]) -> Choice:
    """The wish that counts among some things, the narrowest of which come first."""
    known = tuple(abouts)
    asked = next((about for about in known if about in wishes), None)
    return Choice(known, asked, wishes[asked] if asked else "")


def with_wish(wishes: Wishes, about: About, decoder: str) -> dict[About, str]:
    """The wishes with one more, or with one less where `decoder` is ""; the oldest go where there are too many."""
    kept = {known: name for known, name in wishes.items() if known != about}
    if decoder:
        kept[about] = decoder
    return dict(list(kept.items())[-MOST:])


def wishes_message(wishes: Wishes) -> list[list[str]]:
    """The wishes as JSON."""
    return [[about.scope, about.name, decoder] for about, decoder in wishes.items()]


def wishes_from(stored: Any) -> dict[About, str]:
    """The wishes that `wishes_message` wrote; what is no wish is left out."""
    found: dict[About, str] = {}
    for one in stored if isinstance(stored, list) else ():
        if isinstance(one, list) and len(one) == 3 and all(isinstance(word, str) for word in one) and one[0] in SCOPES:
            found[About(one[0], one[1])] = one[2]
    return dict(list(found.items())[-MOST:])
