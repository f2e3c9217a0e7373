"""Lines of JSON that says itself what it is: held against the chain, which makes trees of it."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import chain, connect_line, quick
from meshdesk.decode.connect_types import LOGICAL
from meshdesk.decode.contract import Payload, Preview
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, case, payload, schemas_of
from tests.unit.decode.lines import Named, by_chain
from tests.unit.model.trees import VALUES

NONE = Named(SchemaState.NO_REGISTRY)
OURS = ("__debezium.context.connectorName", b"shop")
HEADERS = st.sampled_from([(), (OURS,), (OURS, ("__op", b"c")), (("__op", b"c"),), (("__deleted", b"true"), OURS)])
NAMES = st.sampled_from(
    ["id", "amount", "scale", "value", "op", "before", "after", "source", "payload", "schema", "", "ø"]
)
BASE64 = st.binary(max_size=12).map(lambda data: base64.b64encode(data).decode())
SIMPLE = ["int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "none of them"]
DECIMALS = st.fixed_dictionaries({"scale": st.integers(-3, 9), "value": BASE64})
COLUMNS = VALUES | BASE64 | DECIMALS | st.integers(-(10**10), 10**18)


def written(document: Any) -> bytes:
    """JSON as Connect writes it, without blanks."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def value(document: Any, *headers: tuple[str, bytes | None], topic: str = "orders") -> Payload:
    return Payload(document if isinstance(document, bytes) else written(document), "value", topic, headers)


def key(document: Any) -> Payload:
    return Payload(written(document), "key", "orders", (OURS,))


def shown(sent: Payload, limit: int = 160) -> Preview | None:
    """What is said without asking the chain, where all that it says is the same."""
    found = quick.preview(sent, NONE, limit)
    assert found is None or found == by_chain(sent, NONE, limit)
    assert chain.preview(sent, NONE, limit).text == by_chain(sent, NONE, limit).text
    return found


def schemas() -> st.SearchStrategy[dict[str, Any]]:
    """Schemas of Connect, of all types and logical types, and within each other."""
    simple = st.builds(lambda kind: {"type": kind, "optional": True}, st.sampled_from(SIMPLE))
    logical = st.builds(
        lambda kind, name, scale: {"type": kind, "name": name, "version": 1, "parameters": {"scale": scale}},
        st.sampled_from(SIMPLE),
        st.sampled_from(sorted(LOGICAL)),
        st.sampled_from(["0", "2", "-1", "many"]),
    )
    return st.recursive(simple | logical, _within, max_leaves=8)


def _within(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    fields = st.lists(st.tuples(NAMES, inner).map(lambda pair: pair[1] | {"field": pair[0]}), max_size=5)
    return (
        fields.map(lambda several: {"type": "struct", "fields": several, "name": "shop.Row"})
        | inner.map(lambda one: {"type": "array", "items": one})
        | st.tuples(inner, inner).map(lambda two: {"type": "map", "keys": two[0], "values": two[1]})
    )


def values_of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What may stand there by the schema, and now and then something else."""
    match schema["type"]:
        case "struct":
            of_fields = {field["field"]: values_of(field) for field in schema["fields"]}
            return st.fixed_dictionaries({}, optional=of_fields) | COLUMNS
        case "array":
            return st.lists(values_of(schema["items"]), max_size=4)
        case "map":
            pairs = st.lists(st.tuples(COLUMNS, values_of(schema["values"])).map(list), max_size=3)
            return st.dictionaries(NAMES, values_of(schema["values"]), max_size=4) | pairs
    return COLUMNS | st.none()


@given(st.data(), schemas(), st.integers(1, 160), HEADERS)
def test_that_a_line_of_what_connect_writes_is_that_of_the_tree(
    data: st.DataObject, schema: dict[str, Any], limit: int, headers: tuple[tuple[str, bytes], ...]
) -> None:
    document = {"schema": schema, "payload": data.draw(values_of(schema))}
    shown(value(document, *headers), limit)
    shown(key(document), limit)


@given(st.dictionaries(NAMES, COLUMNS, max_size=5), st.dictionaries(NAMES, COLUMNS, max_size=5), HEADERS, st.booleans())
def test_that_a_line_of_a_change_is_that_of_the_tree(
    before: dict[str, Any], after: dict[str, Any], headers: tuple[tuple[str, bytes], ...], is_flat: bool
) -> None:
    change = {"before": before or None, "after": after, "source": {"db": "shop"}, "op": "u"}
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "t", "iodebeziumop": "u", "data": change}
    for document in (after | {"__deleted": "false"} if is_flat else change, event, event | {"data_base64": "AA=="}):
        shown(value(document, *headers))
        shown(key(document))


@given(st.binary(max_size=3), st.integers(0, 130), st.booleans())
def test_that_a_document_that_was_changed_is_shown_as_the_chain_shows_it(noise: bytes, at: int, is_typed: bool) -> None:
    data = written(TYPED if is_typed else {"before": None, "after": {"n": {"scale": 1, "value": "BQ=="}}, **CHANGE})
    shown(value(data[:at] + noise + data[at:]))
    shown(value(data[:at] + data[at + 1 :]))


DATE = {"type": "int32", "field": "day", "name": "org.apache.kafka.connect.data.Date"}
DECIMAL = {"type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "2"}}
VARIABLE = {"type": "struct", "field": "free", "name": "io.debezium.data.VariableScaleDecimal", "fields": []}
TYPED = {"schema": {"type": "struct", "fields": [DATE]}, "payload": {"day": 20512}}
CHANGE = {"source": {"db": "shop"}, "op": "c"}
FREE = {"scale": 3, "value": "MDQ="}


def struct(*fields: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"schema": {"type": "struct", "fields": list(fields)}, "payload": said}


@pytest.mark.parametrize(
    ("document", "line", "format"),
    [
        (TYPED, "day 2026-02-28", "Connect JSON"),
        (struct(DECIMAL | {"field": "amount"}, amount="BNI="), "amount 12.34", "Connect JSON"),
        (struct(DECIMAL | {"field": "amount"}, amount=12.5), "amount 12.5", "Connect JSON"),
        (struct(DECIMAL | {"field": "amount"}, amount="no base64"), "amount no base64", "Connect JSON"),
        (struct(VARIABLE, free=FREE), "free 12.340", "Connect JSON"),
        (struct({"type": "bytes", "field": "raw"}, raw="AP8="), "raw 0x00ff", "Connect JSON"),
        (struct({"type": "double", "field": "x"}, x="NaN"), "x NaN", "Connect JSON"),
        (
            struct({"type": "array", "field": "days", "items": DATE}, days=[0, 1]),
            "days [ 1970-01-01 1970-01-02 ]",
            "Connect JSON",
        ),
        (struct({"type": "array", "field": "all", "items": VARIABLE}, all=[FREE]), "all [ 12.340 ]", "Connect JSON"),
        (
            struct({"type": "map", "field": "m", "keys": {}, "values": DATE}, m={"a": 0}),
            "m { a 1970-01-01 }",
            "Connect JSON",
        ),
        ({"schema": None, "payload": {"a": 1}}, "a 1", "Connect JSON"),
        ({"schema": {"type": "string"}, "payload": None}, "null", "Connect JSON"),
        ({"schema": {"type": "string"}, "payload": "text"}, "text", "Connect JSON"),
        ({"after": {"n": FREE}, **CHANGE}, "op c after { n 12.340 } source { db shop }", "JSON"),
        ({"n": FREE, "__deleted": "false"}, "n 12.340 __deleted false", "JSON"),
        ({"n": FREE, "op": "x"}, "n { scale 3 value MDQ= } op x", "JSON"),
        (
            {"specversion": "1.0", "id": "1", "source": "/a", "type": "t"},
            "type t specversion 1.0 id 1 source /a",
            "CloudEvents",
        ),
    ],
)
def test_that_a_line_is_exact_and_made_without_a_tree(document: Any, line: str, format: str) -> None:
    found = shown(value(document))
    assert found is not None
    assert (found.text, found.format) == (line, format)


MONGO = {"connector": "mongodb", "db": "shop", "collection": "orders"}
MONGO_TYPES = [{"type": "string", "field": name, "name": "io.debezium.data.Json"} for name in ("before", "after")]


@given(st.dictionaries(NAMES, COLUMNS, max_size=5), st.none() | st.dictionaries(NAMES, COLUMNS), st.booleans())
def test_that_a_line_of_a_change_of_mongodb_shows_the_text_of_its_documents_as_that_of_the_tree_does(
    after: dict[str, Any], before: dict[str, Any] | None, is_typed: bool
) -> None:
    text = json.dumps(after)
    change = {"before": json.dumps(before) if before is not None else None, "after": text, "source": MONGO, "op": "u"}
    typed = {"schema": {"type": "struct", "fields": MONGO_TYPES}, "payload": change}
    found = shown(value(typed if is_typed else change))
    assert found is not None
    assert found.text.startswith(f"op u after {text}"[:150])


@given(st.none() | st.text(max_size=3) | st.dictionaries(NAMES, COLUMNS, max_size=5), st.booleans())
def test_that_a_line_of_rows_of_mongodb_that_are_no_text_is_that_of_the_tree(after: Any, is_map: bool) -> None:
    source = [["connector", "mongodb"]] if is_map else MONGO
    change = {"before": after, "after": {"n": FREE}, "source": source, "op": "c"}
    keys = {"type": "map", "field": "source", "keys": {"type": "string"}, "values": {"type": "string"}}
    for document in (change, {"schema": {"type": "struct", "fields": [keys]}, "payload": change}):
        assert shown(value(document)) is None


def test_that_a_row_whose_header_says_what_was_done_shows_its_decimals() -> None:
    found = shown(value({"n": FREE}, OURS, ("__op", b"c")))
    assert found is not None
    assert found.text == "n 12.340"
    assert shown(value({"n": FREE}, ("__op", b"c"))) is not None
    assert shown(value(b"\0\0\0\0\x2a\x02A", OURS, ("__op", b"c"))) is None


@pytest.mark.parametrize(
    "sent",
    [
        value(b'{"schema": {"type": "string"}, "payload": "written with blanks"}'),
        value(b'{"payload":"behind","schema":{"type":"string"}}'),
        value(b'{"schema":{"type":"string"},"payload":"a","more":1}'),
        value(b'{"schema":{"type":"string"},"payload":"a"} {}'),
        value(b'{"schema":{"type":"string"},"payload":"torn'),
        value(b'{"schema":{"type":"string"'),
        value(b'{"schema":{"type":"string",},"payload":"a"}'),
        value({"schema": {"type": "string", "more": {"a": 1, "payload": 2}}, "payload": "a"}),
        value({"schema": {"type": "unheard of"}, "payload": "a"}),
        value({"schema": {"type": "string"}, "payload": "a" * connect_line.LARGEST}),
        value({"schema": {"type": "string", "doc": "a" * connect_line.LONG}, "payload": "a"}),
        value({"schema": {"type": "array", "items": {}}, "payload": [[]] * 300}),
        value({"op": "c", "payload": 1}),
        value({"specversion": "1.0", "op": "c"}),
        value(b'{"op":"c","op":"u","source":{},"after":{}}'),
        key({"op": "c", "source": {}}),
        value(struct({"type": "map", "field": "m", "keys": DATE, "values": DATE}, m=[[0, 1]])),
    ],
)
def test_that_what_is_not_plain_is_left_to_the_chain(sent: Payload) -> None:
    assert shown(sent) is None


def test_that_events_and_connects_records_are_read_without_a_tree() -> None:
    read = []
    for path in (path for path in CASES if path.parent.name in ("connect-json", "debezium", "debezium-flat")):
        said = case(path)
        for role in ("key", "value"):
            sent = payload(said, role)
            if (sent.data or b"").startswith(b"{") and not sent.topic.endswith(("transaction", "heartbeat.plain")):
                read.append(quick.preview(sent, schemas_of(said), 160) is not None)
    assert len(read) > 100
    assert all(read)


def test_that_headers_of_dead_letters_and_of_changes_keep_no_line_from_being_made_without_a_tree() -> None:
    for name in ("kafka_dlt-original-topic", "__connect.errors.topic", "__streams.errors.topic", OURS[0]):
        assert not chain.has_telling_header(value({"a": 1}, (name, b"orders")))
        assert shown(value({"a": 1}, (name, b"orders"))) is not None
    for name, said in (
        ("content-type", b"text/plain; charset=utf-16"), ("CE_specversion", b"1.0"), ("__value_schema_id", b"x"),
    ):  # fmt: skip
        assert chain.has_telling_header(value({"a": 1}, (name, said)))


def test_that_a_header_that_says_json_keeps_no_line_from_being_made_without_a_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(quick, "preview_or_plain", lambda payload, *_: asked.append(payload.topic))
    for said in (b"application/json", b"application/json; charset=utf-16", b"application/cloudevents+json", None):
        for data in (b'{"a": 1}', b"text", b"\xff\xfea\0"):
            sent = value(data, ("Content-Type", said), topic=repr(said))
            assert chain.preview(sent, NONE) == by_chain(sent, NONE)
    assert set(asked) == {repr(b"application/json"), repr(None)}
    monkeypatch.undo()
    for data in (b'{"a": 1}', b"text", b"\xff\xfea\0", b'{"op":"c","source":{},"after":{"n":1}}'):
        assert shown(value(data, ("content-type", b"application/json"))) is None or data[0] < 128


def test_that_no_more_schemas_are_kept_than_a_list_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect_line, "SCHEMAS", 3)
    for number in range(9):
        schema = {"type": "string", "name": f"shop.Name{number}"}
        assert shown(value({"schema": schema, "payload": "a"})) is not None
        assert len(connect_line._shapes) <= 3


def test_that_a_line_shorter_than_the_names_in_a_schema_has_its_values_as_the_schema_says() -> None:
    typed = {"type": "bytes", "name": "io.debezium.data.Bits", "version": 1}
    sent = value(
        {"schema": {"type": "array", "items": {"type": "array", "items": typed}}, "payload": [["Aw=="]]},
        OURS,
        ("__op", b"c"),
    )
    assert chain.preview(sent, NONE, 12).text == by_chain(sent, NONE, 12).text == "[1] [ 11 ]"
