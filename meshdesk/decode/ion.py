"""Amazon Ion 1.0 in its binary form (behind E0 01 00 EA), walked with the bytes of each node; symbols by the tables in the stream."""

import struct

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import real
from meshdesk.decode.walk import Walk, whole, with_note, words_in
from meshdesk.model.node import Node
from meshdesk.model.wording import plural

NAME = "Ion"
MARK = b"\xe0\x01\x00\xea"
BEGINS = MARK[:1]
NULL = b"\x0f"  # below which is padding
SYSTEM: tuple[str | None, ...] = (
    "$0",
    "$ion",
    "$ion_1_0",
    "$ion_symbol_table",
    "name",
    "version",
    "imports",
    "symbols",
    "max_id",
    "$ion_shared_symbol_table",
)
TABLE = 3  # the symbol by which a struct is a table of symbols
SYMBOLS = 100_000  # that a table may have
# Tables that were read, by their bytes: a writer puts the same one before each of a topic's values, and half of the time goes there.
TABLES = 64  # kept: of more topics than a person looks at
LONG = 4_096  # bytes of one that is kept
Symbols = tuple[str | None, ...]
_tables: dict[bytes, Symbols] = {}
TYPES = (
    "null",
    "bool",
    "int",
    "int",
    "float",
    "decimal",
    "timestamp",
    "symbol",
    "string",
    "clob",
    "blob",
    "list",
    "sexp",
    "struct",
)
DIGITS = 4_000  # of a number: Python writes those up to 4,300


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The value of a stream, or its values as a list. Raises Undecodable."""
    if not data.startswith(MARK):
        raise Undecodable("it does not begin as binary Ion does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    try:
        walk = _Ion(data, bounds)
        if walk.is_more():
            tree = walk.value("")
            if not walk.is_more():
                return Decoded(whole(tree, walk, NAME), (Layer(NAME, "binary"),), NAME, words=words_in(walk))
        walk = _Ion(data, bounds)
        parts = walk.array("", 0)
        while walk.is_more():
            parts.add(walk.value(str(parts.count)))
        tree = whole(parts.node("", "array"), walk, NAME)
    except Undecodable as why:
        raise Undecodable(str(why), f"The {payload.role} begins as binary Ion does, but {why}.") from None
    return Decoded(tree, (Layer(NAME, f"binary, {plural(parts.count, 'value')}"),), NAME, words=words_in(walk))


class _Ion(Walk):
    """A walk that knows the symbols."""

    __slots__ = ("symbols",)

    def __init__(self, data: bytes, bounds: Bounds, start: int = 0) -> None:
        super().__init__(data, bounds, start)
        self.symbols: Symbols = SYSTEM

    def is_more(self) -> bool:
        """Whether another value follows, before which marks, padding and tables of symbols are read."""
        while self.at < len(self.data):
            if self.data.startswith(MARK, self.at):
                self.at += len(MARK)
                self.symbols = SYSTEM
            elif not self.is_padding() and not self.is_table():
                return True
        return False

    def var(self, is_signed: bool = False) -> tuple[int, bool]:
        """A number in groups of seven bits, the highest first and the last with the high bit; and whether it has a minus."""
        byte = self.byte()
        is_minus = is_signed and bool(byte & 0x40)
        value = byte & (0x3F if is_signed else 0x7F)
        for _ in range(9):
            if byte & 0x80:
                return (-value if is_minus else value), is_minus
            byte = self.byte()
            value = value << 7 | byte & 0x7F
        raise Undecodable(f"the number before byte {self.at:,} has no end")

    def head(self) -> tuple[int, int, int]:
        """Type, length nibble and where a value ends."""
        at = self.at
        byte = self.byte()
        kind, low = byte >> 4, byte & 15
        if low == 15 or kind == 1:
            length = 0
        elif low == 14 or (kind == 13 and low == 1):
            length = self.var()[0]
        else:
            length = low
        end = self.at + length
        if end > len(self.data) or kind == 15:
            raise Undecodable(f"the value at byte {at:,} is of no type that Ion has, or longer than there are bytes")
        return kind, low, end

    def symbol(self, number: int) -> str:
        """A symbol by its number; $NUMBER where its text is in a table that is not here."""
        known = self.symbols[number] if number < len(self.symbols) else None
        return f"${number}" if known is None else known

    def is_padding(self) -> bool:
        """Whether padding was read over."""
        if self.data[self.at : self.at + 1] >= NULL:
            return False
        self.at = self.head()[2]
        return True

    def is_table(self) -> bool:
        """Whether a table of symbols was read, which is no value."""
        at = self.at
        if self.data[at] >> 4 == 14:
            _, _, end = self.head()
            written = self.data[at:end] if self.symbols is SYSTEM else b""
            known = _tables.get(written)
            if known is not None:
                self.symbols, self.at = known, end
                return True
            length = self.var()[0]
            inner = self.at + length
            if self.var()[0] == TABLE and self.at <= inner:
                self.at = inner
                if self.head()[0] == 13:
                    self._read_table(end)
                    self.at = end
                    if 0 < len(written) <= LONG:
                        if len(_tables) >= TABLES:
                            _tables.clear()
                        _tables[written] = self.symbols
                    return True
        self.at = at
        return False

    def _read_table(self, end: int) -> None:
        texts: list[str | None] = []
        kept: Symbols = SYSTEM
        while self.at < end:
            name = self.var()[0]
            at = self.at
            kind, low, ends = self.head()
            if name == 6 and kind == 7 and int.from_bytes(self.data[self.at : ends], "big") == TABLE:
                kept = self.symbols
            elif name == 6 and kind == 11 and low != 15:
                kept += (None,) * self._imported(ends)
            elif name == 7 and kind == 11:
                while self.at < ends:
                    inner, low, last = self.head()
                    is_text = inner == 8 and low != 15
                    texts.append(self._text(self.data[self.at : last]) if is_text else None)
                    self.at = last
            self.at = max(ends, at)
        if len(kept) + len(texts) > SYMBOLS:
            raise Undecodable(f"its table has more than {SYMBOLS:,} symbols")
        self.symbols = (*kept, *texts)

    def _imported(self, end: int) -> int:
        """How many symbols the tables have that are elsewhere."""
        count = 0
        while self.at < end:
            kind, _, ends = self.head()
            while kind == 13 and self.at < ends:
                name = self.var()[0]
                inner, _, last = self.head()
                if name == 8 and inner == 2:
                    count += int.from_bytes(self.data[self.at : last], "big")
                self.at = last
            self.at = ends
        if count > SYMBOLS:
            raise Undecodable(f"it refers to tables of more than {SYMBOLS:,} symbols")
        return count

    def _text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise Undecodable(f"the text before byte {self.at:,} is no UTF-8") from None

    def value(self, name: str) -> Node | None:
        """The next value."""
        start = self.at
        kind, low, end = self.head()
        if kind == 14:
            return self._annotated(name, start, end)
        if low == 15:
            self.at = end
            return self.made(name, "null", "null", start, "" if kind == 0 else f"null.{TYPES[kind]}")
        if kind in (11, 12, 13):
            return self._container(name, start, kind, end)
        node = self._scalar(name, start, kind, low, end)
        if self.at != end:
            raise Undecodable(f"the value at byte {start:,} is not as long as it says")
        return node

    def _annotated(self, name: str, start: int, end: int) -> Node | None:
        self.enter()
        length = self.var()[0]
        last = self.at + length
        words = []
        while self.at < last:
            words.append(self.symbol(self.var()[0]))
        if self.at != last or not words:
            raise Undecodable(f"the annotations at byte {start:,} are not as long as they say")
        node = with_note(self.value(name), "::".join(words) + "::")
        if self.at != end:
            raise Undecodable(f"the value at byte {start:,} is not as long as it says")
        self.depth -= 1
        return Node(node.name, node.kind, node.text, node.children, node.note, (start, end)) if node else None

    def _container(self, name: str, start: int, kind: int, end: int) -> Node | None:
        parts = self.record(name, start) if kind == 13 else self.array(name, start)
        while self.at < end:
            key = self.symbol(self.var()[0]) if kind == 13 else str(parts.count)
            if not self.is_padding():
                parts.add(self.value(key))
        if self.at != end:
            raise Undecodable(f"the value at byte {start:,} is not as long as it says")
        return parts.node(name, "record" if kind == 13 else "array", "sexp" if kind == 12 else "")

    def _scalar(self, name: str, start: int, kind: int, low: int, end: int) -> Node | None:
        if kind == 0:
            self.at = end
            return self.made(name, "null", "null", start)
        if kind == 1:
            if low > 1:
                raise Undecodable(f"byte {start:,} is no boolean of Ion")
            return self.made(name, "boolean", "true" if low else "false", start)
        if kind == 5:
            return self._decimal(name, start, end)
        if kind == 6:
            return self._timestamp(name, start, end)
        data = self.take(end - self.at)
        if kind in (2, 3):
            if len(data) > DIGITS // 3:
                return self.hex(name, data, start, "int" if kind == 2 else "negative int")
            return self.made(name, "int", str(int.from_bytes(data, "big") * (1 if kind == 2 else -1)), start)
        if kind == 4:
            return self._float(name, data, start)
        if kind == 7:
            return self.made(name, "string", self.symbol(int.from_bytes(data[:9], "big")), start, "symbol")
        if kind == 8:
            return self.made(name, "string", self._text(data), start)
        return self.hex(name, data, start, "clob" if kind == 9 else "")

    def _float(self, name: str, data: bytes, start: int) -> Node | None:
        if len(data) not in (0, 4, 8):
            raise Undecodable(f"the float at byte {start:,} has {len(data)} bytes")
        number = struct.unpack(">f" if len(data) == 4 else ">d", data)[0] if data else 0.0
        return self.made(name, "float", real(number), start, "float32" if len(data) == 4 else "")

    def _int(self, end: int) -> tuple[int, bool]:
        """Sign and magnitude up to the end."""
        data = self.take(end - self.at)
        if not data:
            return 0, False
        if len(data) > DIGITS // 3:
            raise Undecodable(f"the number before byte {self.at:,} has more digits than are shown")
        magnitude = int.from_bytes(bytes([data[0] & 0x7F]) + data[1:], "big")
        return magnitude, bool(data[0] & 0x80)

    def _decimal(self, name: str, start: int, end: int) -> Node | None:
        exponent = self.var(is_signed=True)[0] if self.at < end else 0
        number, is_minus = self._int(end)
        if abs(exponent) > DIGITS:
            return self.made(name, "decimal", f"{'-' * is_minus}{number}E{exponent:+d}", start)
        digits = str(number)
        if exponent < 0:
            digits = digits.rjust(1 - exponent, "0")
            digits = f"{digits[:exponent]}.{digits[exponent:]}"
        elif exponent:
            digits = f"{digits}E+{exponent}"
        return self.made(name, "decimal", "-" * is_minus + digits, start)

    def _timestamp(self, name: str, start: int, end: int) -> Node | None:
        """As precise as it was written, in the zone that it was written in: Ion keeps the moment in UTC and the offset beside it."""
        offset, is_minus = self.var(is_signed=True)
        numbers: list[int] = []
        while self.at < end and len(numbers) < 6:
            numbers.append(self.var()[0])
        fraction = ""
        if self.at < end:
            exponent = self.var(is_signed=True)[0]
            number, minus = self._int(end)
            if not -30 < exponent <= 0 or minus or (number and exponent == 0):
                raise Undecodable(f"the moment at byte {start:,} has a fraction that is none")
            fraction = f".{number:0{-exponent}d}" if exponent else ""
        if not numbers:
            raise Undecodable(f"the moment at byte {start:,} has no year")
        year, *rest = numbers
        month, day, hour, minute, second = (*rest, *(1, 1, 0, 0, 0)[len(rest) :])
        if len(numbers) == 1:
            return self.made(name, "timestamp", f"{year:04d}T", start)
        if len(numbers) == 2:
            return self.made(name, "timestamp", f"{year:04d}-{month:02d}T", start)
        if len(numbers) == 3:
            return self.made(name, "date", f"{year:04d}-{month:02d}-{day:02d}", start)
        text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}"
        text += f":{second:02d}{fraction}" if len(numbers) > 5 else ""
        hours, minutes = divmod(abs(offset), 60)
        unknown = is_minus and not offset
        beside = (
            "offset unknown"
            if unknown
            else f"written at {'-' * is_minus or '+'}{hours:02d}:{minutes:02d}"
            if offset
            else ""
        )
        return self.made(name, "timestamp", f"{text}Z", start, beside)
