"""Java's ObjectOutputStream (Java Object Serialization Specification, chapter 6): the classes are named and no class is ever run.

Collections, boxed numbers and dates of java.util and java.math are shown as what they hold; anything else by its fields.
"""

import struct
from dataclasses import dataclass, field

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import moment, real, scaled
from meshdesk.decode.walk import Parts, Walk
from meshdesk.model.node import Kind, Node, more

NAME = "Java object"
MARK = b"\xac\xed\x00\x05"
BEGINS = MARK[:1]
NULL, REFERENCE, CLASS_DESC, OBJECT, STRING, ARRAY, CLASS, BLOCK, END_BLOCK = range(0x70, 0x79)
RESET, LONG_BLOCK, EXCEPTION, LONG_STRING, PROXY, ENUM = range(0x79, 0x7F)
END = bytes((END_BLOCK,))
HANDLES = 0x7E0000
WRITES, SERIALIZABLE, EXTERNAL, BLOCKS = 1, 2, 4, 8  # flags of a class
FORMS = {
    code: struct.Struct(form)
    for code, form in {"B": ">b", "C": ">H", "D": ">d", "F": ">f", "I": ">i", "J": ">q", "S": ">h", "Z": ">B"}.items()
}
DIGITS = 4_000  # of a number: Python writes those up to 4,300
AGAIN = 500  # nodes of an object that is shown again where it is referred to; a greater one is named
LISTS = (
    "ArrayList",
    "LinkedList",
    "Vector",
    "Stack",
    "HashSet",
    "LinkedHashSet",
    "TreeSet",
    "ArrayDeque",
    "PriorityQueue",
    "CollSer",
)
MAPS = (
    "HashMap",
    "LinkedHashMap",
    "TreeMap",
    "Hashtable",
    "Properties",
    "IdentityHashMap",
    "EnumMap",
    "ConcurrentHashMap",
)
BOXES = ("Byte", "Character", "Double", "Float", "Integer", "Long", "Short", "Boolean")


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The object, or the objects and blocks, of a stream. Raises Undecodable."""
    if not data.startswith(MARK) or len(data) < 5:
        raise Undecodable("it does not begin as a stream of Java objects does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    walk = _Stream(data, bounds)
    found: list[Node | None] = []
    try:
        while walk.at < len(data):
            found.append(walk.content(str(len(found))))
    except Undecodable as why:
        trouble = f"The {payload.role} begins as a stream of Java objects does, but {why}."
        raise Undecodable(str(why), trouble) from None
    except RecursionError:  # the bound on depth is there for Python's own, but whoever calls may be deep already
        raise Undecodable("it is nested too deep to be shown") from None
    names = found[0].note if found and found[0] is not None else ""
    if not found or found[0] is None or bounds.nodes < 2:
        raise Undecodable("nothing may be made of it")
    if len(found) == 1:
        root = found[0]
        return Decoded(Node("", root.kind, root.text, root.children, root.note, root.span), (Layer(NAME, names),), NAME)
    shown = [node for node in found[: max(0, bounds.width)] if node is not None]
    rest = [more(len(found) - len(shown))] if len(found) > len(shown) else []
    return Decoded(Node("", "array", "", (*shown, *rest)), (Layer(NAME, names),), NAME)


@dataclass
class _Class:
    """What a stream says of a class."""

    name: str = ""
    flags: int = 0
    fields: list[tuple[str, str]] = field(default_factory=list)
    parent: "_Class | None" = None

    def line(self) -> "list[_Class]":
        """The class and those above it, the topmost first."""
        found: list[_Class] = []
        one: _Class | None = self
        while one is not None and one not in found and len(found) < 50:
            found.append(one)
            one = one.parent
        return found[::-1]


Part = Node | None


class _Stream(Walk):
    """A walk that keeps what may be referred to again."""

    __slots__ = ("handles", "open")
    SAYS = False

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        super().__init__(data, bounds)
        self.at = len(MARK)
        self.nodes = bounds.nodes - 1  # one of them holds several objects
        self.handles: list[Node | _Class | str | None] = []
        self.open = 0  # objects that are being read

    def content(self, name: str) -> Part:
        """The next object, text, array, block of bytes or null."""
        start = self.at
        kind = self.byte()
        if kind == NULL:
            return self.made(name, "null", "null", start)
        if kind == REFERENCE:
            return self._again(name, start)
        if kind in (STRING, LONG_STRING):
            text = self._string(kind)
            self.handles.append(text)
            self.letters += len(text)
            return self.made(name, "string", text, start)
        if kind == OBJECT:
            return self._object(name, start)
        if kind == ARRAY:
            return self._array(name, start)
        if kind == ENUM:
            described = self._described()
            place = self._reserve()
            constant = self.content("")
            node = self.made(name, "enum", constant.text if constant else "…", start, described.name)
            self._keep(place, node)
            return node
        if kind in (BLOCK, LONG_BLOCK):
            return self.hex(name, self.take(self.uint(1 if kind == BLOCK else 4)), start, "block of bytes")
        if kind in (CLASS_DESC, PROXY, CLASS):
            self.at -= kind != CLASS
            described = self._described()
            if kind == CLASS:
                self.handles.append(None)
            return self.made(name, "string", described.name, start, "class")
        if kind == RESET:
            if self.open:
                raise Undecodable(f"byte {start:,} forgets all objects within one of them")
            self.handles.clear()
            return self.content(name)
        raise Undecodable(f"byte {start:,} is {kind:02X}, which begins nothing in a stream of Java objects")

    def _string(self, kind: int) -> str:
        data = self.take(self.uint(2 if kind == STRING else 8))
        return modified_utf8(data, self.at)

    def _name(self) -> str:
        return modified_utf8(self.take(self.uint(2)), self.at)

    def _reserve(self) -> int:
        self.handles.append(None)
        self.open += 1
        return len(self.handles) - 1

    def _keep(self, place: int, node: Part) -> None:
        """What was reserved is whole."""
        self.handles[place] = node
        self.open -= 1

    def _handle(self) -> "Node | _Class | str | None":
        number = self.uint(4) - HANDLES
        if not 0 <= number < len(self.handles):
            raise Undecodable(f"the reference before byte {self.at:,} is to nothing that came before")
        return self.handles[number]

    def _again(self, name: str, start: int) -> Part:
        known = self._handle()
        if isinstance(known, str):
            return self.made(name, "string", known, start)
        if isinstance(known, Node):
            size = _size(known)
            if size > min(AGAIN, self.nodes):
                return self.made(name, "string", "the same object again", start, known.note or "reference")
            self.nodes -= size
            return Node(name, known.kind, known.text, known.children, known.note, (start, self.at))
        word = known.name if known else "the object that it is in, or one that is not shown"
        return self.made(name, "string", word, start, "reference")

    def _described(self) -> _Class:
        """A class: new, known, or none."""
        start = self.at
        kind = self.byte()
        if kind == NULL:
            return _Class()
        if kind == REFERENCE:
            known = self._handle()
            if isinstance(known, _Class):
                return known
            raise Undecodable(f"the reference at byte {start:,} is to no class")
        self.enter()
        made = _Class()
        if kind == PROXY:
            self.handles.append(made)
            count = self.uint(4)
            if count > len(self.data):
                raise Undecodable(f"the class at byte {start:,} says more interfaces than there are bytes")
            made.name = "proxy of " + ", ".join([self._name() for _ in range(count)])
            made.flags = SERIALIZABLE
        elif kind == CLASS_DESC:
            made.name = self._name()
            self.take(8)  # its serialVersionUID
            self.handles.append(made)
            made.flags = self.byte()
            for _ in range(self.uint(2)):
                code = chr(self.byte())
                field_name = self._name()
                if code in "[L":
                    self.content("")  # the type's own name
                elif code not in FORMS:
                    raise Undecodable(f"the field {field_name[:50]} before byte {self.at:,} has no type that Java has")
                made.fields.append((field_name, code))
            made.fields.sort(key=lambda known: known[1] in "[L")  # in the order in which an object has them
        else:
            raise Undecodable(f"byte {start:,} is {kind:02X} where a class should begin")
        self._annotations()
        parent = self._described()
        made.parent = parent if parent.name else None
        self.depth -= 1
        return made

    def _annotations(self) -> list[Part]:
        found: list[Part] = []
        while self.data[self.at : self.at + 1] != END:
            found.append(self.content(str(len(found))))
        self.at += 1
        return found

    def _object(self, name: str, start: int) -> Part:
        described = self._described()
        place = self._reserve()
        parts = Parts(self, start)
        own: dict[str, Part] = {}
        extra: list[Part] = []
        for one in described.line():
            if one.flags & EXTERNAL:
                if not one.flags & BLOCKS:
                    raise Undecodable(f"an object of {one.name} wrote itself in a form of its own")
                extra += self._annotations()
                continue
            for field_name, code in one.fields:
                own[field_name] = node = self._field(field_name, code)
                parts.add(node)
            if one.flags & WRITES:
                extra += self._annotations()
        simple = described.name.rpartition(".")[2].rpartition("$")[2]
        node = parts.node(name, "record", described.name)
        if node is not None:
            node = self._known(node, described.name, simple, own, extra)
        self._keep(place, node)
        return node

    def _field(self, name: str, code: str) -> Part:
        if code in "[L":
            return self.content(name)
        start = self.at
        form = FORMS[code]
        value = form.unpack(self.take(form.size))[0]
        return self.made(name, *_primitive(code, value), start)

    def _array(self, name: str, start: int) -> Part:
        described = self._described()
        place = self._reserve()
        code = described.name[1:2]
        count = self.uint(4)
        if count > len(self.data) - self.at:
            raise Undecodable(f"the array at byte {start:,} says more items than there are bytes")
        if code == "B":
            node = self.hex(name, self.take(count), start, "byte[]")
        else:
            parts = Parts(self, start)
            for number in range(count):
                parts.add(self._field(str(number), code) if code in FORMS else self.content(str(number)))
            node = parts.node(name, "array", described.name)
        self._keep(place, node)
        return node

    # What the classes of Java's own packages hold

    def _known(self, node: Node, name: str, simple: str, own: dict[str, Part], extra: list[Part]) -> Node:
        is_java = name.startswith(("java.util.", "java.lang.", "java.math.", "java.time.", "java.sql."))
        if name == "java.time.Ser" and extra and extra[0] is not None and extra[0].kind == "bytes":
            return _time(node, extra[0].text)
        value = own.get("value")
        if is_java and simple in BOXES and value is not None:
            return Node(node.name, value.kind, value.text, (), name, node.span)
        if is_java and simple in ("Date", "Timestamp") and extra and extra[0] is not None:
            return self._date(node, name, extra[0])
        if name == "java.math.BigInteger":
            return self._big_integer(node, own)
        if name == "java.math.BigDecimal":
            scale, unscaled = own.get("scale"), own.get("intVal")
            is_one = scale is not None and unscaled is not None and scale.kind == unscaled.kind == "int"
            if scale and unscaled and is_one and abs(int(scale.text)) < DIGITS:
                return Node(node.name, "decimal", scaled(int(unscaled.text), int(scale.text)), (), name, node.span)
        if name == "java.util.UUID":
            return _uuid(node, own)
        if is_java and simple in LISTS:
            items = [item for item in extra if item is None or item.note != "block of bytes"]
            return self._holding(node, "array", items, name)
        if is_java and simple in MAPS:
            return self._map(node, [item for item in extra if item is None or item.note != "block of bytes"], name)
        if name == "java.util.Arrays$ArrayList" and (inner := own.get("a")) is not None:
            return Node(node.name, "array", "", inner.children, name, node.span)
        return self._holding(node, "record", extra, name) if extra else node

    def _holding(self, node: Node, kind: Kind, items: list[Part], name: str) -> Node:
        """The object with what it wrote itself: instead of its fields in a list, behind them elsewhere."""
        shown = [
            Node(str(at), item.kind, item.text, item.children, item.note, item.span)
            for at, item in enumerate(items)
            if item
        ]
        before = [] if kind == "array" else list(node.children)
        room = max(0, self.bounds.width - len(before))
        rest = [more(len(items) - len(shown[:room]))] if len(items) > len(shown[:room]) else []
        if before and before[-1].kind == "more":
            shown, rest = [], []
        return Node(node.name, kind, "", (*before, *shown[:room], *rest), name, node.span)

    def _map(self, node: Node, items: list[Part], name: str) -> Node:
        pairs = list(zip(items[::2], items[1::2], strict=False))
        parts = []
        for key, value in pairs[: self.bounds.width]:
            if key is None or value is None:
                break
            note = "" if key.kind == "string" else f"{key.kind} as key"
            both = ", ".join(filter(None, (note, value.note)))
            parts.append(Node(key.text or key.note, value.kind, value.text, value.children, both, value.span))
        rest = [more(len(pairs) - len(parts))] if len(pairs) > len(parts) else []
        is_record = all(key is not None and key.kind == "string" for key, _ in pairs)
        return Node(node.name, "record" if is_record else "map", "", (*parts, *rest), name, node.span)

    def _date(self, node: Node, name: str, block: Node) -> Node:
        if block.kind != "bytes" or len(block.text) != 16:
            return node
        millis = int.from_bytes(bytes.fromhex(block.text), "big", signed=True)
        text = moment(millis, 3)
        return Node(node.name, "timestamp", text, (), name, node.span) if text else node

    def _big_integer(self, node: Node, own: dict[str, Part]) -> Node:
        sign, magnitude = own.get("signum"), own.get("magnitude")
        if sign is None or magnitude is None or (sign.kind, magnitude.kind) != ("int", "bytes"):
            return node  # a class of that name with other fields
        if "…" in magnitude.text or len(magnitude.text) > DIGITS // 2:
            return node
        number = int(magnitude.text or "0", 16) * int(sign.text)
        return Node(node.name, "int", str(number), (), "java.math.BigInteger", node.span)


def _time(node: Node, written: str) -> Node:
    """What java.time writes of a day or a moment (java.time.Ser); anything else stays the bytes that it is."""
    data = bytes.fromhex(written.partition("…")[0])
    if data[:1] == b"\2" and len(data) == 13:
        seconds, nanos = struct.unpack(">qi", data[1:])
        text = moment(seconds * 10**9 + nanos, 9)
        return Node(node.name, "timestamp", text, (), "java.time.Instant", node.span) if text else node
    if data[:1] == b"\3" and len(data) == 7:
        year, month, day = struct.unpack(">ibb", data[1:])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return Node(node.name, "bytes", written, (), "java.time.Ser", node.span)
        return Node(node.name, "date", f"{year:04d}-{month:02d}-{day:02d}", (), "java.time.LocalDate", node.span)
    return Node(node.name, "bytes", written, (), "java.time.Ser", node.span)


def _size(node: Node) -> int:
    return 1 + sum(map(_size, node.children))


def _primitive(code: str, value: float) -> tuple[Kind, str]:
    if code == "Z":
        return "boolean", "true" if value else "false"
    if code == "C":
        return "string", chr(int(value))
    return ("float", real(float(value))) if code in "DF" else ("int", str(value))


def _uuid(node: Node, own: dict[str, Part]) -> Node:
    high, low = own.get("mostSigBits"), own.get("leastSigBits")
    if high is None or low is None or not high.kind == low.kind == "int":
        return node
    text = f"{int(high.text) & 2**64 - 1:016x}{int(low.text) & 2**64 - 1:016x}"
    joined = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return Node(node.name, "uuid", joined, (), "java.util.UUID", node.span)


def modified_utf8(data: bytes, at: int) -> str:
    """Java's own UTF-8: a zero is C0 80, and a sign beyond 16 bits is two surrogates of three bytes each.

    >>> modified_utf8(b"a\\xc0\\x80\\xed\\xa0\\xbd\\xed\\xba\\x9a", 0)
    'a\\x00🚚'
    """
    if data.isascii():  # as nearly all is, and names of classes and fields above all
        return data.decode("ascii")
    try:
        text = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        raise Undecodable(f"the text before byte {at:,} is none that Java writes") from None
