"""Real payloads by real writers (tests/payloads), and what was written, compared with what was decoded."""

import base64
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import NameKind, Reference, Schema, SchemaName, SchemaState

PAYLOADS = Path(__file__).parents[2] / "payloads"
CASES = sorted(PAYLOADS.glob("*/*.json"))


class Stored:
    """The schemas that stand in a case, by what records call them."""

    def __init__(self, schemas: list[dict[str, Any]]) -> None:
        by_subject = {(s["subject"], s["version"]): s for s in schemas}
        self._schemas = {name: self._schema(s, by_subject) for s in schemas for name in _names(s)}

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._schemas.get(name, SchemaState.UNKNOWN_ID)

    @staticmethod
    def _schema(said: dict[str, Any], by_subject: dict[tuple[str, int], dict[str, Any]]) -> Schema:
        references = []
        for named in said["references"]:
            found = by_subject[named["subject"], named["version"]]
            references.append(Reference(named["name"], named["subject"], named["version"], found["schema"]))
        return Schema(
            "test",
            said["id"] if isinstance(said["id"], int) else 0,
            said["type"],
            said["schema"],
            tuple(references),
            said["subject"] or "",
            said["version"] or 0,
            said.get("guid") or "",
            json.dumps(said["ruleSet"]) if said.get("ruleSet") else "",
        )


def _names(said: dict[str, Any]) -> list[SchemaName]:
    """What a registry would find it by."""
    kinds: dict[str, NameKind] = {
        "guid": "guid",
        "contentId": "content",
        "globalId": "global",
        "fingerprint": "fingerprint",
    }
    names = [SchemaName(kind, str(said[key])) for key, kind in kinds.items() if said.get(key) is not None]
    if said["registry_kind"] == "glue":
        return [*names, SchemaName("glue", str(said["id"]))]
    is_number = said["registry_kind"] == "confluent" and said.get("id") is not None
    return [*names, SchemaName("id", str(said["id"]))] if is_number else names


# Cases that are not read yet, "folder/case" in each line. What stands there and is read fails the tests, as does the rest.
NOT_YET = frozenset((PAYLOADS / "not-yet.txt").read_text("utf-8").split())


def is_right(said: dict[str, Any]) -> bool:
    """Whether key and value of a case say what their writer was given, without trouble."""
    schemas, expect = Stored(said["schemas"]), said["expect"]
    for role in ("key", "value"):
        if role in expect:
            decoded = decode(payload(said, role), schemas)
            if decoded.trouble or not agrees(decoded.tree, expect[role], bool(expect.get("partial"))):
                return False
    return True


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
            node.kind == "array" and len(node.children) == len(expected) and all(map(agrees, node.children, expected))
        )
    if isinstance(expected, float):
        return node.kind in ("float", "int", "decimal") and float(node.text) == expected
    if isinstance(expected, str):
        return node.kind in ("string", "enum") and node.text == expected
    return bool(to_json(node) == expected and (expected is None) == (node.kind == "null"))


def _is_key(child: Node, key: Any) -> bool:
    if isinstance(key, str):
        return child.name == key
    said = key["$bytes"] if isinstance(key, dict) and "$bytes" in key else key
    text = base64.b64decode(said).hex() if isinstance(key, dict) and "$bytes" in key else key
    if isinstance(key, dict) and "$int" in key:
        text = key["$int"]
    return child.name == (text if isinstance(text, str) else json.dumps(text)) and "as key" in child.note


def _marked(node: Node, mark: str, value: Any, said: dict[str, Any]) -> bool:
    if mark == "$bytes" and node.kind in ("int", "float"):  # any four bytes are a number: the bytes stand beside it
        return node.note.endswith(f"bytes {base64.b64decode(value).hex()}")
    if mark == "$bytes":
        if "subtype" in said and node.note != f"subtype {said['subtype']}":
            return False
        return node.kind == "bytes" and bytes.fromhex(node.text) == base64.b64decode(value)
    if mark == "$pairs":
        names = [child.name for child in node.children]
        return names == [name for name, _ in value] and all(
            agrees(child, item) for child, (_, item) in zip(node.children, value, strict=True)
        )
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
    if mark == "$map":  # a key that is no text has its kind in the note of its value
        return len(node.children) == len(value) and all(
            _is_key(child, key) and agrees(child, item) for child, (key, item) in zip(node.children, value, strict=True)
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


if __name__ == "__main__":
    main()
