"""OTLP as JSON is named, and its moments are said beside what was written; other JSON is left alone."""

import json

import pytest

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

# As the protocol's own examples have them (github.com/open-telemetry/opentelemetry-proto, examples).
SPAN = {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174", "name": "I'm a server span",
        "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "0", "kind": 2}  # fmt: skip
RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]}


def read(value: object) -> Decoded:
    return decode(Payload(json.dumps(value).encode(), "value", "otlp", ()), Every(SchemaState.NO_REGISTRY))


def every(node: Node) -> list[Node]:
    return [node, *(one for child in node.children for one in every(child))]


@pytest.mark.parametrize(
    ("resources", "scopes", "records", "word"),
    [
        ("resourceSpans", "scopeSpans", "spans", "traces"),
        ("resourceLogs", "scopeLogs", "logRecords", "logs"),
        ("resourceMetrics", "scopeMetrics", "metrics", "metrics"),
        ("resourceProfiles", "scopeProfiles", "profiles", "profiles"),
    ],
)
def test_that_its_kind_and_its_moments_are_said_and_nothing_is_changed(
    resources: str, scopes: str, records: str, word: str
) -> None:
    written = {resources: [{"resource": RESOURCE, scopes: [{"scope": {"name": "my.library"}, records: [SPAN]}]}]}
    found = read(written)
    assert found.chain == (Layer("JSON"), Layer(f"OTLP {word}"))
    assert to_json(found.tree) == written
    notes = {node.name: node.note for node in every(found.tree)}
    assert notes["startTimeUnixNano"] == "2018-12-13T14:51:00.000000000Z"
    assert notes["endTimeUnixNano"] == ""  # not ended


def test_that_a_moment_of_more_digits_than_any_number_has_is_left_as_it_is() -> None:
    for digits in ("9" * 20, "9" * 21, "9" * 5_000, "²"):
        written = {"resourceSpans": [{"scopeSpans": [{"spans": [{**SPAN, "startTimeUnixNano": digits}]}]}]}
        found = read(written)
        assert to_json(found.tree) == written
        notes = {node.name: node.note for node in every(found.tree)}
        assert notes["startTimeUnixNano"] == ("5138-11-16T09:46:39.999999999Z" if len(digits) == 20 else "")


@pytest.mark.parametrize(
    "other", [{"resourceSpans": []}, {"resourceSpans": [{"spans": [SPAN]}]}, {"resourceSpans": "none"}, [SPAN]]
)
def test_that_other_json_is_left_alone(other: object) -> None:
    assert read(other).chain == (Layer("JSON"),)
