"""Finding by a few letters: what matches, how well, and which letters did. Without Qt; ten thousand names within a key press.

A name that begins with the word comes first, then one with a part that begins with it (parts end at a dot, a dash, a line, a
slash, a colon or a space), then one that holds it, then one whose parts begin with its letters (“opv” for
orders.placed.v1). Only where there is none of these, names that hold its letters in order are offered. Of those that match as
well the shorter one comes first. Several words must all match, in any order.

Everything that looks at all names is one list comprehension: a loop of Python's took five times as long (44 ms for the letters
of s.v1 in order among 10,000 names, on two busy cores).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from typing import NamedTuple

SHOWN = 40  # hits of one group: more than two screens, which nobody reads through; the label says how many there are
KNOWN = 64  # queries, and words, whose hits are remembered: more than are typed between opening and choosing
ENDS = str.maketrans("._-/:", "     ")  # where a part of a name ends
IN_ORDER = 8  # how well letters in order match at best; less is better, and a word that is held matches with 0 to 2
LONGEST = 1 << 10  # a longer name is as long as this
MANY = 1 << 24  # more entries than a source has
STEP = LONGEST * MANY  # between one that matches and one that matches better


@dataclass(frozen=True, slots=True)
class Source:
    """Entries of one kind, in columns: objects for ten thousand topics would take longer to make than to search."""

    group: str  # its label
    texts: Sequence[str]
    do: Callable[[int], object]  # with the number of an entry
    icon: Callable[[int], str] = lambda _number: "list"
    note: Callable[[int], str] = lambda _number: ""  # what stands at its right: a shortcut, a capture
    is_usable: Callable[[int], bool] = lambda _number: True


class Hit(NamedTuple):
    """One entry that matches."""

    source: Source
    number: int

    @property
    def text(self) -> str:
        return self.source.texts[self.number]


class Group(NamedTuple):
    """The hits of one source, the best first."""

    source: Source
    hits: list[Hit]
    number: int  # of all of them, also those that are not in `hits`


class Names:
    """The texts of a source as they are searched. Made when the first letter is typed, and again only when they are others."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._in_order: dict[str, list[int]] = {}

    @cached_property
    def keys(self) -> list[str]:
        """In lower case, a space before each part."""
        return _keys(self.texts)

    @cached_property
    def base(self) -> list[int]:
        """What orders entries that match as well as each other, as one number: their length, then their place."""
        return [min(len(key), LONGEST - 1) * MANY + k for k, key in enumerate(self.keys)]

    def in_order(self, word: str) -> Sequence[int]:
        """Those that hold the letters of a word in order. One letter more leaves only some of them."""
        found = self._in_order.get(word)
        if found is None:
            before = next((start for n in range(len(word), 0, -1) if (start := word[:n]) in self._in_order), "")
            match, keys = _letters_of(word), self.keys
            found = [k for k in (self._in_order[before] if before else range(len(keys))) if match(keys[k])]
            while len(self._in_order) >= KNOWN:
                del self._in_order[next(iter(self._in_order))]
            self._in_order[word] = found
        return found


class Finder:
    """The entries of some sources, from when it was made."""

    def __init__(self, sources: Sequence[Source], known: Sequence[Names] = ()) -> None:
        """`known` are the names of a finder before this one."""
        self._sources = sources
        self.names = [_names(source.texts, known) for source in sources]
        self._found: dict[tuple[str, ...], list[Group]] = {}  # by words: a letter that is taken back costs nothing

    def prepare(self) -> None:
        """Makes what the first letter needs, before it is typed."""
        for names in self.names:
            _ = names.base

    def find(self, query: str) -> list[Group]:
        """What matches, group by group, the group with the best hit first; all entries for no word.

        Letters that merely stand in order are a guess: none is offered beside what matches better.
        """
        words = words_of(query)
        known = self._found.get(words)
        if known is not None:
            return known
        ranked = [_ranked(names, words) for names in self.names]
        best = min((min(numbers) for numbers in ranked if numbers), default=0)
        end = (IN_ORDER if best < IN_ORDER * STEP else IN_ORDER + 1) * STEP
        groups: list[tuple[int, int, Group]] = []
        for place, (source, numbers) in enumerate(zip(self._sources, ranked, strict=True)):
            near = [number for number in numbers if number < end] if words else numbers
            if near:
                first = nsmallest(SHOWN, near) if words else near[:SHOWN]
                group = Group(source, [Hit(source, number % MANY) for number in first], len(near))
                groups.append((first[0] // STEP, place, group))
        while len(self._found) >= KNOWN:
            del self._found[next(iter(self._found))]
        found = self._found[words] = [group for _, _, group in sorted(groups, key=lambda one: one[:2])]
        return found


def _names(texts: Sequence[str], known: Sequence[Names]) -> Names:
    return next((names for names in known if names.texts == texts), None) or Names(texts)


def words_of(query: str) -> tuple[str, ...]:
    """The words of a query, as they are looked for.

    >>> words_of("  Orders.Placed fail")
    ('orders placed', 'fail')
    """
    return tuple(word.translate(ENDS).strip() for word in query.lower().split() if word.translate(ENDS).strip())


def places(text: str, words: Sequence[str]) -> list[int]:
    """Which letters of a text the words have matched, in order.

    >>> places("orders.placed.v1", ["pla"]), places("orders.placed.v1", ["opv"])
    ([7, 8, 9], [0, 7, 14])
    """
    (key,) = _keys([text])
    if len(key) != len(text) + 1:  # a letter whose small form is two has moved the others
        return []
    return sorted({at - 1 for word in words for at in _places(key, word)})


def _keys(texts: Sequence[str]) -> list[str]:
    """All at once: a line each, so that one pass in C does it."""
    if not texts:
        return []
    return "\n".join([" " + text.replace("\n", " ") for text in texts]).lower().translate(ENDS).split("\n")


def _ranked(names: Names, words: tuple[str, ...]) -> Sequence[int]:
    """Each entry that matches as one number: how well, its length, its place. Less is better."""
    if not words:
        return range(len(names.texts))
    keys, base = names.keys, names.base
    holding: Sequence[int] = range(len(keys))
    for word in words:
        holding = [k for k in holding if word in keys[k]]
    ranked = _held(keys, base, holding, words)
    if len(holding) < SHOWN:
        held = set(holding)
        in_order = [k for k in _in_order(names, words) if k not in held]
        begins = [bool(found) for found in map(_initials_of(words[0]), map(keys.__getitem__, in_order))]
        ranked += [(IN_ORDER - good) * STEP + base[k] for k, good in zip(in_order, begins, strict=True)]
    return ranked


def _held(keys: list[str], base: list[int], holding: Sequence[int], words: tuple[str, ...]) -> list[int]:
    """Those that hold every word."""
    held = [keys[k] for k in holding]
    worst = [0] * len(held)
    for word in words:
        start = " " + word
        begins = [key.startswith(start) for key in held]
        parts = [start in key for key in held]
        worst = [bad + 2 - first - part for bad, first, part in zip(worst, begins, parts, strict=True)]
    worst = [min(bad, IN_ORDER - 2) for bad in worst] if len(words) > 3 else worst
    return [bad * STEP + base[k] for bad, k in zip(worst, holding, strict=True)]


def _in_order(names: Names, words: tuple[str, ...]) -> Sequence[int]:
    """Those that hold the letters of each word in order."""
    found = names.in_order(words[0])
    for match in map(_letters_of, words[1:]):
        found = [k for k in found if match(names.keys[k])]
    return found


def _letters_of(word: str) -> Callable[[str], object]:
    """Says whether the letters of a word stand in order, without looking at any letter twice."""
    return re.compile("".join(f"[^{re.escape(c)}]*{re.escape(c)}" for c in word)).match


def _initials_of(word: str) -> Callable[[str], object]:
    """Says whether the letters of a word each begin a part, or follow the one before."""
    first, *others = map(re.escape, word)
    return re.compile(f" {first}" + "".join(f"(?:{c}|.*? {c})" for c in others)).search


def _places(key: str, word: str) -> list[int]:
    at = key.find(" " + word)
    at = at + 1 if at >= 0 else key.find(word)
    if at >= 0:
        return list(range(at, at + len(word)))
    return _initials(key, word) or _leftmost(key, word)


def _initials(key: str, word: str) -> list[int]:
    """Letters that each begin a part or follow the one before: “opv” in “orders placed v1”; [] where there are none such."""
    found: list[int] = []
    for letter in word:
        follows = found[-1] + 1 if found else 0
        if found and key[follows : follows + 1] == letter:
            found.append(follows)
            continue
        at = key.find(" " + letter, max(0, follows - 1))
        if at < 0:
            return []
        found.append(at + 1)
    return found


def _leftmost(key: str, word: str) -> list[int]:
    found: list[int] = []
    for letter in word:
        at = key.find(letter, found[-1] + 1 if found else 0)
        if at < 0:
            return []
        found.append(at)
    return found
