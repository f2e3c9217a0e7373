"""Lines of JSON without a tree: held against the decoder."""

import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import json_line, quick
from meshdesk.decode.chain import preview
from meshdesk.decode.contract import Payload
from meshdesk.decode.line import Unlisted
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import Named, by_chain
from tests.unit.model.trees import TEXTS, VALUES

NONE = Named(SchemaState.NO_REGISTRY)


def value(data: bytes) -> Payload:
    return Payload(data, "value", "orders", ())


@given(st.lists(VALUES, max_size=4) | st.dictionaries(TEXTS, VALUES, max_size=6), st.integers(1, 160), st.booleans())
def test_that_a_line_is_that_of_the_tree(said: Any, limit: int, is_ascii: bool) -> None:
    sent = value(json.dumps(said, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass"))
    found = quick.preview(sent, NONE, limit)
    assert found is None or found == by_chain(sent, NONE, limit)


@given(
    st.dictionaries(TEXTS | st.sampled_from(["op", "payload", "id"]), VALUES, max_size=6), st.sampled_from([80, 160])
)
def test_that_a_document_that_was_compressed_is_shown_as_the_chain_shows_it(said: Any, limit: int) -> None:
    sent = value(zlib.compress(json.dumps(said).encode()))
    assert preview(sent, NONE, limit) == by_chain(sent, NONE, limit)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=2), min_size=1, max_size=4),
    st.sampled_from(
        ["\n", "\r\n", " ", "\n\n", ",\n", "\n\ufeff", "\n1\n", '\n"a'],
    ),
    st.sampled_from(["", "\ufeff", " "]),
)
def test_that_documents_line_by_line_are_shown_as_the_chain_shows_them(
    said: list[Any], between: str, mark: str
) -> None:
    sent = value((mark + between.join(json.dumps(one) for one in said) + between).encode())
    assert preview(sent, NONE, 160) == by_chain(sent, NONE, 160)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.binary(max_size=3), st.integers(0, 40))
def test_that_a_document_that_was_changed_is_shown_as_the_chain_shows_it(said: Any, noise: bytes, at: int) -> None:
    data = json.dumps(said).encode()
    sent = value(data[:at] + noise + data[at:])
    if sent.data:
        found = quick.preview(sent, NONE, 160)
        assert found is None or found == by_chain(sent, NONE)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '{"n": 9223372036854775808123, "f": 1e+21, "neg": -0, "nan": NaN}',
            "n 9223372036854775808123 f 1e+21 neg -0 nan NaN",
        ),
        ('{"a": 1, "a": 2}', "a 1 a 2"),
        ('{"a": {"b": {"c": 5}}, "e": {}, "l": []}', "a { b {…} } e {} l []"),
        ('{"l": [1, "x", null], "m": [1, 2, 3, 4], "o": [{}]} \n', "l [ 1 x null ] m [4] o [1]"),
        ('[1, [2], {"a": true}]', "[3] 1 [ 2 ] { a true }"),
        ('{"": ""}', '"" ""'),
        ('{"a": {"op": "c"}, "b": ["op"]}', "a { op c } b [ op ]"),
        ("[]", "[]"),
        ("{}", "{}"),
        ('{"a": 1}\r\n{"b": "c"}\n\n5\n', "[3] { a 1 } { b c } 5"),
        ('\ufeff{"a": 1}', "a 1"),
    ],
)
def test_that_a_line_is_exact(text: str, line: str) -> None:
    found = quick.preview(value(text.encode()), NONE, 160)
    assert found is not None
    assert (found.text, found) == (line, by_chain(value(text.encode()), NONE))


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1} {"b": 2}',
        b'{"a": "\x01"}',
        b'{"a": 1,}',
        b"[" * 201 + b"]" * 201,
        b"[" * 100_000,
        '{"a": 1}'.encode("utf-16-le"),
    ],
)
def test_that_what_is_not_plain_is_left_to_the_chain(data: bytes) -> None:
    assert quick.preview(value(data), NONE, 160) is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"specversion": "1.0", "id": "1", "source": "a", "type": "b"}',
        b'{"inner": {"op": "in it"}, "op": "c"}',
        b'{"long": "' + b"A" * 200 + b'", "op": "c"}',
    ],
)
def test_that_an_event_is_no_plain_document_wherever_it_says_so(data: bytes) -> None:
    with pytest.raises(Unlisted):
        json_line.read(data, 0, 160)


def test_that_no_more_names_are_kept_than_a_mesh_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_line, "NAMES", 5)
    for number in range(20):
        assert quick.preview(value(json.dumps({f"name {number}": 1}).encode()), NONE, 160) is not None
        assert len(json_line._names) <= 5
