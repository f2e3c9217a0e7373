"""Real payloads by real writers (tests/payloads), and what was written, compared with what was decoded."""

import base64
import json
from pathlib import Path
from typing import Any

from meshdesk.decode.contract import Payload
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import Reference, Schema, SchemaState

PAYLOADS = Path(__file__).parents[2] / "payloads"
CASES = sorted(PAYLOADS.glob("*/*.json"))


class Stored:
    """The schemas that stand in a case, by id."""

    def __init__(self, schemas: list[dict[str, Any]]) -> None:
        by_subject = {(s["subject"], s["version"]): s for s in schemas}
        self._schemas = {s["id"]: self._schema(s, by_subject) for s in schemas}

    def by_id(self, id: int) -> Schema | SchemaState:
        return self._schemas.get(id, SchemaState.UNKNOWN_ID)

    @staticmethod
    def _schema(said: dict[str, Any], by_subject: dict[tuple[str, int], dict[str, Any]]) -> Schema:
        references = []
        for named in said["references"]:
            found = by_subject[named["subject"], named["version"]]
            references.append(Reference(named["name"], named["subject"], named["version"], found["schema"]))
        return Schema(
            "test", said["id"], said["type"], said["schema"], tuple(references), said["subject"], said["version"]
        )


def case(path: Path) -> dict[str, Any]:
    """A case as it stands in its file."""
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def payload(said: dict[str, Any], role: Any) -> Payload:
    """The key or the value of a case."""
    headers = tuple((name, None if value is None else base64.b64decode(value)) for name, value in said["headers"])
    data = said[role]
    return Payload(None if data is None else base64.b64decode(data), role, said["topic"], headers)


def agrees(node: Node, expected: Any) -> bool:
    """Whether a tree says what was written; the marks are those of the payloads' own description."""
    if isinstance(expected, dict) and len(expected) == 1:
        mark, value = next(iter(expected.items()))
        if mark.startswith("$"):
            return _marked(node, mark, value)
    if isinstance(expected, dict):
        names = [child.name for child in node.children]
        return (
            node.kind in ("record", "map")
            and names == list(expected)
            and all(agrees(child, expected[child.name]) for child in node.children)
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


def _marked(node: Node, mark: str, value: Any) -> bool:
    if mark == "$bytes":
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
    return node.kind == kinds[mark] and node.text == str(value)


def _plain(number: str) -> str:
    return number.lower().replace("e+", "e")


def _fraction(text: str) -> tuple[str, str]:
    """The moment to the second, and its fraction without the zeros behind it."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return whole + ("Z" if text.endswith("Z") else ""), rest.rstrip("0")
