"""Kafka Connect's own topics: what its workers keep of connectors, where their sources stand, and how they are.

Their names are set by who runs Connect, so a record counts only where topic, key and value all have the form that
KafkaConfigBackingStore, KafkaStatusBackingStore and KafkaOffsetBackingStore write. Passwords stand in them as they are: the
tree says so, and of those that are masked (decode/connect_secrets.py) that they are.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.decode.parts import names_of, noted
from meshdesk.model.node import Node, one_line, shortened, visible
from meshdesk.model.setting import MASKED, PLAIN, is_secret

NAME = "Connect internal"
TOPIC = re.compile("connect.*(config|offset|status)", re.IGNORECASE)
KEY = 1_000  # bytes of a key that is looked at
SAID = 80  # characters of a name or a place
HIDDEN = "•" * 8  # however long a secret is

Say = Callable[[Node, str, str], str]  # the value's tree, and what of the key names something


def _part(tree: Node, name: str) -> str:
    return next((child.text for child in tree.children if child.name == name and not child.children), "?")


# The key, the field that its value must have, and what the record says.
KINDS: tuple[tuple[re.Pattern[str], str, Say], ...] = (
    (re.compile("status-connector-(.+)()"), "state", lambda tree, a, _: f"connector {a} is {_part(tree, 'state')}"),
    (re.compile(r"status-task-(.+)-(\d+)"), "state", lambda tree, a, b: f"task {b} of {a} is {_part(tree, 'state')}"),
    (re.compile("status-topic-(.+):connector-(.+)"), "topic", lambda _, a, b: f"connector {b} uses topic {a}"),
    (re.compile("connector-(.+)()"), "properties", lambda _, a, __: f"configuration of connector {a}"),
    (re.compile(r"task-(.+)-(\d+)"), "properties", lambda _, a, b: f"configuration of task {b} of {a}"),
    (re.compile("commit-(.+)()"), "tasks", lambda tree, a, _: f"tasks of connector {a}: {_part(tree, 'tasks')}"),
    (re.compile("target-state-(.+)()"), "state", lambda tree, a, _: f"connector {a} is to be {_state(tree)}"),
    (re.compile("restart-connector-(.+)()"), "include-tasks", lambda _, a, __: f"connector {a} is to start anew"),
    (re.compile("logger-cluster-(.+)()"), "level", lambda tree, a, _: f"{a} logs from {_part(tree, 'level')}"),
    (re.compile("(session-key)()"), "key", lambda _, __, ___: "key of the workers among each other"),
)  # fmt: skip


def _state(tree: Node) -> str:
    """Newer workers know more states, in a second field."""
    newer = _part(tree, "state.v2")
    return newer if newer != "?" else _part(tree, "state")


def could_change(payload: Payload, tree: Node) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether secrets are masked in it."""
    return bool(payload.masked)


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:
    """The record with what it says in the chain; None where it is none of Connect's own."""
    key = payload.record_key
    if payload.role == "key" or key is None or len(key) > KEY:
        return None
    if not payload.masked and not TOPIC.search(payload.topic):
        return None
    try:
        words = key.decode("utf-8")
    except UnicodeDecodeError:
        return None
    is_gone = payload.data is None
    if words.startswith("["):
        source = _source(words)
        if source is None or not (is_gone or decoded.tree.kind == "record"):
            return None
        where = "is forgotten" if is_gone else f"is at {one_line(decoded.tree, SAID)}"
        return _said(decoded, f"source {source} {where}", decoded.tree)
    for form, field, say in KINDS:
        found = form.fullmatch(words)
        if found is None:
            continue
        if is_gone:
            return _said(decoded, f"{words} is removed", decoded.tree)
        if field in names_of(decoded.tree):
            tree = _marked(decoded.tree, payload.masked, is_key=words == "session-key")
            return _said(decoded, say(decoded.tree, found[1], found[2]), tree)
    return None


def _said(decoded: Decoded, words: str, tree: Node) -> Decoded:
    detail = visible(shortened(words, 4 * SAID))
    return replace(decoded, tree=tree, chain=(*decoded.chain, Layer(NAME, detail)))


def _source(words: str) -> str | None:
    """The connector and the part of its source of an offset's key, [connector, {…}]."""
    try:
        key = json.loads(words)
    except (ValueError, RecursionError):
        return None
    if not isinstance(key, list) or len(key) != 2 or not isinstance(key[0], str) or not isinstance(key[1], dict):
        return None
    part = " ".join(f"{name} {value}" for name, value in key[1].items())
    return f"{key[0]} {shortened(part, SAID)}".strip()


def _marked(tree: Node, masked: tuple[str, ...], is_key: bool) -> Node:
    """Secrets with the note that they are."""
    children = []
    for child in tree.children:
        if child.name == "properties":
            children.append(_marked(child, masked, False))
        elif child.kind != "string" or not child.text:
            children.append(child)
        elif child.name in masked:
            children.append(noted(Node(child.name, child.kind, HIDDEN, (), child.note, child.span), MASKED))
        elif (is_key and child.name == "key") or is_secret(child.name, child.text):
            children.append(noted(child, PLAIN))
        else:
            children.append(child)
    return replace(tree, children=tuple(children))
