"""The text of .proto files (language guides of proto2, proto3 and editions), as protoc, Confluent and Square's Wire write it.

What has no meaning for reading bytes is passed over: services, reserved numbers, most options. So is what protoc forbids
and registries answer all the same, as a `repeated …Entry` whose message says `option map_entry = true`.
"""

import re

from meshdesk.model.proto_schema import DEPTH, SCALARS, BadSchema, Enum, Field, File, Message

TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<token>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z0-9_.+-]+|[{}()\[\]<>=;,:/])""",
    re.DOTALL,
)
OPEN, CLOSED = frozenset("{[(<"), frozenset("}])>")
TAGS = re.compile(r'tags\s*[=:]\s*(\[[^\]]*\]|"[^"]*")')
QUOTED = re.compile(r'"([^"]*)"')


def file_of(text: str) -> File:
    """The file that a text declares. Raises BadSchema, which knows where."""
    reader = _Reader(text)
    file = File()
    while reader.at < len(reader.tokens):
        _statement(reader, file)
    return file


def _tokens(text: str) -> tuple[list[str], list[int]]:
    """The words, and the character at which each begins."""
    tokens, places, at = [], [], 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise BadSchema(f"there is no Protobuf schema at its character {at + 1:,}", at)
        if found["token"] is not None:
            tokens.append(found["token"])
            places.append(at)
        at = found.end()
    return tokens, places


class _Reader:
    """Where in the words reading is."""

    def __init__(self, text: str) -> None:
        self.tokens, self._places = _tokens(text)
        self._end, self.at = len(text), 0

    def peek(self, ahead: int = 0) -> str:
        """The next word, or one behind it; "" at the end."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """The next word. Raises BadSchema at the end, or where it is another one than wanted."""
        word = self.peek()
        if not word or (wanted and word != wanted):
            said = repr(word) if word else "nothing more"
            raise BadSchema(f"it says {said} where {repr(wanted) if wanted else 'more'} is due", self.place(0))
        self.at += 1
        return word

    def place(self, back: int = 1) -> int:
        """The character at which the word begins that was taken last, or with 0 the next one."""
        at = self.at - back
        return self._places[at] if 0 <= at < len(self._places) else self._end

    def skip_statement(self) -> None:
        """To behind the next semicolon, or the block that stands in its place."""
        depth = 0
        while word := self.take():
            depth += (word in OPEN) - (word in CLOSED)
            if depth <= 0 and word in (";", "}"):
                return

    def skip_options(self) -> str:
        """What stands in [ ] here, if anything does."""
        if self.peek() != "[":
            return ""
        start, depth = self.at, 0
        while word := self.take():
            depth += (word in OPEN) - (word in CLOSED)
            if depth == 0:
                break
        return " ".join(self.tokens[start : self.at])

    def number(self) -> int:
        """A number in any of the three notations."""
        word = self.take()
        try:
            digits = word.lstrip("+-")
            value = int(digits, 8) if re.fullmatch("0[0-7]+", digits) else int(digits, 0)
        except ValueError:
            raise BadSchema(f"it says {word!r} where a number is due", self.place()) from None
        return -value if word.startswith("-") else value


def _statement(reader: _Reader, file: File) -> None:
    word = reader.take()
    if word == "package":
        file.package = reader.take()
        reader.take(";")
    elif word == "message":
        file.messages.append(_message(reader, file.package, 0))
    elif word == "enum":
        file.enums.append(_enum(reader, file.package))
    elif word == "extend":
        _extend(reader, file.package, file.messages, file.extensions, 0)
    elif word == "import":
        start = reader.at
        reader.skip_statement()
        file.imports += [one[1:-1] for one in reader.tokens[start : reader.at] if one[:1] in ('"', "'")]
    elif word in ("syntax", "edition", "option", "service"):
        reader.skip_statement()
    elif word != ";":
        raise BadSchema(f"it says {word!r} where a message or an enum is due", reader.place())


def _named(reader: _Reader, scope: str) -> str:
    name = reader.take()
    return f"{scope}.{name}" if scope else name


def _message(reader: _Reader, scope: str, depth: int) -> Message:
    message = Message(_named(reader, scope))
    _body(reader, message, depth)
    return message


def _body(reader: _Reader, message: Message, depth: int) -> None:
    if depth > DEPTH:
        raise BadSchema(f"it nests messages deeper than {DEPTH} levels", reader.place())
    reader.take("{")
    while (word := reader.peek()) != "}":
        declares = reader.peek(2) == "{"
        if word == "message" and declares:
            reader.take()
            message.messages.append(_message(reader, message.name, depth + 1))
        elif word == "enum" and declares:
            reader.take()
            message.enums.append(_enum(reader, message.name))
        elif word == "extend" and declares:
            reader.take()
            _extend(reader, message.name, message.messages, message.extensions, depth)
        elif word == "oneof" and declares:
            reader.take()
            _oneof(reader, message, depth)
        elif word == "option":
            start = reader.at
            reader.skip_statement()
            message.is_map = message.is_map or reader.tokens[start : reader.at] == [
                "option",
                "map_entry",
                "=",
                "true",
                ";",
            ]
        elif word in ("reserved", "extensions") and reader.peek(2) != "=":
            reader.skip_statement()
        elif word == ";":
            reader.take()
        else:
            message.fields.append(_field(reader, message.name, message.messages, depth))
    reader.take("}")


def _oneof(reader: _Reader, message: Message, depth: int) -> None:
    name = reader.take()
    reader.take("{")
    while (word := reader.peek()) != "}":
        if word == "option":
            reader.skip_statement()
        elif word == ";":
            reader.take()
        else:
            declared = _field(reader, message.name, message.messages, depth)
            declared.oneof = name
            message.fields.append(declared)
    reader.take("}")


def _extend(reader: _Reader, scope: str, messages: list[Message], extensions: list[Field], depth: int) -> None:
    target = reader.take()
    reader.take("{")
    while (word := reader.peek()) != "}":
        if word == ";":
            reader.take()
            continue
        declared = _field(reader, scope, messages, depth)
        declared.extends = target
        extensions.append(declared)
    reader.take("}")


def _field(reader: _Reader, scope: str, messages: list[Message], depth: int) -> Field:
    word = reader.take()
    repeated = False
    # A label is a word of its own; a type may have the same name in another file, but is then followed by "=" sooner.
    if word in ("optional", "required", "repeated") and reader.peek(1) != "=":
        repeated = word == "repeated"
        word = reader.take()
    if word == "group" and reader.peek(1) == "=":
        return _group(reader, scope, messages, repeated, depth)
    if word == "map" and reader.peek() == "<":
        return _map(reader, scope, messages)
    name, number, tags = _ending(reader)
    return Field(name, number, word, repeated, tags=tags)


def _ending(reader: _Reader) -> tuple[str, int, tuple[str, ...]]:
    name = reader.take()
    reader.take("=")
    number = reader.number()
    options = reader.skip_options()
    reader.take(";")
    found = TAGS.search(options) if "field_meta" in options else None
    return name, number, tuple(QUOTED.findall(found[1])) if found else ()


def _map(reader: _Reader, scope: str, messages: list[Message]) -> Field:
    reader.take("<")
    key = reader.take()
    reader.take(",")
    value = reader.take()
    reader.take(">")
    if key not in SCALARS:
        raise BadSchema(f"it says {key!r} where the scalar type of a key is due", reader.place())
    name, number, tags = _ending(reader)
    entry = Message(f"{scope}.{entry_name(name)}", [Field("key", 1, key), Field("value", 2, value)], is_map=True)
    messages.append(entry)
    return Field(name, number, f".{entry.name}", repeated=True, tags=tags)


def entry_name(field: str) -> str:
    """What protoc calls the message of a map field's entries.

    >>> entry_name("by_number"), entry_name("byNumber")
    ('ByNumberEntry', 'ByNumberEntry')
    """
    return "".join(word[:1].upper() + word[1:] for word in field.split("_")) + "Entry"


def _group(reader: _Reader, scope: str, messages: list[Message], repeated: bool, depth: int) -> Field:
    full = _named(reader, scope)
    reader.take("=")
    number = reader.number()
    reader.skip_options()
    group = Message(full)
    _body(reader, group, depth + 1)
    messages.append(group)
    return Field(full.rpartition(".")[2].lower(), number, f".{full}", repeated)


def _enum(reader: _Reader, scope: str) -> Enum:
    enum = Enum(_named(reader, scope))
    reader.take("{")
    while (word := reader.peek()) != "}":
        if word == "option" or (word == "reserved" and reader.peek(1) != "="):
            reader.skip_statement()
        elif word == ";":
            reader.take()
        else:
            reader.take()
            reader.take("=")
            enum.names.setdefault(reader.number(), word)
            reader.skip_options()
            reader.take(";")
    reader.take("}")
    return enum
