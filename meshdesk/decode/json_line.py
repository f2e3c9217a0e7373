"""A JSON document as the line that a list shows, from what Python's library reads (decode/json_text.py), without a tree."""

import json
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from meshdesk.decode.line import (
    FALSE,
    LARGEST,
    LONGEST,
    MOST,
    NULL,
    TELLING,
    TRUE,
    Unlisted,
    count_word,
    cut,
    is_inside,
    name_word,
    text_word,
)
from meshdesk.model.node import SHORT, Tones, Word

BEGINS = b"{["
DEEP = 200  # brackets that open: as many levels may be within each other (contract.Bounds.depth)
BLANKS = " \t\r\n"
FULL = LONGEST + 1  # where the next word would begin; what lies beyond is in no line
NAME = itemgetter(0)
CONTAINERS = frozenset((list, tuple))

# Numbers as bytes and objects as tuples of pairs: what C makes of them in no time, and tells them from text and arrays.
# Strict, so that text with control characters, and with it UTF-16 that looks like JSON, is left to the decoder.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=str.encode, parse_float=str.encode, parse_constant=str.encode
).scan_once  # type: ignore[attr-defined]
NAMES = 10_000  # names of fields, kept as they are shown: those of a mesh, and no more memory than a large payload
_names: dict[str, str] = {}
WORDS: dict[Any, Word] = {None: NULL, True: TRUE, False: FALSE}


def read(data: bytes, at: int, limit: int) -> tuple[str, Tones]:
    """An object or an array from a byte to the end of the bytes. Raises Unlisted, ValueError and RecursionError."""
    if data[at] not in BEGINS or len(data) > LARGEST:
        raise Unlisted
    text = data[at:].decode()
    value, end = _scan(text, 0)
    if end != len(text) and text[end:].strip(BLANKS):
        raise Unlisted
    if end > 2 * DEEP:
        _look_how_deep(text)
    return lay(value, limit)


def read_lines(data: bytes, at: int, limit: int) -> tuple[str, Tones]:
    """The same of documents of which each begins on a line of its own, as an array. Raises StopIteration, too."""
    if data[at] not in BEGINS or len(data) > LARGEST:
        raise Unlisted
    text = data[at:].decode()
    _look_how_deep(text)
    documents, end = [], 0
    while end < len(text):
        document, begin = _scan(text, end)
        documents.append(document)
        end = begin
        while end < len(text) and text[end] in BLANKS:
            end += 1
        if end < len(text) and "\n" not in text[begin:end]:
            raise Unlisted
    return lay(documents if len(documents) > 1 else documents[0], limit)


def _look_how_deep(text: str) -> None:
    if text.count("{") + text.count("[") > DEEP:
        raise Unlisted


def lay(value: Any, limit: int, is_known: bool = False) -> tuple[str, Tones]:
    """A document, as `_scan` reads it, as a line. Raises Unlisted where its names are such that it may be in an envelope, but
    for one of which that `is_known`."""
    words: list[str] = []
    tones: list[tuple[int, int, str]] = []
    if type(value) is tuple:
        end = _fields(value, 0, words, tones, 0, is_known) if value else _said("{}", "text", words, tones, 0)
    elif type(value) is list:
        end = _root_array(value, words, tones)
    else:
        end = _scalars((value,), words, tones, 0)
    return (" ".join(words), tuple(tones)) if end <= limit + 1 else cut(words, tones, limit)


def _fields(
    pairs: tuple[tuple[str, Any], ...],
    depth: int,
    words: list[str],
    tones: list[tuple[int, int, str]],
    at: int,
    is_known: bool,
) -> int:
    """Lays out fields from a place on, as far as there is room; where the next word begins."""
    for name, value in pairs:
        text = _names.get(name) or _named(name, is_known)
        end = at + len(text)
        words.append(text)
        tones.append((at, end, "name"))
        at = end + 1
        kind = type(value)
        if kind is str:
            text = value if value.isprintable() and 0 < len(value) <= LONGEST else text_word(value)[0]
            end = at + len(text)
            words.append(text)
            tones.append((at, end, "string"))
            at = end + 1
        elif kind is bytes:
            text = value[: LONGEST + 1].decode()
            end = at + len(text)
            words.append(text)
            tones.append((at, end, "number"))
            at = end + 1
        elif kind in CONTAINERS:
            at = _value(value, depth + 1, words, tones, at)
        else:
            at = _said(*WORDS[value], words, tones, at)
        if at > FULL:
            if not is_known and not TELLING.isdisjoint(map(NAME, pairs)):  # those that are not shown
                raise Unlisted
            break
    return at


def _said(text: str, tone: str, words: list[str], tones: list[tuple[int, int, str]], at: int) -> int:
    end = at + len(text)
    words.append(text)
    tones.append((at, end, tone))
    return end + 1


def _named(name: str, is_known: bool) -> str:
    if name in TELLING:
        if not is_known:
            raise Unlisted
        return name
    if len(_names) >= NAMES:
        _names.clear()
    text = name_word(name)[0]
    if len(name) <= LONGEST:
        _names[name] = text
    return text


def _value(value: Any, depth: int, words: list[str], tones: list[tuple[int, int, str]], at: int) -> int:
    kind = type(value)
    if kind is list:
        return _array(value, words, tones, at)
    if kind is not tuple:
        return _scalars((value,), words, tones, at)
    if not value:
        return _said("{}", "text", words, tones, at)
    if is_inside(depth):
        return _said("{…}", "text", words, tones, at)
    at = _said("{", "text", words, tones, at)
    at = _fields(value, depth, words, tones, at, is_known=True)
    return _said("}", "text", words, tones, at)


def _array(values: list[Any], words: list[str], tones: list[tuple[int, int, str]], at: int) -> int:
    if not values:
        return _said("[]", "text", words, tones, at)
    if len(values) > SHORT or not CONTAINERS.isdisjoint(map(type, values)):
        return _said(*count_word(len(values)), words, tones, at)
    words.append("[")
    tones.append((at, at + 1, "text"))
    at = _scalars(values, words, tones, at + 2)
    words.append("]")
    tones.append((at, at + 1, "text"))
    return at + 2


def _root_array(values: list[Any], words: list[str], tones: list[tuple[int, int, str]]) -> int:
    """An array whose elements follow their number, as far as there is room."""
    if not values:
        return _said("[]", "text", words, tones, 0)
    at = _said(*count_word(len(values)), words, tones, 0)
    values = values[:MOST]
    if CONTAINERS.isdisjoint(map(type, values)):
        return _scalars(values, words, tones, at)
    for value in values:
        if at > FULL:
            break
        at = _value(value, 1, words, tones, at)
    return at


def _scalars(values: Iterable[Any], words: list[str], tones: list[tuple[int, int, str]], at: int) -> int:
    for value in values:
        if type(value) is bytes:
            text, tone = value[: LONGEST + 1].decode(), "number"
        elif type(value) is str:
            is_plain = value.isprintable() and 0 < len(value) <= LONGEST
            text, tone = (value, "string") if is_plain else text_word(value)
        else:
            text, tone = WORDS[value]
        end = at + len(text)
        words.append(text)
        tones.append((at, end, tone))
        at = end + 1
    return at
