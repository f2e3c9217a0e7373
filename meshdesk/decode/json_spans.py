"""The bytes behind each node of a JSON document: its text walked once more, beside the tree that the library's reading gave.

Only the inspector asks for it. Python's library reads a document ten times as fast as any walk in Python and keeps no
places; as what it read is valid, the walk has nothing left to decide but where each value ends.
"""

import codecs
import json
import re
import sys
from array import array

from meshdesk.model.node import Node

MOST_BYTES = 8 << 20  # of a document that is walked; a larger one has no spans
MOST_SKIPPED = 32 << 20  # characters of what a tree leaves out that are read once more, to know where it ends
BLANKS = re.compile("[ \t\r\n]*+")
AROUND = re.compile("[ \t\r\n]*+,[ \t\r\n]*+")  # elements of an array
BETWEEN = re.compile("(?:[ \t\r\n\ufeff\x1e]|\xef\xbb\xbf)*+")  # documents: marks, too, and those of UTF-8 as bytes
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
WORD = re.compile(r"[^ \t\r\n,\]}]++")  # a number, true, null, NaN; a document's last one may be followed by a mark
# Bytes of a unit, in encodings whose units say JSON's own signs as ASCII does and say nothing else so (Shift JIS does).
WIDTHS = {
    "utf-8": 1, "ascii": 1, "iso8859-1": 1, "iso8859-15": 1, "cp1252": 1,
    "cp1251": 1, "koi8-r": 1, "koi8-u": 1, "iso8859-5": 1, "cp866": 1, "euc_jp": 1, "cp949": 1,
    "utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4,
}  # fmt: skip
CODES = {2: "H", 4: "I"}  # of arrays
_SKIP = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)


def spanned(tree: Node, data: bytes, encoding: str, is_several: bool, at: int) -> Node:
    """The tree with the bytes of each node, which are counted from `at` on; as it is where that would take too long.

    `is_several`: the root is no array of the document, but its documents are below each other. A record's span ends with
    its brace and a field's span is that of its value.
    """
    codec = codecs.lookup(encoding).name
    width = WIDTHS.get(codec)
    if len(data) > MOST_BYTES or width is None:
        return tree
    walk = _Walk(_units(data, codec, width), width, at)
    try:
        start = walk.skip(BETWEEN, 0)
        if not is_several:
            return walk.value(tree, start)[0]
        documents, end = [], walk.behind(tree, start, BETWEEN)
        for document in tree.children:
            found, end = (document, end) if document.kind == "more" else walk.value(document, walk.skip(BETWEEN, end))
            documents.append(found)
        whole = (at + start * walk.width, at + len(data))
        return Node(tree.name, tree.kind, tree.text, tuple(documents), tree.note, whole)
    except (_Astray, RecursionError, ValueError):
        return tree


class _Astray(Exception):
    """What the tree leaves out is more than should be read once more, or tree and text do not agree."""


def _units(data: bytes, codec: str, width: int) -> str:
    """A character for each unit of the encoding, so that places in the text are places in the bytes."""
    if width == 1:
        return data.decode("latin-1")
    units = array(CODES[width], data[: len(data) // width * width])
    if codec.endswith("be") is (sys.byteorder == "little"):
        units.byteswap()
    return "".join(map(chr, units))


class _Walk:
    """A walk over the text of a document, units of `width` bytes."""

    def __init__(self, text: str, width: int, at: int) -> None:
        self.text, self.width, self._at = text, width, at
        self._left = MOST_SKIPPED

    def skip(self, pattern: re.Pattern[str], start: int) -> int:
        """Where what the pattern matches ends."""
        found = pattern.match(self.text, start)
        return found.end() if found else start

    def value(self, node: Node, start: int) -> tuple[Node, int]:
        """The node that begins there, with its bytes, and where it ends."""
        if self.text[start : start + 1] in ("{", "["):
            children, end = self._parts(node, start)
        else:
            children, end = node.children, self.skip(STRING if self.text[start : start + 1] == '"' else WORD, start)
        span = (self._at + start * self.width, self._at + end * self.width)
        return Node(node.name, node.kind, node.text, children, node.note, span), end

    def _parts(self, node: Node, start: int) -> tuple[tuple[Node, ...], int]:
        children: list[Node] = []
        at = self.skip(BLANKS, start + 1)
        if node.kind == "array":
            at = self.behind(node, at, AROUND)
        for child in node.children:
            if child.kind == "more":
                return (*children, child), self._end_of(start)
            if children:
                at = self.skip(BLANKS, at + 1)  # behind the comma
            if node.kind == "record":
                at = self.skip(BLANKS, self.skip(BLANKS, self.skip(STRING, at)) + 1)  # behind the name and its colon
            part, at = self.value(child, at)
            children.append(part)
            at = self.skip(BLANKS, at)
        if self.text[at : at + 1] not in ("}", "]"):
            raise _Astray
        return tuple(children), at + 1

    def behind(self, node: Node, at: int, between: re.Pattern[str]) -> int:
        """Where the first part of an array is, which need not be its first element (contract.Bounds.windows)."""
        name = node.children[0].name if node.children else ""
        for _ in range(int(name) if name.isdecimal() else 0):
            at = self.skip(between, self._end_of(at))
        return at

    def _end_of(self, start: int) -> int:
        end = _SKIP.raw_decode(self.text, start)[1]
        self._left -= end - start
        if self._left < 0:
            raise _Astray
        return end
