"""A value in Avro's binary encoding as the line that a list shows: read by a function that is written for its schema.

One function for each schema, as one that calls another for each field takes twice as long. The same bytes are declined that
decode/avro.py declines, and what is rare is left to it (line.Unlisted). Nothing here looks whether a piece ends behind the
last byte: the place only grows, and must be that of the end when all is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from meshdesk.decode.avro import NAMED, Compiler, said_in
from meshdesk.decode.avro_cursor import READERS, STEPS
from meshdesk.decode.avro_logical import MOMENTS, logical
from meshdesk.decode.avro_scalar_line import KNOWN, as_node, decimal_at
from meshdesk.decode.avro_skip import full_name, in_turn, size_of
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.line import (
    LONGEST,
    MOST,
    TELLING,
    Line,
    Unlisted,
    bytes_word,
    is_inside,
    name_word,
    text_word,
)
from meshdesk.decode.line_source import HAS_ROOM, Function, Source
from meshdesk.model.node import SHORT, Tones, line_of
from meshdesk.model.schema import Schema

BOUNDS = Bounds()
MARGIN = 10  # containers that one function may read within each other, all of which it counts when it begins
STEP = 3  # fields between looks whether the line is full
MANY = 64  # fields for which source is written that only skips them; the rare schemas of thousands have a function for each
LIKELY = 120  # characters before which a line is hardly full
BYTE_NUMBERS = 64  # that many symbols of an enum, or branches of a union, have a number of one byte

CONTAINING = ("record", "array", "map")
OF_FIXED = ("uuid", "duration")  # logical types of a fixed of their own size
SIZES = {"null": 0, "float": 4, "double": 8}
Said = tuple[str, str, int | None, int]  # expressions for a word's text and tone, its length if known, a likely one


def reader(schema: Schema) -> Line:
    """What reads a value to the end of its bytes. Raises Unlisted where the schema is not for lists."""
    try:
        *references, said = said_in(schema)
        return _raw if _is_bytes(said) else _Writer(references, said).line()
    except (Undecodable, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unlisted from None


def _is_bytes(said: Any) -> bool:
    while isinstance(said, dict):
        if isinstance(said["type"], str) and logical(said) is not None:
            return False
        said = said["type"]
    return bool(said == "bytes")


def _raw(data: bytes, at: int, limit: int) -> tuple[str, Tones]:
    """The value of a schema that is nothing but bytes has no length before it (avro.tree_of)."""
    return line_of([bytes_word(data[at : at + LONGEST])], limit)


# Writing


class _Writer:
    """Turns a schema's JSON into the source of a function that says what it reads, and of those that only read."""

    def __init__(self, references: list[Any], said: Any) -> None:
        trees = Compiler()
        for one in (*references, said):
            trees.compile(one, "")
        self._said, self._skips = said, trees.skips
        self._skips.of(said, "")
        # Of a type within itself only the bytes say how deep it goes, which is counted as they are read.
        self._is_deep = self._skips.is_recursive
        if not self._is_deep and self._levels(said, "", {}) > BOUNDS.depth:
            raise Unlisted
        self._source = Source(KNOWN)
        self._body = self._source.function("data, at, limit")
        self._functions: dict[object, str] = {}  # that read and say nothing, by what they read

    def line(self) -> Line:
        """The function that reads a value and gives its line."""
        # No more values than a tree is made of at the most: each takes a byte.
        self._body.add(f"if len(data) > {STEPS}:", " raise Unlisted")
        self._show(self._body, self._said, "", 0, 0)
        self._body.finish()
        line: Line = self._source.compiled(self._body.name)
        return line

    def _meant(self, said: Any, space: str) -> tuple[str, Any, str]:
        """What a type is in the end: a primitive type, with a logical one or none, "union", or one of NAMED and its like; its
        JSON; and its namespace, of a named type its full name."""
        if isinstance(said, str):
            if said in READERS:
                return said, {"type": said}, space
            said, space = self._skips.definition(self._skips.meant(said, space))
        if isinstance(said, list):
            return "union", said, space
        kind = said["type"]
        if isinstance(kind, dict | list):
            return self._meant(kind, space)
        if kind in NAMED:
            full = full_name(said, space)
            return "record" if kind == "error" else kind, self._skips.definition(full)[0], full
        if kind in CONTAINING or logical(said) is not None:
            return kind, said, space
        return self._meant(kind, space)

    def _levels(self, said: Any, space: str, known: dict[str, int]) -> int:
        """How many containers are within each other; `known` are those of named types."""
        kind, said, space = self._meant(said, space)
        if kind == "union":
            return max((self._levels(branch, space, known) for branch in said), default=0)
        if kind == "record":
            if space not in known:
                kinds = [field["type"] for field in said["fields"]]
                known[space] = 1 + max((self._levels(kind, _space(space), known) for kind in kinds), default=0)
            return known[space]
        return (
            1 + self._levels(said["items" if kind == "array" else "values"], space, known) if kind in CONTAINING else 0
        )

    def _is_scalar(self, said: Any, space: str) -> bool | None:
        """Whether all values of a type are scalars; None where some are and some are not."""
        kind, said, space = self._meant(said, space)
        if kind == "union":
            all_of = {self._is_scalar(branch, space) for branch in said}
            return all_of.pop() if len(all_of) == 1 else None
        return kind not in CONTAINING

    # What is shown: `depth` is that in the line (model/node.py), `nest` how many containers are around it

    def _show(self, body: Function, said: Any, space: str, depth: int, nest: int) -> None:
        if self._is_scalar(said, space):
            body.say(*self._scalar(body, said, space))
            return
        kind, said, space = self._meant(said, space)
        if kind == "union":
            self._show_union(body, said, space, depth, nest)
        elif kind == "record":
            self._show_record(body, said, space, depth, nest)
        elif kind == "map":
            self._show_map(body, said["values"], space, depth, nest)
        else:
            self._show_array(body, said["items"], space, depth, nest)

    def _show_union(self, body: Function, branches: list[Any], space: str, depth: int, nest: int) -> None:
        body.settle()
        width, least = body.width, body.least
        with _branches(body, len(branches)) as heads:
            for head, branch in zip(heads, branches, strict=True):
                with body.block(head):
                    self._show(body, branch, space, depth, nest)
                    body.settle()
                body.least = least
        body.width, body.least = width + 8, least + 1

    def _show_record(self, body: Function, said: Any, full: str, depth: int, nest: int) -> None:
        fields = [(str(field["name"]), field["type"]) for field in said["fields"]]
        if depth == 0 and not TELLING.isdisjoint(name for name, _ in fields):
            raise Unlisted
        if not fields:
            body.say('"{}"', '"text"', 2)
            return
        if is_inside(depth):
            body.say('"{…}"', '"text"', 3)
            self._skip(body, said, _space(full), nest)
            return
        if depth:
            body.say('"{"', '"text"', 1)
        for first in range(0, len(fields), STEP):
            part = fields[first : first + STEP]
            if body.least >= MOST:
                self._skip_part(body, full, first, fields[first:], nest)
                break
            if first and body.width >= LIKELY:
                body.settle()
                with body.block(f"if {HAS_ROOM}:"):
                    self._show_fields(body, full, part, depth, nest)
                    body.settle()
                with body.block("else:"):
                    self._skip_part(body, full, first, part, nest)
            else:
                self._show_fields(body, full, part, depth, nest)
        if depth:
            body.say('"}"', '"text"', 1)

    def _show_fields(self, body: Function, full: str, fields: list[tuple[str, Any]], depth: int, nest: int) -> None:
        for name, kind in fields:
            word, tone = name_word(name)
            body.say(self._source.constant(word), f'"{tone}"', len(word))
            self._show(body, kind, _space(full), depth + 1, nest + 1)

    def _show_array(self, body: Function, items: Any, space: str, depth: int, nest: int) -> None:
        is_scalar = self._is_scalar(items, space)
        if depth == 0:
            self._show_root_array(body, items, space, nest)
            return
        if is_scalar is None:
            raise Unlisted  # which of its items are scalars, only they tell
        count, total = self._source.variable("n"), self._source.variable("t")
        if is_inside(depth - 1) or not is_scalar:
            body.add(f"{total} = 0")
            with self._blocks(body, count):
                body.add(f"{total} += {count}")
                self._skip_items(body, items, space, nest + 1, count)
            body.add(f'{total} = f"[{{{total}:,}}]" if {total} else "[]"')
            body.say(total, '"text"', width=3)
            return
        body.settle()
        shown = self._source.variable("q")
        body.add(f"{total} = 0", f"{shown} = []")
        with self._blocks(body, count):
            body.add(f"{total} += {count}")
            with body.block(f"if {total} <= {SHORT}:"), body.block(f"for _ in range({count}):"):
                text, tone, *_ = self._scalar(body, items, space)
                body.add(f"{shown}.append(({text}, {tone}))")
            with body.block("else:"):
                self._skip_items(body, items, space, nest + 1, count)
        body.add(f"p = lay_array(words, tones, p, {shown}, {total})")
        body.width, body.least = body.width + 24, body.least + 1

    def _show_root_array(self, body: Function, items: Any, space: str, nest: int) -> None:
        """An array whose elements follow their number. Writers give it in one block; in more it is left to the decoder."""
        count = self._source.variable("n")
        with _unless_empty(body, count, "[]"):
            text = self._source.variable("t")
            body.add(f'{text} = f"[{{{count}:,}}]"')
            body.say(text, '"text"')
            body.settle()
            with body.block(f"while {count} and {HAS_ROOM}:"):
                body.add(f"{count} -= 1")
                self._show(body, items, space, 1, nest + 1)
                body.settle()
            self._skip_items(body, items, space, nest + 1, count)
            body.add("if data[at]:", " raise Unlisted", "at += 1")

    def _show_map(self, body: Function, values: Any, space: str, depth: int, nest: int) -> None:
        count, width, least = self._source.variable("n"), body.width, body.least
        if is_inside(depth):
            text = self._source.variable("t")
            body.add(f'{text} = "{{}}"')
            with self._blocks(body, count):
                body.add(f'{text} = "{{…}}"')
                self._skip_entries(body, values, space, nest + 1, count)
            body.say(text, '"text"', width=3)
            return
        with _unless_empty(body, count, "{}"):
            if depth:
                body.say('"{"', '"text"', 1)
                body.settle()
            with body.block(f"while {count}:"):
                with body.block(f"while {count} and {HAS_ROOM}:"):
                    body.add(f"{count} -= 1")
                    name = self._text(body)
                    if depth == 0:
                        body.add(f"if {name} in TELLING:", " raise Unlisted")
                    body.say(name, '"name"')
                    self._show(body, values, space, depth + 1, nest + 1)
                    body.settle()
                with body.block(f"for _ in range({count}):"):
                    if depth == 0:
                        body.add(f"{name}, at = long_text(data, at)", f"if {name} in TELLING:", " raise Unlisted")
                    else:
                        body.add("at = skip_text(data, at)")
                    self._skip(body, values, space, nest + 1)
                _add_count(body, count)
            if depth:
                body.say('"}"', '"text"', 1)
            body.settle()
        body.width, body.least = width + 32, least + 1

    # Scalars

    def _scalar(self, body: Function, said: Any, space: str) -> Said:
        kind, said, space = self._meant(said, space)
        if kind == "union":
            return self._scalar_union(body, said, space)
        if kind == "null":
            return '"null"', '"null"', 4, 4
        if kind == "enum":
            return self._enum(body, [text_word(str(symbol))[0] for symbol in said["symbols"]])
        if logical(said) is not None:
            return self._logical(body, said, kind)
        if kind == "string":
            return self._text(body), '"string"', None, 12
        text = self._source.variable("t")
        if kind in ("int", "long"):
            body.add("b = data[at]", "if b < 128:", f" {text} = SMALL[b]", " at += 1")
            body.add("else:", f" {text}, at = long_at(data, at)", f" {text} = str({text})")
            return text, '"number"', None, 5
        if kind == "boolean":
            body.add(f"{text} = BOOLEANS[data[at]]", "at += 1")
            return text, '"number"', None, 5
        if kind in ("float", "double"):
            body.add(f"{text} = repr(as_{kind}(data, at)[0])", f"{text} = REALS.get({text}, {text})")
            body.add(f"at += {SIZES[kind]}")
            return text, '"number"', None, 10
        if kind == "fixed":
            size = size_of(said)
            body.add(f"{text} = hex_of(data[at : at + {size}])", f"at += {size}")
            return text, '"text"', None, 2 + 2 * size
        body.add(f"{text}, at = bytes_at(data, at)")
        return text, '"text"', None, 20

    def _text(self, body: Function) -> str:
        text = self._source.variable("t")
        body.add(
            "b = data[at]", "if b & 129:", f" {text}, at = long_text(data, at)"
        )  # odd, which is negative, or of more bytes
        body.add("else:", " b = b >> 1", " at += 1", f" {text} = data[at : at + b].decode()", " at += b")
        body.add(f"if not {text}.isprintable():", f" {text} = visible({text})")
        body.add(f"elif not {text}:", f" {text} = '\"\"'")
        return text

    def _enum(self, body: Function, symbols: list[str]) -> Said:
        text = self._source.variable("t")
        if len(symbols) <= BYTE_NUMBERS:
            # A number in more bytes than it needs is left to the decoder, as is a wrong one.
            known = self._source.constant({2 * number: symbol for number, symbol in enumerate(symbols)})
            body.add(f"{text} = {known}.get(data[at])", f"if {text} is None:", " raise Unlisted", "at += 1")
        else:
            self._number_below(body, len(symbols))
            body.add(f"{text} = {self._source.constant(symbols)}[b]")
        return text, '"string"', None, 8

    def _number_below(self, body: Function, count: int) -> None:
        body.add("b, at = long_at(data, at)", f"if not 0 <= b < {count}:", " raise Unlisted")

    def _logical(self, body: Function, said: Any, kind: str) -> Said:
        word, text, tone = said["logicalType"], self._source.variable("t"), self._source.variable("k")
        if kind == "fixed" and word in OF_FIXED:
            size = size_of(said)
            body.add(f"{text} = {word}_of(data[at : at + {size}])", f"at += {size}")
            return text, '"text"', None, 2 * size
        found = MOMENTS.get((word, kind))
        if found is not None:
            say = self._source.constant(found[0])
            body.add(f"{text}, at = long_at(data, at)", f"{text} = {say}({text})")
            # A number that no calendar has is shown as the number it is.
            mark = f'"-" in {text}[1:]' if word == "date" else f'":" in {text}'
            body.add(f'{tone} = "text" if {mark} else "number"')
            return text, tone, None, 24
        if word == "uuid" and kind == "string":
            read = "uuid_at"
        elif word == "decimal":
            read = self._source.constant(decimal_at(said.get("scale", 0), size_of(said) if kind == "fixed" else None))
        else:
            read = self._source.constant(as_node(logical(said) or READERS[kind]))
        body.add(f"{text}, {tone}, at = {read}(data, at)")
        return text, tone, None, 36 if word == "uuid" else 10

    def _scalar_union(self, body: Function, branches: list[Any], space: str) -> Said:
        text, tone = self._source.variable("t"), self._source.variable("k")
        widths = []
        with _branches(body, len(branches)) as heads:
            for head, branch in zip(heads, branches, strict=True):
                with body.block(head):
                    said = self._scalar(body, branch, space)
                    body.add(f"{text} = {said[0]}", f"{tone} = {said[1]}")
                    widths.append(said[3])
        return text, tone, None, max(widths)

    # What is read and not shown

    def _skip(self, body: Function, said: Any, space: str, nest: int) -> None:
        """`nest` containers are around it, within the function if that does not say a line."""
        kind, said, space = self._meant(said, space)
        if kind == "union":
            with _branches(body, len(said)) as heads:
                for head, branch in zip(heads, said, strict=True):
                    with body.block(head):
                        body.add("pass")
                        self._skip(body, branch, space, nest)
        elif kind == "record":
            self._call(body, space, [field["type"] for field in said["fields"]], _space(space), nest + 1)
        elif kind in CONTAINING and body.loops:
            self._call(body, id(said), [said], space, nest)
        elif kind in CONTAINING:
            self._skip_blocks(body, said, space, nest)
        elif kind == "string":
            body.add("at = skip_text(data, at)")
        elif kind in ("int", "long"):
            body.add("if data[at] < 128:", " at += 1", "elif data[at + 1] < 128:", " at += 2")
            body.add("else:", " at = long_at(data, at)[1]")
        elif kind == "boolean":
            body.add("at += ONE[data[at]]")
        elif kind == "enum":
            self._number_below(body, len(said["symbols"]))
        elif kind == "bytes":
            body.add("at = piece_at(data, at)[1]")
        else:
            body.add(f"at += {size_of(said) if kind == 'fixed' else SIZES[kind]}")

    def _skip_blocks(self, body: Function, said: Any, space: str, nest: int) -> None:
        count = self._source.variable("n")
        with self._blocks(body, count):
            if said["type"] == "map":
                self._skip_entries(body, said["values"], space, nest + 1, count)
            else:
                self._skip_items(body, said["items"], space, nest + 1, count)

    def _skip_items(self, body: Function, items: Any, space: str, nest: int, count: str) -> None:
        kind, said, _ = self._meant(items, space)
        if kind in SIZES or kind == "fixed":
            body.add(f"at += {count} * {size_of(said) if kind == 'fixed' else SIZES[kind]}")
            return
        with body.block(f"for _ in range({count}):"):
            if kind == "record":
                body.add("b = at")
            self._skip(body, items, space, nest)
            if kind == "record":  # parts of no bytes: the count is all there is of them
                body.add("if at == b:", " break")

    def _skip_entries(self, body: Function, values: Any, space: str, nest: int, count: str) -> None:
        with body.block(f"for _ in range({count}):"):
            body.add("at = skip_text(data, at)")
            self._skip(body, values, space, nest)

    def _skip_part(self, body: Function, full: str, first: int, fields: list[tuple[str, Any]], nest: int) -> None:
        """Some fields of a record, from one on, of which the line shows none."""
        self._call(body, (full, first), [kind for _, kind in fields], _space(full), nest + 1)

    def _call(self, body: Function, key: object, kinds: list[Any], space: str, nest: int) -> None:
        """Values of some types one behind the other are read by a function of their own, which all share that read the same."""
        if key not in self._functions and len(kinds) > MANY and not self._is_deep:
            self._functions[key] = self._source.constant(in_turn([self._skips.of(kind, space) for kind in kinds]))
        if key not in self._functions:
            function = self._source.function("data, at, nest" if self._is_deep else "data, at")
            self._functions[key] = function.name  # before its lines, which may call it
            if self._is_deep:
                function.add(f"if nest > {BOUNDS.depth - MARGIN}:", " raise Unlisted")
            for kind in kinds:
                self._skip(function, kind, space, 0)
            function.add("return at")
        around = f", nest + {nest}" if body is not self._body else f", {nest}"
        body.add(f"at = {self._functions[key]}(data, at{around if self._is_deep else ''})")

    @contextmanager
    def _blocks(self, body: Function, count: str) -> Iterator[None]:
        """What is added within is done for each block of an array or a map, with the number of its parts in `count`."""
        _add_count(body, count)
        with body.block(f"while {count}:"):
            yield
            _add_count(body, count)


def _add_count(body: Function, count: str) -> None:
    """How many parts the next block of an array or a map has, 0 behind the last."""
    body.add(
        "b = data[at]", "if b & 129:", f" {count}, at = block_at(data, at)"
    )  # odd, which is negative, or of more bytes
    body.add("else:", f" {count} = b >> 1", " at += 1")


@contextmanager
def _unless_empty(body: Function, count: str, empty: str) -> Iterator[None]:
    """What is done with an array or a map that has parts; of any other no more is said than that it is empty."""
    body.settle()
    _add_count(body, count)
    with body.block(f"if not {count}:"):
        body.say(f'"{empty}"', '"text"', 2)
        body.settle()
    with body.block("else:"):
        yield


@contextmanager
def _branches(body: Function, count: int) -> Iterator[list[str]]:
    """The heads of what is done for each branch of a union; there is one at least. A number of more bytes is left to the decoder."""
    if not 0 < count <= BYTE_NUMBERS:
        raise Unlisted
    body.add("b = data[at]", "at += 1")
    yield [f"{'elif' if number else 'if'} b == {2 * number}:" for number in range(count)]
    body.add("else:", " raise Unlisted")


def _space(full: str) -> str:
    """The namespace within a named type."""
    return full.rpartition(".")[0]
