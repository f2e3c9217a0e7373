"""Real payloads by real writers (tests/payloads), and what was written, compared with what was decoded."""

import base64
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Decoded, Payload
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import NameKind, Reference, Schema, SchemaName, SchemaState
from tests.unit.decode.golden_events import SQL, event_as_stated

PAYLOADS = Path(__file__).parents[2] / "payloads"
CASES = sorted(PAYLOADS.glob("*/*.json"))
NAMED = {f"{path.parent.name}/{path.stem}": path for path in CASES}
POISONED = sorted(PAYLOADS.glob("*/poisoned/*.json"))  # what has broken a decoder, in the same form


class Stored:
    """The schemas that stand in a case, by what records call them."""

    def __init__(self, schemas: list[dict[str, Any]]) -> None:
        by_subject = {(s["subject"], s["version"]): s for s in schemas}
        self._schemas = {name: self._schema(s, by_subject) for s in schemas for name in _names(s)}

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._schemas.get(name, SchemaState.UNKNOWN_ID)

    def add(self, name: SchemaName, schema: Schema) -> None:
        self._schemas[name] = schema

    def all_schemas(self) -> set[Schema]:
        """Each once, by however many names it is known."""
        return set(self._schemas.values())

    @staticmethod
    def _schema(said: dict[str, Any], by_subject: dict[tuple[str, int], dict[str, Any]]) -> Schema:
        references: dict[str, Reference] = {}
        _collect(said, by_subject, references)
        return Schema(
            "test",
            said["id"] if isinstance(said["id"], int) else 0,
            said["type"],
            said["schema"],
            tuple(references.values()),
            said["subject"] or "",
            int(said["version"] or 0),
            said.get("guid") or "",
            json.dumps(said["ruleSet"]) if said.get("ruleSet") else "",
        )


def _collect(said: dict[str, Any], by_subject: dict[Any, dict[str, Any]], into: dict[str, Reference]) -> None:
    """What a schema refers to, and what that refers to, each before what needs it."""
    for named in said["references"]:
        found = by_subject.get((named["subject"], named["version"]))
        if found is not None and named["name"] not in into:
            _collect(found, by_subject, into)
            into[named["name"]] = Reference(named["name"], named["subject"], int(named["version"]), found["schema"])


def _names(said: dict[str, Any]) -> list[SchemaName]:
    """What a registry would find it by."""
    kinds: dict[str, NameKind] = {
        "guid": "guid",
        "contentId": "content",
        "globalId": "global",
        "fingerprint": "fingerprint",
    }
    if said["registry_kind"] == "none" and "fingerprint_crc64_avro_signed" in said:
        number = int(said["fingerprint_crc64_avro_signed"])
        return [SchemaName("fingerprint", number.to_bytes(8, "little", signed=True).hex())]
    if said["registry_kind"] == "none" and "fingerprint_crc64_avro" in said:
        return [SchemaName("fingerprint", said["fingerprint_crc64_avro"])]
    if said["registry_kind"] == "azure":
        return [SchemaName("azure", str(said["id"]))]
    names = [SchemaName(kind, str(said[key])) for key, kind in kinds.items() if said.get(key) is not None]
    if said["registry_kind"] == "glue":
        return [*names, SchemaName("glue", str(said["id"]))]
    is_number = said["registry_kind"] == "confluent" and said.get("id") is not None
    return [*names, SchemaName("id", str(said["id"]))] if is_number else names


# Cases that are not read yet, "folder/case" in each line. What stands there and is read fails the tests, as does the rest.
NOT_YET = frozenset((PAYLOADS / "not-yet.txt").read_text("utf-8").split())


def is_right(said: dict[str, Any]) -> bool:
    """Whether key and value of a case say what their writer was given, without trouble."""
    schemas, expect = schemas_of(said), said["expect"]
    for role in ("key", "value"):
        if role in expect:
            decoded = decode(payload(said, role), schemas)
            tree, stated = event_as_stated(decoded.tree, expect[role], said)
            tree = simplified(tree) if decoded.format == "OTLP" else tree
            tree = arranged(tree, stated) if _is_without_order(decoded) else tree
            if decoded.trouble or not agrees(tree, stated, bool(expect.get("partial"))):
                return False
    return True


# Cases whose writer was told the fields in another order than it wrote them, "folder/case" or a whole folder.
OTHERWISE = frozenset(
    (
        "cloudevents",  # attributes have no order; those in headers are shown as the specification has them
        "java-serialized/object",  # Java writes numbers before objects
        "apicurio-avro/reflect-object",  # Avro sorts the fields of a class by name
        # Maps of Go, JavaScript and Protobuf's Struct have no order; and fields of Protobuf come by number.
        "cbor/go-object", "cbor/undefined-simple-half", "compressed-value/go-s2-stream", "confluent-protobuf/go-first-message",
        "confluent-protobuf/oneof-scalar-optional-zero", "confluent-protobuf/well-known-types", "glue/protobuf-delivery",
        "protobuf-bare/well-known-types",
    )
)  # fmt: skip


def is_in_order(said: dict[str, Any]) -> bool:
    """Whether the fields of key and value of a case come as its writer was given them, as all formats that are read here keep
    them. Where only a part is stated, there is no order in it."""
    schemas, expect = schemas_of(said), said["expect"]
    for role in ("key", "value"):
        if role in expect and not expect.get("partial"):
            tree, stated = event_as_stated(decode(payload(said, role), schemas).tree, expect[role], said)
            if not _is_in_order(tree, stated):
                return False
    return True


def _is_in_order(node: Node, expected: Any) -> bool:
    if isinstance(expected, list):
        return all(_is_in_order(*both) for both in zip(node.children, expected, strict=False))
    if not isinstance(expected, dict) or node.kind not in ("record", "map"):
        return True
    stated = [name for name in expected if any(child.name == name for child in node.children)]
    children = [child for child in node.children if child.name in stated]
    return stated == list(dict.fromkeys(child.name for child in children)) and all(
        _is_in_order(child, expected[child.name]) for child in children
    )


def schemas_of(said: dict[str, Any]) -> Stored:
    """The schemas of a case; one that no registry has is what the user chose for the topic, or what Buf's registry answers."""
    stored = Stored(said["schemas"])
    for one in said["schemas"]:
        if one["registry_kind"] == "none" and not _names(one):
            headers = {name: base64.b64decode(value or "") for name, value in said["headers"]}
            commit = headers.get("buf.registry.value.schema.commit", b"").decode()
            name = SchemaName("buf", commit) if commit else SchemaName("file", f"{said['topic']}-value")
            schema = Stored._schema(one | {"subject": said["expect"].get("message", "")}, {})
            stored.add(name, schema)
    return stored


def _is_without_order(decoded: Decoded) -> bool:
    """Whether the order of fields is the schema's or nobody's, and not the writer's."""
    is_avro = decoded.schema is not None and decoded.schema.type == "AVRO"
    return is_avro or any(layer.name.startswith(("Protobuf", "gRPC")) for layer in decoded.chain)


def arranged(node: Node, expected: Any) -> Node:
    """A record as it was stated: fields of Protobuf have no order, and what the writer's schema did not know is not stated,
    unless as an extension, whose name registries lose."""
    if isinstance(expected, dict) and "$any" in expected:
        expected = {"@type": expected["$any"], **expected["value"]}
    if isinstance(expected, dict) and "$fields" in expected:
        expected = expected["$fields"]
    if isinstance(expected, list) and node.kind == "array":
        children = tuple(arranged(*both) for both in zip(node.children, expected, strict=False))
        return replace(node, children=(*children, *node.children[len(expected) :]))
    if not isinstance(expected, dict) or node.kind not in ("record", "map") or "$map" in expected:
        return node
    known = {child.name: child for child in node.children}
    kept = []
    for name in expected:
        lost = next((n for n in node.children if "unknown field" in n.note), None) if name.startswith("[") else None
        child = known.pop(name, None) or (replace(lost, name=name) if lost else None)
        if child is not None:
            kept.append(arranged(child, expected[name]))
    return replace(node, children=(*kept, *(one for one in known.values() if "unknown field" not in one.note)))


def main() -> None:
    """Says how many cases of each folder are right, and the names of those that are not; with --write not-yet.txt is made anew."""
    lines, not_yet, right = [], [], 0
    for folder in sorted({path.parent.name for path in CASES}):
        cases = [path for path in CASES if path.parent.name == folder]
        wrong = [path.stem for path in cases if not is_right(case(path))]
        lines.append(f"{folder:26} {len(cases) - len(wrong):3} / {len(cases):3}  {' '.join(wrong)[:150]}")
        right += len(cases) - len(wrong)
        not_yet += [f"{folder}/{name}" for name in wrong]
    sys.stdout.write("\n".join([*lines, f"{'all':26} {right:3} / {len(CASES):3}", ""]))
    if "--write" in sys.argv:
        (PAYLOADS / "not-yet.txt").write_text("".join(f"{name}\n" for name in not_yet), "utf-8")


def case(path: Path) -> dict[str, Any]:
    """A case as it stands in its file."""
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def payload(said: dict[str, Any], role: Any) -> Payload:
    """The key or the value of a case."""
    headers = tuple((name, None if value is None else base64.b64decode(value)) for name, value in said["headers"])
    data = said[role]
    key = base64.b64decode(said["key"]) if role == "value" and said["key"] is not None else None
    return Payload(None if data is None else base64.b64decode(data), role, said["topic"], headers, key)


def agrees(node: Node, expected: Any, is_partial: bool = False) -> bool:
    """Whether a tree says what was written; the marks are those of the payloads' own description. Where only a part of it is
    stated, only that is compared."""
    if isinstance(expected, dict) and expected:
        mark, value = next(iter(expected.items()))
        if mark.startswith("$") and (len(expected) == 1 or mark in ("$tag", "$ext", "$regex") or "subtype" in expected):
            return _marked(node, mark, value, expected)
    if isinstance(expected, dict) and "$any" in expected:
        expected = {"@type": expected["$any"], **expected["value"]}
    if isinstance(expected, dict) and node.note and node.note == expected.get("class"):  # an object of Java
        fields = {name: value for name, value in expected.items() if name != "class"}
        return sorted(child.name for child in node.children) == sorted(fields) and all(
            agrees(child, fields[child.name], True) for child in node.children
        )
    if isinstance(expected, dict):
        names = [child.name for child in node.children]
        return (
            node.kind in ("record", "map")
            and (sorted(names) == sorted(expected) or (is_partial and set(expected) <= set(names)))
            and all(
                agrees(child, expected[child.name], is_partial) for child in node.children if child.name in expected
            )
        )
    if isinstance(expected, list):
        return (
            node.kind == "array"
            and len(node.children) == len(expected)
            and all(agrees(child, item, is_partial) for child, item in zip(node.children, expected, strict=True))
        )
    if isinstance(expected, float):
        return node.kind in ("float", "int", "decimal") and float(node.text) == expected
    if isinstance(expected, str) and node.kind == "bytes":  # which Kafka's tools print in base64
        return base64.b64encode(bytes.fromhex(node.text)).decode("ascii") == expected
    if isinstance(expected, str):
        return node.kind in ("string", "enum") and node.text == expected
    return bool(to_json(node) == expected and (expected is None) == (node.kind == "null"))


def _is_key(child: Node, key: Any, is_mixed: bool) -> bool:
    if isinstance(key, str):
        return child.name == key
    said = key["$bytes"] if isinstance(key, dict) and "$bytes" in key else key
    text = base64.b64decode(said).hex() if isinstance(key, dict) and "$bytes" in key else key
    if isinstance(key, dict) and "$int" in key:
        text = key["$int"]
    return child.name == (text if isinstance(text, str) else json.dumps(text)) and (
        "as key" in child.note or not is_mixed
    )


def _marked(node: Node, mark: str, value: Any, said: dict[str, Any]) -> bool:
    if mark == "$bytes" and node.kind in ("int", "float"):  # any four bytes are a number: the bytes stand beside it
        return node.note.endswith(f"bytes {base64.b64decode(value).hex()}")
    if mark == "$sql":
        inner, content = value
        return (inner in SQL and SQL[inner](node, content)) or agrees(node, {inner: content})
    if mark == "$bytes":
        if "subtype" in said and node.note != f"subtype {said['subtype']}":
            return False
        return node.kind == "bytes" and bytes.fromhex(node.text) == base64.b64decode(value)
    if mark == "$pairs":
        names = [child.name for child in node.children]
        return names == [name for name, _ in value] and all(
            agrees(child, item) for child, (_, item) in zip(node.children, value, strict=True)
        )
    if mark == "$fields":
        return agrees(node, value)
    if mark == "$encrypted":
        return node.kind in ("bytes", "string") and "encrypted by rule" in node.note
    if mark == "$duration" and isinstance(value, str):
        return node.kind == "duration" and node.text == value
    if mark == "$duration":
        seconds = value["millis"] / 1000
        return node.kind == "duration" and node.text == f"P{value['months']}M{value['days']}DT{seconds:.3f}S"
    if mark in ("$timestamp", "$localtimestamp", "$time"):
        return node.kind == mark[1:].removeprefix("local") and _fraction(node.text) == _fraction(value)
    found = _of_format(node, mark, value, said)
    if found is not None:
        return found
    if mark == "$text" and value in TOLD:
        return TOLD[value](node)
    kinds = {
        "$int": "int",
        "$decimal": "decimal",
        "$float": "float",
        "$date": "date",
        "$uuid": "uuid",
        "$text": "string",
    }
    if mark == "$decimal" and node.kind == "float":
        return _plain(node.text) == _plain(value)  # a JSON number is shown as it stands in the document
    return node.kind == kinds.get(mark) and node.text == str(value)


def _of_format(node: Node, mark: str, value: Any, said: dict[str, Any]) -> bool | None:
    """The marks of single formats; None for any other."""
    if mark == "$map":  # where keys are of several kinds, a key that is no text has its kind in the note of its value
        is_mixed = len({type(key) for key, _ in value}) > 1
        return (
            node.kind == "map"
            and len(node.children) == len(value)
            and all(
                _is_key(child, key, is_mixed) and agrees(child, item)
                for child, (key, item) in zip(node.children, value, strict=True)
            )
        )
    if mark == "$tag":
        inner = replace(node, note=node.note.partition(", ")[2])
        return node.note.partition(", ")[0].split()[:2] == ["tag", str(said["$tag"])] and agrees(inner, said["value"])
    if mark == "$ext":
        return node.note == f"ext {value}" and agrees(node, {"$bytes": said["$bytes"]})
    if mark == "$simple":
        return node.kind == "int" and node.text == str(value) and node.note == "simple value"
    if mark == "$undefined":
        return node.kind == "null" and node.text == "undefined"
    if mark in NOTED:
        return node.text == NOTED[mark][1](said) and NOTED[mark][0] in node.note
    if mark == "$xml":
        return node.kind == "record" and len(node.children) == 1 and _is_element(node.children[0], value)
    if mark == "$fields":  # no schema says the names
        return agrees(node, value)
    return None


# Terms of BSON: the word in the note, and the text.
NOTED: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "$oid": ("ObjectId", lambda said: str(said["$oid"])),
    "$regex": ("regex", lambda said: f"/{said['$regex']}/{said['options']}"),
    "$bsontimestamp": ("timestamp", lambda said: f"{said['$bsontimestamp'][0]}, {said['$bsontimestamp'][1]}"),
    "$minkey": ("", lambda said: "MinKey"),
    "$maxkey": ("", lambda said: "MaxKey"),
    "$code": ("JavaScript", lambda said: str(said["$code"])),
}


def _is_element(node: Node, said: dict[str, Any]) -> bool:
    """An element of XML: its namespace is the note, its attributes begin with @, its texts are called #text."""
    local = node.name.rpartition(":")[2]
    attributes = {
        (f"{{{part.note}}}" if part.note else "") + part.name[1:].rpartition(":")[2]: part.text
        for part in node.children
        if part.name.startswith("@") and part.note != "namespace"
    }
    elements = [part for part in node.children if part.name[:1] not in "@#"]
    text = node.text + "".join(part.text for part in node.children if part.name == "#text")
    return (
        said["name"] == (f"{{{node.note}}}{local}" if node.note else local)
        and attributes == said.get("attributes", {})
        and text == said.get("text", "")
        and len(elements) == len(said.get("children", []))
        and all(map(_is_element, elements, said.get("children", [])))
    )


# What a case says in words instead of a value.
TOLD: dict[str, Callable[[Node], bool]] = {
    "30 MB of zero bytes: a limit must hold": lambda node: (
        node.kind == "bytes" and set(node.text[:1000]) == {"0"} and node.text.endswith("29,500,000 more bytes")
    ),
    "must not be expanded: show as text or as an error": lambda node: node.kind == "string" and "<!ENTITY" in node.text,
}


def _plain(number: str) -> str:
    return number.lower().replace("e+", "e")


def _fraction(text: str) -> tuple[str, str]:
    """The moment to the second, and its fraction without the zeros behind it."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return whole + ("Z" if text.endswith("Z") else ""), rest.rstrip("0")


def simplified(node: Node) -> Node:
    """OTLP as the cases state it: what lies in scopes without them, attributes in place of the resource, short names, ids as text."""
    children: list[Node] = []
    for child in map(simplified, node.children):
        if child.name.startswith("scope_"):
            inner = [
                one
                for scope in child.children
                for part in scope.children
                if part.kind == "array"
                for one in part.children
            ]
            records = {"scope_logs": "records", "scope_spans": "spans", "scope_metrics": "metrics"}[child.name]
            children.append(Node(records, "array", "", tuple(inner)))
        elif child.name == "resource":
            children.append(replace(child.children[0], name="resource"))
        elif child.name in ("gauge", "sum"):
            points = child.children[0].children
            children += [replace(one, name=child.name) for one in points[0].children if one.name.startswith("as_")]
            children += [replace(one, name="monotonic") for one in child.children if one.name == "is_monotonic"]
        elif child.kind == "bytes":
            children.append(replace(child, kind="string"))
        else:
            short = {"time_unix_nano": "time", "start_time_unix_nano": "start", "end_time_unix_nano": "end"}
            short["severity_number"] = "severity"
            children.append(replace(child, name=short.get(child.name, child.name)))
    return replace(node, children=tuple(children))


if __name__ == "__main__":
    main()
