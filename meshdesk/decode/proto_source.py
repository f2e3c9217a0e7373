"""A Protobuf message as the line that a list shows, read by a function that is written for its schema.

Writers put fields in the order of their numbers, each once: so the function asks for one after the other and needs no table, no
note of what it has seen, and no call for a number, a text or a message within. Where they come in another order it is looked
once whether each comes once (proto_fields.py), and asked for them again; what is rare is read by the functions that are made
there. Nothing here looks whether a piece ends behind the last byte: the place only grows, and must be that of the end of a
message when all of it is read.
"""

import struct
from collections.abc import Sequence
from typing import Any

from meshdesk.decode.line import (
    LONGEST,
    MOST,
    Line,
    Unlisted,
    Words,
    bytes_word,
    cut,
    is_inside,
    lay_array,
    name_word,
    text_word,
)
from meshdesk.decode.line_source import HAS_ROOM, Function, Source
from meshdesk.decode.moments import WORDS
from meshdesk.decode.proto_fields import Message, beside
from meshdesk.decode.proto_known_line import TEXTS, WRAPPERS, default_word
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_pass_source import NAMES as PASSING
from meshdesk.decode.proto_pass_source import (
    WHOLE,
    WIDE,
    Field,
    Passing,
    Place,
    below,
    is_list,
    is_one,
    is_plain,
    is_simple,
    is_wide,
    looked_for,
    next_tag,
    parts_of,
    pass_scalar,
    put_length,
    standing,
)
from meshdesk.decode.proto_plan import MessagePlan, Plan, real32
from meshdesk.decode.proto_skip import length_at
from meshdesk.decode.proto_wire import LENGTH, VARINT, signed
from meshdesk.model.node import SHORT, Word, word_of

INLINE = 40  # fields of a message within that are written where it stands; one with more is called
HALF = 1 << 63
# Numbers that are written alike, if they are small and not negative: what a larger one, `b`, means.
INTS = {
    "int64": "str(b if b < HALF else b - WHOLE)",
    "uint64": "str(b)",
    "int32": "str(((b & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000)",
    "uint32": "str(b & 0xFFFFFFFF)",
}
UNPACKED = {"fixed32": "<I", "sfixed32": "<i", "fixed64": "<Q", "sfixed64": "<q"}


def line_of_message(messages: Messages, plan: MessagePlan, is_sure: bool) -> Line:
    """What reads a message from a byte to the end of the bytes. Raises Unlisted where its schema is not for that, and the
    function raises UNWRITTEN."""
    return _Writer(messages, is_sure).line(plan)


# What the source calls


def _bytes(data: bytes, at: int) -> tuple[str, int]:
    at, end = length_at(data, at, len(data))
    return bytes_word(data[at : min(end, at + LONGEST)])[0], end


def _unnamed(number: int) -> Word:
    """A number of an enum for which it has no name."""
    return str(signed(number, 32)), "number"


def _lay(words: list[str], tones: list[tuple[int, int, str]], at: int, said: Words) -> int:
    """Lays out words from a place on; where the next one begins."""
    for word, tone in said:
        end = at + len(word)
        words.append(word)
        tones.append((at, end, tone))
        at = end + 1
    return at


NAMES: dict[str, Any] = {
    **PASSING,
    "HALF": HALF,
    "REALS": WORDS,
    "SMALL": tuple(map(str, range(0x80))),
    "WHOLE": WHOLE,
    "as_double": struct.Struct("<d").unpack_from,
    "bytes_at": _bytes,
    "cut": cut,
    "beside": beside,
    "lay": _lay,
    "lay_array": lay_array,
    "real32": real32,
    "unnamed": _unnamed,
    "text_of": lambda text: text_word(text)[0],
}


# Writing


class _Writer:
    """Turns what a schema declares into the source of a function that says what it reads, and of those that only read."""

    def __init__(self, messages: Messages, is_sure: bool) -> None:
        self._messages, self._is_sure = messages, is_sure
        self._source = Source(NAMES)
        self._passing = Passing(self._source, messages, is_sure)

    def line(self, plan: MessagePlan) -> Line:
        """The function that reads a message and gives its line."""
        body = self._source.function("data, at, limit")
        body.add("end = len(data)")
        body.settle()
        if not self._show(body, plan, "end", 0):
            raise Unlisted
        body.finish()
        line: Line = self._source.compiled(body.name)
        return line

    def _message(self, plan: MessagePlan) -> Message:
        return self._messages.message(plan, self._is_sure)

    # What is shown

    def _show(self, body: Function, plan: MessagePlan, end: str, depth: int) -> int:
        """The fields of a message up to its end; how many there are."""
        fields = looked_for(plan)
        names = [one.plan.oneof for one in fields if one.plan.oneof]
        oneofs = {name: self._source.variable("o") for name in sorted(set(names)) if names.count(name) > 1}
        tag, last, begin, at, proved, said = map(self._source.variable, "tlgukq")
        place = Place(self._message(plan), tag, end, is_wide(fields), depth, last, oneofs)
        body.add(*(f"{name} = 0" for name in oneofs.values()), f"{begin} = at", f"{last} = {proved} = 0")
        next_tag(body, place)
        with body.block(f"while {tag} != END:"):  # once, where all come in the order of their numbers
            body.add(f"{at} = at")
            for part in parts_of(fields):
                with below(body, tag, part, len(fields)):
                    if depth == 0 and part[0] is not fields[0] and not any(one.plan.oneof in oneofs for one in part):
                        self._show_part_or_pass(body, part, place)
                    else:  # whether one of a oneof was shown before is only known where all of them are shown
                        self._show_part(body, part, place)
            with body.block(f"if {tag} != END:"):
                where = f"{self._source.constant(place.message)}, data, {begin}, at, {end}, {depth}"
                order = f"{last}, {proved}, at == {at}"
                body.add(f"{said} = []")
                body.add(f"at, {last}, {proved} = beside({where}, {order}, {said}, {HAS_ROOM})")
                body.add(f"p = lay(words, tones, p, {said})")
                next_tag(body, place)
                body.settle()
        return len(fields)

    def _show_part_or_pass(self, body: Function, part: Sequence[Field], place: Place) -> None:
        with body.block(f"if {HAS_ROOM}:"):
            self._show_part(body, part, place)
        with body.block("else:"):
            body.add(f"at = {self._passing.part(part, place)}(data, at, {place.end}, {place.depth})")
            body.add(f"{place.last} = {part[-1].first >> 3}")
            next_tag(body, place)

    def _show_part(self, body: Function, part: Sequence[Field], place: Place) -> None:
        for one in part:
            with body.block(f"if {is_one(place.tag, one)}:"):
                body.add(f"{place.last} = {one.first >> 3}")
                known = place.oneofs.get(one.plan.oneof)
                if known:
                    body.add(f"if {known}:", " raise Unlisted", f"{known} = 1")
                self._show_field(body, one, place)
                body.settle()

    def _show_field(self, body: Function, one: Field, place: Place) -> None:
        """A field, or all values of it that stand side by side, and the tag behind it."""
        plan = one.plan
        if is_list(plan):
            self._show_count(body, one, place)
        elif plan.repeated and plan.message is None:
            self._show_scalars(body, one, place)
        elif plan.is_map and not is_inside(_depth_below(place)) and is_simple(plan.message):
            self._show_map(body, one, place)
        else:
            self._show_value(body, one, place)
            next_tag(body, place)

    def _show_count(self, body: Function, one: Field, place: Place) -> None:
        """Messages in a list, of which a line says how many there are."""
        count, text = self._source.variable("n"), self._source.variable("x")
        body.add(f"{count} = 0")
        self._passing.each(body, one, place, count)
        body.add(f'{text} = f"[{{{count}:,}}]"')
        self._name(body, one)
        body.say(text, '"text"')

    def _show_scalars(self, body: Function, one: Field, place: Place) -> None:
        """Scalars in a list, each behind the tag, or packed behind one."""
        count, said, stop = map(self._source.variable, "nqs")
        packed = f"{place.tag} == {standing(one.first & ~7 | LENGTH)}" if one.plan.wire != LENGTH else ""
        self._name(body, one)
        body.settle()
        body.add(f"{count} = 0", f"{said} = []")
        with body.block(f"while {is_one(place.tag, one)}:"):
            body.add(f"at += {one.size}", f"{stop} = at + 1")
            if packed:
                with body.block(f"if {packed}:"):
                    put_length(body)
                    body.add(f"{stop} = at + b")
            with body.block(f"while at < {stop}:"):
                with body.block(f"if {count} < {SHORT}:"):
                    text, tone = self._scalar(body, one.plan)
                    body.add(f"{said}.append(({text}, {tone}))")
                with body.block("else:"):
                    pass_scalar(body, one.plan, place.end)
                body.add(f"{count} += 1")
            if packed:
                body.add(f"if at != {stop} and {packed}:", " raise Unlisted")
            next_tag(body, place)
        body.add(f"p = lay_array(words, tones, p, {said}, {count})")

    def _show_map(self, body: Function, one: Field, place: Place) -> None:
        """Entries that have a key and a value, in this order, no key twice."""
        assert one.plan.message is not None  # so it was looked at
        key, value = (one.plan.message.fields[number] for number in (1, 2))
        said, stop, names = map(self._source.variable, "qsm")
        self._name(body, one)
        body.say('"{"', '"text"', 1)
        body.settle()
        body.add(f"{names} = set()", f"{said} = []")
        with body.block(f"while {is_one(place.tag, one)}:"):
            body.add(f"at += {one.size}")
            put_length(body)
            body.add(f"{stop} = at + b", f"if data[at] != {1 << 3 | key.wire}:", " raise Unlisted", "at += 1")
            name, _ = self._scalar(body, key)
            if key.type == "string":  # of more a word is less than all, and two words may be of different texts
                body.add(f"if not 0 < b < {LONGEST} or not {name}.isprintable():", " raise Unlisted")
            body.add(f"if {name} in {names} or at >= {stop} or data[at] != {2 << 3 | value.wire}:", " raise Unlisted")
            body.add(f"{names}.add({name})", "at += 1")
            text, tone = self._scalar(body, value)
            body.add(f'{said} += (({name}, "name"), ({text}, {tone}))', f"if at != {stop}:", " raise Unlisted")
            next_tag(body, place)
        body.add(f"p = lay(words, tones, p, {said}[:{MOST}])")
        body.say('"}"', '"text"', 1)

    def _name(self, body: Function, one: Field) -> None:
        word, tone = name_word(one.plan.name)
        body.say(self._source.constant(word), f'"{tone}"', len(word))

    def _show_value(self, body: Function, one: Field, place: Place) -> None:
        plan, inner = one.plan, one.plan.message
        field, depth = place.message.fields[one.first], _depth_below(place)
        if field.runs:
            self._name(body, one)
            self._lay(body, field.read, place)
            return
        if inner is None:
            self._name(body, one)
            body.say(*self._scalar(body, plan, one.size))
            return
        if inner.name in WRAPPERS:
            self._name(body, one)
            body.say(*self._wrapped(body, inner, one.size))
            return
        body.add(f"at += {one.size}")
        if inner.name in TEXTS:
            self._name(body, one)
            text = self._source.variable("x")
            body.add(f"{text}, at = {self._source.constant(TEXTS[inner.name])}(data, at, {place.end})")
            body.say(text, '"text"')
        elif not is_plain(inner) or (len(inner.fields) > INLINE and not is_inside(depth)):
            self._name(body, one)
            self._lay(body, field.read, place)
        elif is_inside(depth):
            text = self._source.variable("x")
            body.add(f'{text} = "{{…}}" if data[at] else "{{}}"')
            body.add(f"at = {self._passing.message(inner)}(data, at, {place.end}, {place.depth})")
            self._name(body, one)
            body.say(text, '"text"')
        else:
            self._show_message(body, one, inner, depth)

    def _wrapped(self, body: Function, inner: MessagePlan, size: int) -> tuple[str, str]:
        """A scalar in a message of its own, which is empty where it has its default."""
        value, stop = inner.fields[1], self._source.variable("s")
        default, tone_of_default = default_word(inner.name)
        put_length(body, size)
        body.add(f"{stop} = at + b")
        with body.block("if b:"):
            body.add(f"if data[at] != {1 << 3 | value.wire}:", " raise Unlisted", "at += 1")
            text, tone = self._scalar(body, value)
            body.add(f"if at != {stop}:", " raise Unlisted")
        with body.block("else:"):
            body.add(f"{text} = {self._source.constant(default)}")
        assert tone == f'"{tone_of_default}"'  # of one type
        return text, tone

    def _show_message(self, body: Function, one: Field, inner: MessagePlan, depth: int) -> None:
        stop = self._source.variable("s")
        put_length(body)
        with body.block("if not b:"):
            self._name(body, one)
            body.say('"{}"', '"text"', 2)
            body.settle()
        with body.block("else:"):
            body.add(f"{stop} = at + b")
            self._name(body, one)
            body.say('"{"', '"text"', 1)
            body.settle()
            self._show(body, inner, stop, depth)
            body.add(f"if at != {stop}:", " raise Unlisted")
            body.say('"}"', '"text"', 1)
            body.settle()

    def _lay(self, body: Function, read: object, place: Place) -> None:
        """What a function reads that is made for one field (proto_fields.py)."""
        said = self._source.variable("q")
        body.settle()
        body.add(f"{said} = []", f"at = {self._source.constant(read)}(data, at, {place.end}, {said}, {place.depth})")
        body.add(f"p = lay(words, tones, p, {said})")

    def _scalar(self, body: Function, plan: Plan, size: int = 0) -> tuple[str, str]:
        """Expressions for a word and its tone; `size` bytes of a tag stand before it."""
        text = self._source.variable("x")
        if plan.type == "string":
            put_length(body, size)
            body.add(f"{text} = data[at : at + b].decode()", "at += b")
            body.add(f"if b > {LONGEST} or not {text}.isprintable():", f" {text} = text_of({text})")
            body.add("elif not b:", f" {text} = '\"\"'")
            return text, '"string"'
        if plan.wire == VARINT:
            return text, self._varint(body, plan, text, size)
        if size:
            body.add(f"at += {size}")
        if plan.type == "bytes":
            body.add(f"{text}, at = bytes_at(data, at)")
            return text, '"text"'
        if plan.type == "double":
            body.add(f"{text} = repr(as_double(data, at)[0])", f"{text} = REALS.get({text}, {text})", "at += 8")
        elif plan.type == "float":
            body.add(f"{text} = real32(data[at : at + 4])", "at += 4")
        else:
            unpack = self._source.constant(struct.Struct(UNPACKED[plan.type]).unpack_from)
            body.add(f"{text} = str({unpack}(data, at)[0])", f"at += {struct.calcsize(UNPACKED[plan.type])}")
        return text, '"number"'

    def _varint(self, body: Function, plan: Plan, text: str, size: int) -> str:
        """Puts a number's word into a variable; the expression for its tone."""
        body.add(f"b = data[at + {size}]" if size else "b = data[at]", f"at += {size + 1}")
        if plan.enum is not None:
            words = {number & 0xFFFFFFFF: word_of("enum", name, LONGEST) for number, name in plan.enum.items()}
            known, tone = self._source.constant(words), self._source.variable("k")
            body.add("if b > 127:", " b, at = number_at(data, at - 1)", " b &= 0xFFFFFFFF")
            body.add(f"{text}, {tone} = {known}.get(b) or unnamed(b)")
            return tone
        scalar = plan.scalar
        assert scalar is not None  # it is no message, and its type is known
        if plan.type == "bool":
            body.add("if b > 1:", " raise Unlisted", f'{text} = "true" if b else "false"')
        else:
            meant, small = INTS.get(plan.type), "SMALL"
            if meant is None:
                small = self._source.constant(tuple(scalar(b"", byte, 0, 0)[1] for byte in range(WIDE)))
                meant = f"{self._source.constant(scalar)}(data, b, at, at)[1]"
            body.add("if b < 128:", f" {text} = {small}[b]")
            body.add("else:", " b, at = number_at(data, at - 1)", f" {text} = {meant}")
        return '"number"'


def _depth_below(place: Place) -> int:
    """The depth of a message within one that is shown."""
    assert isinstance(place.depth, int)  # a variable it is only where nothing is shown
    return place.depth + 1
