"""A JSON document as the line that a list shows, from what Python's library reads (decode/json_text.py), without a tree."""

import json
from collections.abc import Callable
from typing import Any

from meshdesk.decode.line import (
    CLOSE,
    FALSE,
    INSIDE,
    LARGEST,
    LEFT,
    LONGEST,
    MOST,
    NOTHING,
    NULL,
    OPEN,
    TELLING,
    TRUE,
    Unlisted,
    Words,
    close_array,
    count_word,
    is_inside,
    name_word,
    text_word,
)
from meshdesk.model.node import SHORT, Word

BEGINS = b"{["
DEEP = 200  # brackets that open: as many levels may be within each other (contract.Bounds.depth)
BLANKS = " \t\r\n"


# Numbers as bytes and objects as tuples of pairs: what C makes of them in no time, and tells them from text and arrays.
# Strict, so that text with control characters, and with it UTF-16 that looks like JSON, is left to the decoder.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=str.encode, parse_float=str.encode, parse_constant=str.encode
).scan_once  # type: ignore[attr-defined]
NAMES = 10_000  # names of fields whose words are kept; those of a mesh, and no more memory than a large payload
_names: dict[str, Word] = {}
WORDS: dict[Any, Word] = {None: NULL, True: TRUE, False: FALSE}


def read(data: bytes, at: int, out: Words) -> int:
    """An object or an array from a byte to the end of the bytes. Raises Unlisted, ValueError and RecursionError."""
    if data[at] not in BEGINS or len(data) > LARGEST:
        raise Unlisted
    text = data[at:].decode()
    value, end = _scan(text, 0)
    if end != len(text) and text[end:].strip(BLANKS):
        raise Unlisted
    if end > 2 * DEEP and text.count("{") + text.count("[") > DEEP:
        raise Unlisted
    if type(value) is tuple:
        if not TELLING.isdisjoint([name for name, _ in value]):
            raise Unlisted
        _fields(value, 0, out)
    else:
        _array(value, 0, out)
    return len(data)


def _fields(pairs: tuple[tuple[str, Any], ...], depth: int, out: Words) -> None:
    append = out.append
    if not pairs:
        append(NOTHING)
    for name, value in pairs:
        append(_names.get(name) or _named(name))
        kind = type(value)
        if kind is str:
            append((value, "string") if value.isprintable() and 0 < len(value) <= LONGEST else text_word(value))
        elif kind is bytes:
            append((value[: LONGEST + 1].decode(), "number"))
        else:
            _value(value, depth + 1, out)
        if len(out) >= MOST:
            break


def _named(name: str) -> Word:
    if len(_names) >= NAMES:
        _names.clear()
    word = name_word(name)
    if len(name) <= LONGEST:
        _names[name] = word
    return word


def _value(value: Any, depth: int, out: Words) -> None:
    kind = type(value)
    if kind is str:
        out.append(text_word(value))
    elif kind is bytes:
        out.append((value[: LONGEST + 1].decode(), "number"))
    elif kind is list:
        _array(value, depth, out)
    elif kind is not tuple:
        out.append(WORDS[value])
    elif not value:
        out.append(NOTHING)
    elif is_inside(depth):
        out.append(INSIDE)
    else:
        out.append(OPEN)
        _fields(value, depth, out)
        out.append(CLOSE)


def _array(values: list[Any], depth: int, out: Words) -> None:
    if depth == 0 and values:
        out.append(count_word(len(values)))
        for value in values[:MOST]:
            _value(value, 1, out)
        return
    begin = len(out)
    out.append(LEFT)
    if len(values) <= SHORT:
        for value in values:
            if type(value) in (list, tuple):
                out[begin:] = [count_word(len(values))]
                return
            _value(value, depth + 1, out)
    close_array(out, begin, len(values), False)
