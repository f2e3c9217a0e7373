"""Amazon Ion 1.0 as text, and with it JSON that has comments, bare names or commas too many.

Text is taken for it only where $ion_1_0 stands before it, or where the whole is one struct of named fields.
"""

import base64
import binascii
import re
from string import ascii_letters

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.ion import TYPES
from meshdesk.decode.text import DECLARING, charset_of, is_declared, text_of
from meshdesk.model.node import Kind, Node, hexed, more, shortened
from meshdesk.model.wording import plural

NAME = "Ion text"
BEGINS = b"\xef\xbb\xbf \t\r\n{[$/\xff\xfe"
BEFORE = b"\xef\xbb\xbf \t\r\n"
STARTS = (b"{", b"[", b"$ion_1_0", b"//", b"/*")
WIDE = (b"\xff\xfe", b"\xfe\xff")  # the marks of UTF-16
HEADERS = DECLARING
minds = is_declared
MARKED = re.compile(r"\$ion_1_0(?![A-Za-z0-9_$]|\s*::)")
LARGEST = 4 << 20  # bytes; some six seconds, and Ion that is so large is binary
BLANKS = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
SIGNS = frozenset(map(chr, range(0x21, 0x7F))) - {"/"}  # which are no blanks, and begin none: nine of ten
NAMES = frozenset(ascii_letters + "_$'")  # how an annotation may begin
SPACE = re.compile(r"\s*")
IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
TIMESTAMP = re.compile(
    r"\d{4}(?:T|-\d\d(?:T|-\d\d(?:T(?:\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?))(?=[\s,\]})/]|$)"
)
INT = re.compile(r"-?(?:0[xX][0-9a-fA-F][0-9a-fA-F_]*|0[bB][01][01_]*|(?:0|[1-9][0-9_]*))(?=[\s,\]})/]|$)")
REAL = re.compile(r"-?(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?(?:([eEdD])[+-]?[0-9]+)?(?=[\s,\]})/]|$)")
INFINITE = re.compile(r"[+-]inf(?=[\s,\]})/]|$)")
# A field's name with its colon, and a comma, as nearly all are written: by one look instead of six.
FIELD = re.compile(r'(?:"([^"\\\n]*)"|([A-Za-z_$][A-Za-z0-9_$]*))\s*:\s*')
COMMA = re.compile(r"\s*,\s*")
STRING = re.compile(r'"((?:[^"\\\n]|\\.|\\\r?\n)*)"')
LONG = re.compile(r"'''((?:[^'\\]|\\.|\\\r?\n|'(?!''))*)'''", re.DOTALL)
SYMBOL = re.compile(r"'((?:[^'\\\n]|\\.)*)'")
OPERATOR = re.compile(r"[!#%&*+\-./;<=>?@^`|~]+")
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n|.)", re.DOTALL)
ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "v": "\v", "\n": "", "\r\n": ""}
LITERAL = frozenset("\"'?/\\")  # that stand for themselves behind a backslash
NULL_TYPES = frozenset(("null", "bool", *TYPES[2:]))


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether a struct, a list, a comment or the mark stands first."""
    return _begins(data)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The value of a document, or its values as a list. Raises Undecodable."""
    if not _begins(data):
        raise Undecodable("it begins neither as a struct nor with $ion_1_0")
    if len(data) > min(LARGEST, bounds.bytes):
        raise Undecodable(f"it is larger than {min(LARGEST, bounds.bytes):,} bytes")
    reading = _Reading(text_of(data, charset_of(payload))[0], bounds)
    values = reading.values()
    says_so = reading.is_marked
    if bounds.nodes < 2:
        raise Undecodable("nothing may be made of it")
    if not says_so and (len(values) != 1 or values[0].kind not in ("record", "array") or not values[0].children):
        raise Undecodable("it is no struct as a whole")
    if not reading.is_ion:
        return Decoded(_as_json(values[0]), (Layer("JSON", "with comments or commas too many"),), "JSON")
    if not says_so and values[0].kind != "record":
        raise Undecodable("it is a list of words, as text may be")
    if len(values) == 1:
        return Decoded(values[0], (Layer("Ion", "text"),), "Ion")
    shown = [Node(str(at), one.kind, one.text, one.children, one.note) for at, one in enumerate(values[: bounds.width])]
    rest = [more(len(values) - len(shown))] if len(values) > len(shown) else []
    return Decoded(
        Node("", "array", "", (*shown, *rest)), (Layer("Ion", f"text, {plural(len(values), 'value')}"),), "Ion"
    )


def _begins(data: bytes) -> bool:
    return data.startswith(STARTS) or data[:64].lstrip(BEFORE).startswith(STARTS) or data[:2] in WIDE


def _as_json(node: Node) -> Node:
    """Numbers with a fraction are decimals in Ion, and in JSON they are what JSON has."""
    kind: Kind = "float" if node.kind == "decimal" else node.kind
    return Node(node.name, kind, node.text, tuple(map(_as_json, node.children)), node.note)


class _Reading:
    """Where in the text reading is."""

    def __init__(self, text: str, bounds: Bounds) -> None:
        self.is_ion = False  # whether anything stands in it that JSON has not
        self._is_annotated = "::" in text
        self.is_marked = False
        self._text, self._bounds, self._at = text, bounds, 0
        self._left = bounds.nodes - 1  # one of them holds several values

    def values(self) -> list[Node]:
        """All values of the document."""
        found: list[Node] = []
        self._blank()
        while self._at < len(self._text):
            if self._take(MARKED):
                self.is_marked = self.is_ion = True
            else:
                found.append(self._value("", 0))
                if len(found) > 1 and not self.is_marked:
                    raise Undecodable("it holds more than one struct")
            self._blank()
        return found

    def _fail(self, why: str) -> Undecodable:
        return Undecodable(f"it is no Ion at character {self._at + 1:,}: {why}")

    def _blank(self) -> None:
        if self._text[self._at : self._at + 1] not in SIGNS:
            found = BLANKS.match(self._text, self._at)
            self._at = found.end() if found else self._at

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _made(self, name: str, kind: Kind, text: str, note: str) -> Node:
        self._left -= 1
        return Node(name, kind, shortened(text, self._bounds.text), (), note)

    def _value(self, name: str, depth: int, in_sexp: bool = False) -> Node:
        if depth > self._bounds.depth:
            raise Undecodable(f"it is nested deeper than {self._bounds.depth} levels")
        note = self._annotations()
        text, at = self._text, self._at
        first = text[at : at + 1]
        if text.startswith("{{", at):
            return self._blob(name, note)
        if first == "{":
            return self._struct(name, note, depth)
        if first in ("[", "("):
            return self._list(name, note, depth, first)
        if first == '"' and (found := self._take(STRING)):
            return self._made(name, "string", self._unescaped(found[1]), note)
        if text.startswith("'''", at):
            return self._made(name, "string", self._long(), note)
        return self._word(name, note, first, in_sexp)

    def _word(self, name: str, note: str, first: str, in_sexp: bool) -> Node:
        if first == "'" and (found := self._take(SYMBOL)):
            self.is_ion = True
            return self._made(name, "string", self._unescaped(found[1]), _both(note, "symbol"))
        if first.isdigit() and (found := self._take(TIMESTAMP)):
            self.is_ion = True
            is_day = len(found[0]) in (10, 11)
            return self._made(
                name, "date" if is_day else "timestamp", found[0].rstrip("T") if is_day else found[0], note
            )
        if found := self._take(INT):
            return self._made(name, "int", *self._int(found[0], note))
        if found := self._take(REAL):
            is_decimal = found[1] not in ("e", "E")
            self.is_ion |= found[1] in ("d", "D") or found[0].endswith(".") or "_" in found[0]
            plain = found[0].replace("_", "").replace("d", "E").replace("D", "E").removesuffix(".")
            return self._made(name, "decimal" if is_decimal else "float", plain, note)
        if found := self._take(INFINITE):
            self.is_ion = True
            return self._made(name, "float", "Infinity" if found[0][0] == "+" else "-Infinity", note)
        if found := self._take(IDENTIFIER):
            return self._identifier(name, note, found[0])
        if in_sexp and (found := self._take(OPERATOR)):
            return self._made(name, "string", found[0], _both(note, "symbol"))
        raise self._fail("no value begins there")

    def _int(self, word: str, note: str) -> tuple[str, str]:
        plain = word.replace("_", "")
        if plain.lstrip("-")[:2].lower() in ("0x", "0b"):
            self.is_ion = True
            sign, body = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
            if len(body) > 3_000:
                raise self._fail("the number has more digits than are shown")
            return sign + str(int(body[2:], 16 if body[1] in "xX" else 2)), _both(note, word)
        self.is_ion |= plain != word
        return plain, note

    def _identifier(self, name: str, note: str, word: str) -> Node:
        if word in ("true", "false"):
            return self._made(name, "boolean", word, note)
        if word == "nan":
            self.is_ion = True
            return self._made(name, "float", "NaN", note)
        if word != "null":
            self.is_ion = True
            return self._made(name, "string", word, _both(note, "symbol"))
        if self._text.startswith(".", self._at):
            self._at += 1
            kind = self._take(IDENTIFIER)
            if kind is None or kind[0] not in NULL_TYPES:
                raise self._fail("there is no such null")
            self.is_ion = True
            note = _both(note, f"null.{kind[0]}")
        return self._made(name, "null", "null", note)

    def _annotations(self) -> str:
        words = ""
        if not self._is_annotated or self._text[self._at : self._at + 1] not in NAMES:
            return words
        while True:
            start = self._at
            found = None if self._text.startswith("'''", start) else self._take(SYMBOL) or self._take(IDENTIFIER)
            self._blank()
            if found is None or not self._text.startswith("::", self._at):
                self._at = start
                return words
            self._at += 2
            self._blank()
            self.is_ion = True
            words += f"{self._unescaped(found[1]) if found[0][0] == chr(39) else found[0]}::"

    def _unescaped(self, text: str) -> str:
        if "\\" not in text:
            return text

        def meant(found: re.Match[str]) -> str:
            word = found[1]
            if word[0] in "xuU" and len(word) > 1:
                code = int(word[1:], 16)
                if code > 0x10FFFF:
                    raise self._fail("there is no such character")
                return chr(code)
            if word in ESCAPES:
                return ESCAPES[word]
            if word in LITERAL:
                return word
            raise self._fail(f"a backslash stands before {word!r}")

        plain = ESCAPE.sub(meant, text)
        # Two halves of a character beyond 16 bits are one.
        return (
            plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") if "\\u" in text else plain
        )

    def _long(self) -> str:
        self.is_ion = True
        pieces = []
        while found := self._take(LONG):
            pieces.append(self._unescaped(found[1].replace("\r\n", "\n")))
            self._blank()
        if not pieces:
            raise self._fail("a long text has no end")
        return "".join(pieces)

    def _blob(self, name: str, note: str) -> Node:
        self._at += 2
        self.is_ion = True
        self._take(SPACE)  # where two slashes are base64, and no comment
        if found := self._take(STRING):
            data, note = self._unescaped(found[1]).encode("utf-8", "surrogatepass"), _both(note, "clob")
        elif self._text.startswith("'''", self._at):
            data, note = self._long().encode("utf-8", "surrogatepass"), _both(note, "clob")
        else:
            end = self._text.find("}}", self._at)
            try:
                data = base64.b64decode("".join(self._text[self._at : max(end, self._at)].split()), validate=True)
            except (binascii.Error, ValueError):
                raise self._fail("a blob is no base64") from None
            self._at = end
        self._take(SPACE)
        if not self._text.startswith("}}", self._at):
            raise self._fail("a blob has no end")
        self._at += 2
        self._left -= 1
        return Node(name, "bytes", hexed(data, self._bounds.text), (), note)

    def _struct(self, name: str, note: str, depth: int) -> Node:
        self._at += 1
        self._left -= 1
        parts: list[Node] = []
        count = 0
        self._blank()
        while not self._text.startswith("}", self._at):
            found = FIELD.match(self._text, self._at)
            if found:
                self._at = found.end()
                self.is_ion |= found[1] is None
                key = found[1] if found[2] is None else found[2]
            else:
                key = self._key()
                self._blank()
                if not self._text.startswith(":", self._at):
                    raise self._fail("a name has no colon behind it")
                self._at += 1
            self._blank()
            count += self._keeps(parts, self._value(key, depth + 1))
            self._comma("}")
        self._at += 1
        return _container(name, "record", parts, count, note)

    def _key(self) -> str:
        if found := self._take(STRING):
            return self._unescaped(found[1])
        self.is_ion = True
        if self._text.startswith("'''", self._at):
            return self._long()
        if found := self._take(SYMBOL):
            return self._unescaped(found[1])
        if found := self._take(IDENTIFIER):
            return found[0]
        raise self._fail("no name begins there")

    def _comma(self, end: str) -> None:
        if found := COMMA.match(self._text, self._at):
            self._at = found.end()
            self._blank()
            return
        self._blank()
        if self._text.startswith(",", self._at):
            self._at += 1
            self._blank()
        elif not self._text.startswith(end, self._at):
            raise self._fail(f"neither a comma nor {end} stands there")

    def _list(self, name: str, note: str, depth: int, first: str) -> Node:
        self._at += 1
        self._left -= 1
        end = "]" if first == "[" else ")"
        self.is_ion |= first == "("
        parts: list[Node] = []
        count = 0
        self._blank()
        while not self._text.startswith(end, self._at):
            count += self._keeps(parts, self._value(str(count), depth + 1, first == "("))
            if first == "[":
                self._comma(end)
            self._blank()
        self._at += 1
        return _container(name, "array", parts, count, _both(note, "sexp") if first == "(" else note)

    def _keeps(self, parts: list[Node], part: Node) -> int:
        if self._left >= 0 and len(parts) < self._bounds.width:
            parts.append(part)
        return 1


def _container(name: str, kind: Kind, parts: list[Node], count: int, note: str) -> Node:
    rest = (more(count - len(parts)),) if count > len(parts) else ()
    return Node(name, kind, "", (*parts, *rest), note)


def _both(note: str, word: str) -> str:
    return f"{note} {word}" if note else word
