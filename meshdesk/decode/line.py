"""What a list shows of a value, word by word, where no tree of it is made: as much as fits on a line, and the rest only read.

For payloads of the formats that lists are full of this is what model/node.py makes of the whole tree (`one_line_spans`), held
equal to it by tests; a tree of them takes five times as long. What is not plain sailing is left to the decoders.
"""

import struct
from collections.abc import Callable, Sequence
from typing import cast

from meshdesk.decode.contract import Undecodable
from meshdesk.model.node import DEEP, SHORT, Node, Tone, Tones, Word, line_of, visible, words_of

LONGEST = 160  # characters of a line
MOST = LONGEST // 2 + 2  # words that can fit: each takes a character and a space
LARGEST = 1 << 20  # bytes of a payload; beyond it the decoders' own bounds count

Words = list[Word]
Laid = tuple[str, Tones]  # a line of LONGEST characters at most
Line = Callable[[bytes, int, int], tuple[str, Tones]]  # from a byte to the end, as a line of at most so many characters

OPEN: Word = ("{", "text")
CLOSE: Word = ("}", "text")
LEFT: Word = ("[", "text")
RIGHT: Word = ("]", "text")
NOTHING: Word = ("{}", "text")  # a record, or a map, without fields
EMPTY: Word = ("[]", "text")
INSIDE: Word = ("{…}", "text")  # a record below those that are shown
MORE: Word = ("…", "text")  # fields that are left out
NULL: Word = ("null", "null")
TRUE: Word = ("true", "number")
FALSE: Word = ("false", "number")
NO_TEXT: Word = ('""', "string")

# Names by which an envelope (chain.ENVELOPES) may know a value as its own: such a one is read as a tree, and shown to them.
TELLING = frozenset(("payload", "specversion", "op", "iodebeziumop", "__op", "__deleted", "ddl"))


class Unlisted(Exception):
    """This is for the decoders: it is odd, or damaged, or rare."""


# How a reader that only says a line ends where that is for the decoders.
LEFT_TO_OTHERS = (
    Unlisted, Undecodable, IndexError, ValueError, StopIteration, OverflowError, RecursionError, struct.error,
)  # fmt: skip


def text_word(text: str) -> Word:
    """Text, no more of it than a line holds."""
    text = text[: LONGEST + 1]
    return (text if text.isprintable() else visible(text), "string") if text else NO_TEXT


def name_word(name: str) -> Word:
    """A field's name; nearly all are known when the reader of a schema is made."""
    return visible(name[: LONGEST + 1]) if name else '""', "name"


def bytes_word(data: bytes) -> Word:
    """Bytes in hex."""
    return f"0x{data[:LONGEST].hex()[: LONGEST + 1]}", "text"


def count_word(count: int) -> Word:
    """An array that is not shown, or stands before its elements."""
    return f"[{count:,}]", "text"


def tree_words(node: Node, depth: int) -> Words:
    """The words of a part that was read as a tree."""
    return words_of(node, depth, LONGEST)


def close_array(out: Words, begin: int, count: int) -> None:
    """Ends an array within a record, whose left bracket is at `begin`."""
    if count == 0:
        out[begin:] = [EMPTY]
    elif count > SHORT:
        out[begin:] = [count_word(count)]
    else:
        out.append(RIGHT)


def line_in(words: Words | Laid, limit: int) -> tuple[str, Tones]:
    """Words, or what was laid out already, as a line of at most so many characters, LONGEST or fewer."""
    if isinstance(words, list):
        return line_of(words, limit)
    if limit == LONGEST:
        return words
    text, tones = words
    return line_of([(text[start:end], cast("Tone", tone)) for start, end, tone in tones], limit)


def cut(words: Sequence[str], tones: Sequence[tuple[int, int, str]], limit: int) -> tuple[str, Tones]:
    """The line, where it is longer than `limit`, of words that were laid out already, as model/node.py has it (`line_of`)."""
    at = len(tones) - 1
    while at and tones[at - 1][1] > limit:
        at -= 1
    start, _, tone = tones[at]
    line = " ".join(words[: at + 1])
    if start < limit:
        return f"{line[: limit - 1]}…", (*tones[:at], (start, limit, tone))
    # Exactly full: the last character gives way to the sign that more follows.
    return f"{line[: tones[at - 1][1] - 1]}…", tuple(tones[:at])


def lay_array(words: list[str], tones: list[tuple[int, int, str]], at: int, shown: Words, count: int) -> int:
    """Lays out an array within a record from a place on; where the next word begins."""
    if not 0 < count <= SHORT:
        word, tone = count_word(count) if count else EMPTY
        words.append(word)
        tones.append((at, at + len(word), tone))
        return at + len(word) + 1
    words.append("[")
    tones.append((at, at + 1, "text"))
    at += 2
    for word, tone in shown:
        end = at + len(word)
        words.append(word)
        tones.append((at, end, tone))
        at = end + 1
    words.append("]")
    tones.append((at, at + 1, "text"))
    return at + 2


def is_inside(depth: int) -> bool:
    """Whether a record at that depth is shown as no more than that it is one."""
    return depth >= DEEP
