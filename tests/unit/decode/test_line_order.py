"""A list shows of an event first what happened; the tree keeps what was written as it was written."""

import json
from typing import Any

import pytest

from meshdesk.decode.chain import decode, preview
from meshdesk.decode.connect_line import LARGEST
from meshdesk.decode.contract import Payload
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.avros import written
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
EVENT = {"specversion": "1.0", "id": "E-1", "source": "/shop", "type": "shop.placed"}
DATA = {"order": "A-1", "cents": 1250}
HEADERS = tuple((f"ce_{name}", text.encode()) for name, text in EVENT.items())


def shown(said: Any, *headers: tuple[str, bytes | None]) -> str:
    return preview(Payload(json.dumps(said).encode(), "value", "orders", headers), NONE).text


@pytest.mark.parametrize(
    "sent",
    [
        ({**EVENT, "subject": "A-1", "data": DATA},),
        ({**EVENT, "subject": "A-1", "data": DATA}, ("content-type", b"application/cloudevents+json")),
        (DATA, *HEADERS, ("ce_subject", b"A-1")),
    ],
    ids=["structured", "structured by its header", "binary"],
)
def test_that_the_line_of_an_event_begins_with_its_data_and_its_type(sent: tuple[Any, ...]) -> None:
    assert shown(*sent).startswith("data { order A-1 cents 1250 } type shop.placed subject A-1 specversion 1.0 ")


def test_that_the_line_of_an_event_without_data_begins_with_its_type() -> None:
    assert shown(EVENT).startswith("type shop.placed specversion 1.0 ")


def test_that_the_line_of_a_change_begins_with_what_was_done_and_the_row_as_it_is_now() -> None:
    row, source = {"id": 1, "name": "Ada"}, {"db": "shop", "table": "customers"}
    change = {"before": {**row, "name": "Adda"}, "after": row, "source": source, "op": "u", "ts_ms": 1}
    assert shown(change).startswith("op u after { id 1 name Ada } before { id 1 name Adda } source { db shop ")
    assert shown({**change, "after": None, "op": "d"}).startswith("op d after null before { id 1 name Adda } source ")


@pytest.mark.parametrize("length", [1, 60, 400, 4_000])
def test_that_the_line_of_a_change_of_mongodb_shows_its_documents_as_text_in_avro_as_in_json(length: int) -> None:
    document = json.dumps({"_id": {"$oid": "596e275826f08b2730779e1f"}, "note": "a" * length})
    source = {"connector": "mongodb", "db": "shop"}
    change = {"before": None, "after": document, "source": source, "op": "c"}
    lines = {shown(change), shown({**change, "ts_ms": "b" * LARGEST})}
    of_source = {"type": "record", "name": "Source", "fields": [{"name": name, "type": "string"} for name in source]}
    types = {"before": ["null", "string"], "after": ["null", "string"], "source": of_source, "op": "string"}
    fields = [{"name": name, "type": kind} for name, kind in types.items()]
    said = {"type": "record", "name": "Envelope", "fields": fields}
    sent, schemas = framed(written(said, change)), Named(Schema("", 42, "AVRO", json.dumps(said)))
    assert preview(sent, schemas) == by_chain(sent, schemas)
    assert node_kinds(decode(sent, schemas).tree)["after"] == "record"
    lines.add(preview(sent, schemas).text)
    beginning = f"op c after {document} before null source {{ "[:150]
    assert [line for line in lines if not line.startswith(beginning)] == []


def node_kinds(tree: Node) -> dict[str, str]:
    return {child.name: child.kind for child in tree.children}


def test_that_what_only_looks_like_an_event_keeps_its_order() -> None:
    assert shown({"type": "t", "id": 1, "data": 2}) == "type t id 1 data 2"
    assert shown({"before": 1, "after": 2, "op": "u"}) == "before 1 after 2 op u"


def test_that_the_tree_of_an_event_keeps_the_order_in_which_it_was_written() -> None:
    said = {**EVENT, "data": DATA}
    tree = decode(Payload(json.dumps(said).encode(), "value", "orders", ()), NONE).tree
    assert [child.name for child in tree.children] == list(said)
