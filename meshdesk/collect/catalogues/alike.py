"""What the standards of Bitol (ODCS, ODPS) say alike: teams, support, tags, words that are not filled in yet."""

import re
from collections.abc import Mapping
from typing import Any

from meshdesk.collect.catalogues.tree import NAME_MOST, Entries, Node, Notes, Part, Scalar
from meshdesk.model.frame import Message
from meshdesk.model.setting import SECRET
from meshdesk.model.topic_pattern import is_pattern

LOGIN = re.compile(r"^([a-zA-Z][\w+.-]*://)?[^/\s]*@")
# What a hook's address ends with is its key: whoever has it may write to the channel.
HOOK = re.compile(r"hook", re.IGNORECASE)


def known(**values: Any) -> Message:
    """The values that there are.

    >>> known(name="Orders", version="", tags=[], required=False)
    {'name': 'Orders', 'required': False}
    """
    return {name: value for name, value in values.items() if value is False or value == 0 or value}


def lines_of(part: Part, names: Mapping[str, tuple[str, ...]]) -> Message:
    """By our name the line of the first of theirs that has a value."""
    return {ours: line for ours, theirs in names.items() if (line := part.line(*theirs))}


def filled_in(part: Part, *names: str) -> str:
    """A text that stands for itself; "" with a notice where it is still to be filled in, as it says nothing then."""
    text = part.text(*names)
    if is_pattern(text) and (found := part.find(*names)):
        part.notes.at(
            found[1], f"“{found[0].text}” holds a placeholder; what it stands for is not known before it is filled in."
        )
        return ""
    return text


def team(part: Part, *names: str) -> Message:
    """A team as {"name", "members": [{"name", "role"}]}: an object since ODCS 3.1, a list before, a name alone at some."""
    found = part.find(*names)
    if found is None:
        return {}
    node = found[1]
    if isinstance(node, Scalar):
        return known(name=part.notes.take(node))
    if isinstance(node, Entries):
        one = Part(node, part.notes)
        return known(name=one.text("name"), members=_members(one.nodes("members"), part.notes))
    return known(members=_members(part.nodes(*names), part.notes))


def _members(nodes: Any, notes: Notes) -> list[Message]:
    found = (_member(node, notes) for node in nodes)
    return [member for member in found if member]


def _member(node: Node, notes: Notes) -> Message:
    if isinstance(node, Scalar):
        return known(name=notes.take(node))
    if isinstance(node, Entries):
        one = Part(node, notes)
        return known(name=one.text("name", "username", "email", "id"), role=one.text("role"))
    notes.at(node, "A member of a team is neither a name nor a mapping; it was passed over.")
    return {}


def support(part: Part) -> list[Message]:
    """Where to ask, as [{"channel", "url"}]; addresses without what logs in with them."""
    found = []
    for _, one in part.parts("support"):
        found.append(known(channel=one.text("channel", "tool"), url=public(one.text("url", most=2 * NAME_MOST))))
    return [one for one in found if one]


def public(address: str) -> str:
    """An address without a login, without the key of a hook and without parameters that are secrets.

    >>> public("https://me:pass@help.example/ask?team=7&token=x"), public("https://hooks.slack.example/services/T0/B0/key")
    ('https://help.example/ask?team=7', 'https://hooks.slack.example')
    """
    if not address.startswith("mailto:") and "://" in address:
        address = LOGIN.sub(lambda found: found[1] or "", address)
    if HOOK.search(address):
        return "/".join(address.split("/", 3)[:3])
    start, mark, rest = address.partition("?")
    kept = [one for one in rest.split("&") if one and not SECRET.search(one.partition("=")[0])]
    return f"{start}{mark if kept else ''}{'&'.join(kept)}"


def host(address: str) -> str:
    """Of a server's address what says where it is, and nothing that logs in.

    >>> host("me:pass@kafka.example:9093"), host("kafka://kafka.example:9092?sasl=x"), host("a:9092,b:9092")
    ('kafka.example:9093', 'kafka://kafka.example:9092', 'a:9092,b:9092')
    """
    places = (
        LOGIN.sub(lambda found: found[1] or "", place.strip()) for place in re.split(r"[?#;]", address)[0].split(",")
    )
    return ",".join(place for place in places if place)
