"""One step of a connection test: what was tried of a connection, what came of it, and what to do about it."""

from dataclasses import asdict, dataclass
from typing import Literal, cast, get_args

from meshdesk.model.frame import Message

Name = Literal["name", "tcp", "tls", "login", "metadata", "registry", "schemas", "catalogues"]
State = Literal["running", "passed", "failed", "skipped"]
NAMES: tuple[Name, ...] = get_args(
    Name
)  # in the order in which one leads to the next; the registry and the folders stand for themselves


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence per step. One that passed may have an advice too: it works, and could do so better."""

    name: Name
    state: State
    text: str = ""  # what happened, to what; empty while it runs
    advice: str = ""  # what to do next


def step_message(step: Step) -> Message:
    """The frame that carries it from the collect program.

    >>> step_message(Step("tcp", "running"))
    {'is': 'step', 'step': 'tcp', 'state': 'running', 'text': '', 'advice': ''}
    """
    fields = asdict(step)
    return {"is": "step", "step": fields.pop("name"), **fields}


def step_from(message: Message) -> Step | None:
    """What a child said of a step; None for a step or a state of a later version."""
    name, state = message.get("step"), message.get("state")
    if name not in NAMES or state not in get_args(State):
        return None
    return Step(cast(Name, name), cast(State, state), str(message.get("text", "")), str(message.get("advice", "")))


def with_step(steps: tuple[Step, ...], new: Step) -> tuple[Step, ...]:
    """The steps with one more, or with it in the place of what was said of it before; in the order of NAMES."""
    others = (step for step in steps if step.name != new.name)
    return tuple(sorted((*others, new), key=lambda step: NAMES.index(step.name)))
