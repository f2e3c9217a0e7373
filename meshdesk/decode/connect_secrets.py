"""Passwords in the topic where Kafka Connect keeps its configurations: its workers write them there as they are.

They are masked in the bytes, before anything reads these: so they are masked in every form that is made of them, whatever
decoder is asked for. A configuration is known by its key and its first field (KafkaConfigBackingStore of Kafka 4.3), as
who runs Connect sets the name of the topic.
"""

import json
import re
from collections.abc import Collection
from dataclasses import replace

from meshdesk.decode.contract import Payload
from meshdesk.model import setting

KEYS = (b"connector-", b"task-", b"session-key")  # as the keys of those records begin
SESSION = b"session-key"  # what the workers sign their requests to each other with
FORMS = {
    re.compile(rb"(connector-|task-).+", re.DOTALL): re.compile(rb'\s*\{\s*"properties"\s*:'),
    re.compile(SESSION): re.compile(rb'\s*\{(?=.{0,1000}"algorithm"\s*:).{0,1000}?"key"\s*:', re.DOTALL),
}
# A string of JSON, which may have no end where a value was cut, and what follows a name.
STRING = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)(?:"(\s*:)?|\Z|\\\Z)', re.DOTALL)
ELSEWHERE = re.compile(rb"\$\{[^{}]+\}")  # of a provider of configurations: it says where the secret is, and not what
FILL = b"*"  # as many as the secret has bytes, so that all places stay what they are


def masked(payload: Payload, revealed: Collection[str] = ()) -> Payload:
    """The payload without the secrets of a configuration of Connect, and their names in `masked`; any other as it is.

    `revealed` are names of settings that somebody wants to see.
    """
    key, data = payload.record_key, payload.data
    if payload.role == "key" or key is None or not data or not key.startswith(KEYS):
        return payload
    if key != SESSION and b"\\" not in data and data.isascii() and not setting.may_hold_a_secret(data):
        return payload
    if not any(form.fullmatch(key) and fields.match(data) for form, fields in FORMS.items()):
        return payload
    out, names, name = bytearray(data), [], ""
    for string in STRING.finditer(data):
        written, colon = string.groups()
        if colon is not None:
            name = _text(written)
        elif (
            written
            and _is_secret(name, written, key)
            and name not in revealed
            and _follows_a_name(data, string.start())
        ):
            first, end = string.span(1)
            out[first:end] = FILL * (end - first)
            names.append(name)
    return replace(payload, data=bytes(out), masked=tuple(dict.fromkeys(names))) if names else payload


def _is_secret(name: str, value: bytes, key: bytes) -> bool:
    is_secret = setting.is_secret(name) or (key == SESSION and name == "key")
    # An address with a login in it has both signs.
    if not is_secret and b"@" in value and b"//" in value:
        is_secret = setting.is_secret(name, value.decode("utf-8", "replace"))
    return is_secret and not ELSEWHERE.fullmatch(value)


def _follows_a_name(data: bytes, at: int) -> bool:
    while at and data[at - 1 : at].isspace():
        at -= 1
    return data[at - 1 : at] == b":"


def _text(written: bytes) -> str:
    """A name as JSON means it."""
    text = written.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
