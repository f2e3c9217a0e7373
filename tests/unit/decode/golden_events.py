"""How events and rows of databases are stated in the cases: in terms of SQL and of CloudEvents, where the wire has its own."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from meshdesk.model.node import Node

INTERVAL = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?")


def event_as_stated(tree: Node, expected: Any, said: dict[str, Any]) -> tuple[Node, Any]:
    """The tree and what is expected of it in the same terms: attributes that are headers are text on the wire, and Debezium's
    converter makes attributes of a change's operation and of the table."""
    chain = said["expect"]["chain"]
    if chain[-1].startswith("debezium"):
        expected = _in_sql(expected)
    if chain[:1] == ["cloudevents-binary"] and isinstance(expected, dict):
        words = {True: "true", False: "false"}
        return tree, {
            name: value if name == "data" or isinstance(value, str) else words.get(value, str(value))
            for name, value in expected.items()
        }
    if chain == ["json"] and tree.kind == "string" and isinstance(expected, dict) and "$int" in expected:
        return tree, {"$text": expected["$int"]}  # a number alone is as likely text: it is shown as it stands
    if chain[-1] == "cloudevents-protobuf":  # there a moment is one, and no text
        times = (replace(child, kind="string") if child.name == "time" else child for child in tree.children)
        return replace(tree, children=tuple(times)), expected
    if chain[:1] == ["cloudevents-structured"] and chain[-1] == "debezium" and "op" in expected:
        named = {child.name: child for child in tree.children}
        source = tuple(replace(named[f"iodebezium{name}"], name=name) for name in expected["source"])
        parts = (replace(named["iodebeziumop"], name="op"), Node("source", "record", "", source))
        return replace(tree, children=(*parts, *named["data"].children)), expected
    return tree, expected


def _in_sql(expected: Any) -> Any:
    """Each mark of a row as one of SQL: what JSON says of it in words is compared, too."""
    if isinstance(expected, list):
        return [_in_sql(item) for item in expected]
    if not isinstance(expected, dict):
        return expected
    mark = next(iter(expected), "")
    if mark.startswith("$"):  # a second entry is a note: of a year before 1
        return {"$sql": (mark, expected[mark])}
    return {name: _in_sql(item) for name, item in expected.items()}


def _micros(text: str) -> int | None:
    """A duration without years and months, in microseconds."""
    found = INTERVAL.fullmatch(text)
    if found is None or int(found[1] or 0) or int(found[2] or 0):
        return None
    days, hours, minutes, seconds = (int(found[group] or 0) for group in (3, 4, 5, 6))
    return ((days * 24 + hours) * 60 + minutes) * 60_000_000 + seconds * 1_000_000 + int((found[7] or "").ljust(6, "0"))


def _interval(node: Node, value: str) -> bool:
    return (
        node.kind in ("duration", "string") and _micros(node.text) is not None and _micros(node.text) == _micros(value)
    )


def _point(node: Node, value: list[float]) -> bool:
    named = {child.name: child.text for child in node.children}
    return [float(named[name]) for name in ("x", "y") if name in named] == value


def _moment_in_words(node: Node, value: str) -> bool:
    """Text that is the moment, as JSON without a schema has it; Debezium writes local ones with a Z, too."""
    zone = "Z" if value.endswith("Z") else ""
    text, _, rest = node.text.removesuffix("Z").partition(".")
    whole, _, fraction = value.removesuffix("Z").partition(".")
    is_zoned = node.text.endswith("Z") or not zone
    is_moment = node.kind == "string" or "local" in node.note
    return is_moment and is_zoned and (text, rest.rstrip("0")) == (whole, fraction.rstrip("0"))


def _same_words(node: Node, value: str) -> bool:
    return node.kind == "string" and node.text == value


def _day(node: Node, value: str) -> bool:
    return node.kind in ("string", "date") and node.text.removesuffix("Z") == value


def _number(node: Node, value: str) -> bool:
    """The same number: the text and double modes write 99.90 as 99.9, which nothing can bring back."""
    try:
        return node.kind in ("string", "float") and Decimal(node.text) == Decimal(value)
    except InvalidOperation:
        return False


def _bytes(node: Node, value: str) -> bool:
    """Bytes that a mode writes as hex, or that nothing says to be bytes: the text is all of them."""
    return node.kind == "string" and node.text in (value, base64.b64decode(value).hex())


SQL: dict[str, Callable[[Node, Any], bool]] = {
    "$interval": _interval,
    "$jsontext": _same_words,
    "$bits": _same_words,
    "$point": _point,
    "$timestamp": _moment_in_words,
    "$localtimestamp": _moment_in_words,
    "$time": _moment_in_words,
    "$date": _day,
    "$uuid": _same_words,
    "$decimal": _number,
    "$bytes": _bytes,
    "$float": _same_words,
}
