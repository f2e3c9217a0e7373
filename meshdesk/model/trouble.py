"""Trouble: something went wrong, said as a sentence a colleague would say."""

from dataclasses import asdict, dataclass, replace
from typing import Literal, cast

from meshdesk.model.frame import Message

Severity = Literal["attention", "bad"]
KEEPS_TRYING = "; MeshDesk keeps trying"  # in an advice: true for as long as somebody does


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong: what happened and to what, what to do next, and when."""

    text: str  # a whole sentence: what happened, to what
    advice: str = ""  # a whole sentence: what to do next; empty where nothing is to be done
    about: str = ""  # the thing it happened to (a topic, a program, a file), for folding repeated ones
    severity: Severity = "bad"
    seen: int = 0  # when, in ms since the epoch, by the clock of the program that noticed; of repeated ones the last
    first: int = 0  # of repeated ones the first; 0 where there is one
    count: int = 1  # how often; repeated ones are folded
    passes: bool = False  # it ends by itself: a broker that does not answer (repeated while it lasts)

    @property
    def sentence(self) -> str:
        """What happened and what to do next, as they are shown together."""
        return f"{self.text} {self.advice}".strip()


def left(trouble: Trouble) -> Trouble:
    """What is still true of it once nobody tries any more: it does not pass.

    >>> left(Trouble("Nothing answers.", "Check the port; MeshDesk keeps trying.", passes=True)).sentence
    'Nothing answers. Check the port.'
    """
    return replace(trouble, advice=trouble.advice.replace(KEEPS_TRYING, ""), passes=False)


def trouble_message(trouble: Trouble) -> Message:
    """The frame that carries it from a child to the window."""
    return {"is": "trouble", **asdict(trouble)}


def trouble_from(message: Message) -> Trouble:
    """What a child said; fields that it left out keep their defaults."""
    severity = message.get("severity", "bad")
    return Trouble(
        text=str(message.get("text", "")),
        advice=str(message.get("advice", "")),
        about=str(message.get("about", "")),
        severity=cast(Severity, severity) if severity in ("attention", "bad") else "bad",
        seen=int(message.get("seen", 0)),
        first=int(message.get("first", 0)),
        count=int(message.get("count", 1)),
        passes=bool(message.get("passes", False)),
    )
