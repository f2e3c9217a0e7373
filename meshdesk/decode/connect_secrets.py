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
from meshdesk.model.setting import LOGIN_IN_URL, SECRET, is_secret

KEYS = (b"connector-", b"task-", b"session-key")  # as the keys of those records begin
SESSION = b"session-key"  # what the workers sign their requests to each other with
FORMS = {
    re.compile(rb"(connector-|task-).+", re.DOTALL): re.compile(rb'\s*\{\s*"properties"\s*:'),
    re.compile(SESSION): re.compile(rb'\s*\{(?=.{0,1000}"algorithm"\s*:).{0,1000}?"key"\s*:', re.DOTALL),
}
# A string of JSON, which may have no end where a value was cut, and what follows a name.
STRING = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)(?:"(\s*:)?|\Z|\\\Z)', re.DOTALL)
ELSEWHERE = re.compile(rb"\$\{[^{}]+\}")  # of a provider of configurations: it says where the secret is, and not what
# What is in the bytes wherever a name or a value of a configuration is a secret, written without escapes and in ASCII.
TELLING = re.compile(f"{SECRET.pattern.replace('$', '')}|{LOGIN_IN_URL.pattern}".encode(), re.IGNORECASE)
FILL = b"*"  # as many as the secret has bytes, so that all places stay what they are


def masked(payload: Payload, revealed: Collection[str] = ()) -> Payload:
    """The payload without the secrets of a configuration of Connect, and their names in `masked`; any other as it is.

    `revealed` are names of settings that somebody wants to see.
    """
    key, data = payload.record_key, payload.data
    if payload.role == "key" or key is None or not data or not key.startswith(KEYS):
        return payload
    if key != SESSION and b"\\" not in data and data.isascii() and not TELLING.search(data):
        return payload
    if not any(form.fullmatch(key) and fields.match(data) for form, fields in FORMS.items()):
        return payload
    out, names, name = bytearray(data), [], ""
    for string in STRING.finditer(data):
        first, end = string.span(1)
        if string[2] is not None:
            name = _text(string[1])
            continue
        is_value = _follows_a_name(data, string.start())
        if is_value and end > first and _is_secret(name, string[1], key) and name not in revealed:
            out[first:end] = FILL * (end - first)
            names.append(name)
    return replace(payload, data=bytes(out), masked=tuple(dict.fromkeys(names))) if names else payload


def _is_secret(name: str, value: bytes, key: bytes) -> bool:
    if ELSEWHERE.fullmatch(value):
        return False
    return is_secret(name, value.decode("utf-8", "replace")) or (key == SESSION and name == "key")


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
