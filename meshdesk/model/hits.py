"""Where a word is in a text that is shown, and the piece of the text around it that fits a line. Pure."""

import unicodedata

from meshdesk.model.node import Tones

BEFORE = 24  # characters that stand before a hit: enough to see the name of its field


def hits_in(text: str, word: str) -> list[tuple[int, int]]:
    """Where a word is in a line, as explain looks for it: one without capitals in any case, others as they are.

    None in a line with letters that run from right to left: they do not stand where counting would put them.

    >>> hits_in("Paid and paid", "paid"), hits_in("Paid and paid", "Paid")
    ([(0, 4), (9, 13)], [(0, 4)])
    """
    at = first_hit(text, word)
    if at < 0 or (not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)):
        return []
    found, folded = [], _folded(text, word)
    while at >= 0:
        found.append((at, at + len(word)))
        at = folded.find(word, at + len(word))
    return found


def first_hit(text: str, word: str) -> int:
    """Where a word is first in a text; −1 where it is not, or the word is empty."""
    return _folded(text, word).find(word) if word else -1


def cases_of(letter: str) -> tuple[str, ...]:
    """The forms in which a letter of a word without capitals is found."""
    return tuple(dict.fromkeys((letter, letter.upper(), letter.title())))


def _folded(text: str, word: str) -> str:
    """The text in which to look for a word. Where small letters are more than capitals, none is where it would be counted."""
    folded = text.lower() if word == word.lower() else text
    return folded if len(folded) == len(text) else ""


def around(text: str, tones: Tones, at: int, limit: int) -> tuple[str, Tones]:
    """At most `limit` characters of a text, in which its character `at` has some before it; what is left out is a “…”.

    >>> around("0123456789" * 9, ((30, 50, "string"),), 40, 30)
    ('…1234567890123456789012345678…', ((0, 20, 'string'),))
    """
    first = max(0, min(at - min(BEFORE, limit // 3), len(text) - limit))
    end = first + limit
    shown = text[first:end]
    if first:
        shown = f"…{shown[1:]}"
    if end < len(text):
        shown = f"{shown[:-1]}…"
    moved = [(max(0, start - first), min(limit, stop - first), tone) for start, stop, tone in tones]
    return shown, tuple(tone for tone in moved if tone[0] < tone[1])
