"""What a list shows of a value, said while its bytes are walked over, where no tree of it is made.

Decoders that walk (decode/walk.py) are written once, for the tree of the inspector and for the line of a list alike: what they
find is either made into nodes or said here, as words. A tree of twelve values and its line take 30 us, the words alone 15
(measured 2026-11), and a screen has forty rows. It is one mechanism and not a second reader for each format, as those would
have to be held equal to the first ones; the walk and with it all proof that the bytes are of the format are the same here.
The words are those that model/node.py would make of the tree (`words_of`), held equal to them by tests.
"""

from typing import Protocol, get_args

from meshdesk.decode.line import (
    CLOSE,
    EMPTY,
    INSIDE,
    LEFT,
    LONGEST,
    MORE,
    NOTHING,
    OPEN,
    RIGHT,
    TELLING,
    Unlisted,
    Words,
    count_word,
)
from meshdesk.model.node import CONTAINERS, DEEP, FULL, SHORT, TONES, Kind, Node, Tone, Word, lay, name_of, word_of

# Kinds of scalars that are shown as they are written, if what is written is short and can be seen.
AS_IT_IS: dict[Kind, Tone] = {
    kind: TONES.get(kind, "text") for kind in get_args(Kind) if kind != "bytes" and kind not in CONTAINERS
}
NAMES = 10_000  # of fields, kept as they are shown: those of a mesh
_names: dict[str, Word] = {}


def _named(name: str) -> Word:
    word = name_of(name, LONGEST)
    if len(name) <= LONGEST:
        if len(_names) >= NAMES:
            _names.clear()
        _names[name] = word
    return word


class Deep(Protocol):
    """What counts how deep it is, as a walk does."""

    depth: int


class Container:
    """A record or an array that is open, and what was so around it."""

    __slots__ = ("_line", "begin", "count", "depth", "hid", "is_array", "is_short", "is_shown", "outer", "room", "walk")

    def __init__(self, line: "OneLine", outer: "Container | None", is_array: bool, walk: Deep | None) -> None:
        self._line, self.outer, self.is_array = line, outer, is_array
        self.walk = walk  # which is one level less deep at the end
        self.depth: int = 0 if outer is None else outer.depth + 1
        self.hid = line.hides
        self.is_shown = not line.hides and line.room >= FULL
        self.is_short = is_array and self.depth > 0  # an array that shows its elements only where they are few
        self.begin, self.room = len(line.words), line.room
        self.count = 0  # of parts that were said

    def add(self, part: Node | None) -> None:  # noqa: ARG002 (the form of walk.Parts, which is given nodes)
        """One more part was said."""
        self.count += 1
        if self.count > SHORT and self.is_short:
            self._line.shorten(self)

    def node(self, name: str, kind: Kind, note: str = "", count: int | None = None) -> None:  # noqa: ARG002 (as above)
        """The end."""
        if self.walk is not None:
            self.walk.depth -= 1
        self._line.end(self, kind, self.count if count is None else count)


class OneLine:
    """The words of a value so far. Whoever says a part says its name with it, which is left out where it is an element."""

    __slots__ = ("hides", "kind", "names", "open", "room", "words")

    def __init__(self) -> None:
        self.words: Words = []
        self.room = LONGEST  # characters that the line still has; below FULL it shows already that more follows
        self.hides = False  # whether nothing is shown of what comes now
        self.names = False  # whether parts are shown with their names
        self.open: Container | None = None  # the innermost
        self.kind: Kind = "null"  # of the whole, once it was said

    def scalar(self, name: str, kind: Kind, text: str) -> None:
        """A value that is no container. Raises Unlisted, as `begin`."""
        if self.hides:
            return
        outer, room = self.open, self.room
        if outer is None:
            self.kind = kind
        elif outer.depth == 0 and name in TELLING:
            raise Unlisted
        if room < FULL:
            return
        tone = AS_IT_IS.get(kind)
        if tone is not None and 0 < len(text) <= LONGEST and (tone != "string" or text.isprintable()):
            word: Word = (text, tone)
        else:
            word = word_of(kind, text, LONGEST)
        if self.names:
            named = _names.get(name) or _named(name)
            self.words += (named, word)
            self.room = room - len(named[0]) - len(word[0]) - 2
        else:
            self.words.append(word)
            self.room = room - len(word[0]) - 1

    def whole(self, node: Node) -> None:
        """A part that was read as a tree. Raises Unlisted, as `begin`."""
        if node.kind not in CONTAINERS:
            self.scalar(node.name, node.kind, node.text)
            return
        container = self.begin(node.name, node.kind == "array")
        if container.outer is None and any(child.name in TELLING for child in node.children):
            raise Unlisted
        if container.is_shown:
            del self.words[container.begin :]
            self.room = lay(node, container.depth, LONGEST, container.room, self.words)
        self._leave(container, node.kind)

    def begin(self, name: str, is_array: bool, walk: Deep | None = None) -> Container:
        """A record or an array, to which all belongs that is said until its end. Raises Unlisted where a field of the whole has
        a name by which an envelope may know it: those are shown trees."""
        outer = self.open
        if outer is not None:
            if outer.depth == 0 and name in TELLING:
                raise Unlisted
            if outer.is_short:
                self.shorten(outer)
        if self.names and not self.hides and self.room >= FULL:
            word = _names.get(name) or _named(name)
            self.words.append(word)
            self.room -= len(word[0]) + 1
        container = self.open = Container(self, outer, is_array, walk)
        self.names = not is_array
        if not container.is_shown or (not is_array and container.depth >= DEEP):
            self.hides = True
        elif container.depth:
            self._say(LEFT if is_array else OPEN)
        return container

    def shorten(self, container: Container) -> None:
        """The array holds more than a line shows of it: only how much there is."""
        container.is_short = False
        if container.is_shown:
            del self.words[container.begin :]
            self.room = container.room
        self.hides = True

    def end(self, container: Container, kind: Kind, count: int) -> None:
        """The end of a record, a map or an array of so many parts."""
        if container.is_shown and not container.is_array:
            if not count:
                del self.words[container.begin :]
                self.room = container.room
                self._say(NOTHING)
            elif container.depth >= DEEP:
                self._say(INSIDE)
            elif container.depth:
                self._say(CLOSE)
        elif container.is_shown:
            if not count:
                del self.words[container.begin :]
                self.room = container.room
                self._say(EMPTY)
            elif not container.depth:
                self.words.insert(container.begin, count_word(count))
            else:
                if container.is_short and count > SHORT:
                    self.shorten(container)
                self._say(RIGHT if container.is_short else count_word(count))
        self._leave(container, kind)

    def more(self) -> None:
        """Fields of the record that is open are left out."""
        if not self.hides and self.room >= FULL:
            self._say(MORE)

    def again(self, words: Words) -> bool:
        """Parts of the container that is open, with their names, whose words were made before; whether all of them have room."""
        length = sum([len(word) for word, _ in words]) + len(words)
        if self.hides or length > self.room:
            return False
        self.words += words
        self.room -= length
        return True

    def _leave(self, container: Container, kind: Kind) -> None:
        self.hides, self.open = container.hid, container.outer
        if container.outer is None:
            self.kind = kind
        else:
            self.names = not container.outer.is_array

    def _say(self, word: Word) -> None:
        self.words.append(word)
        self.room -= len(word[0]) + 1
