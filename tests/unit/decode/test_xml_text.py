"""XML: what stands in a document is in the tree, against ElementTree; attacks are shown and not obeyed."""

import io
from time import process_time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.xml_text import decode as decode_xml
from meshdesk.model.node import Node, count_of
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.values import spanned

NONE = Every(SchemaState.NO_REGISTRY)
NAMES = st.sampled_from(["order", "line", "a", "Größe", "x-1", "{urn:shop}order", "{urn:pay}amount"])
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"), max_size=20
)


def element(name: str, attributes: dict[str, str], text: str, children: list[ET.Element]) -> ET.Element:
    made = ET.Element(name, attributes)
    made.text = text if text.strip() else None
    made.extend(children)
    return made


ELEMENTS = st.recursive(
    st.builds(element, NAMES, st.dictionaries(NAMES, TEXTS, max_size=3), TEXTS, st.just([])),
    lambda inner: st.builds(
        element, NAMES, st.dictionaries(NAMES, TEXTS, max_size=3), TEXTS, st.lists(inner, max_size=4)
    ),
    max_leaves=12,
)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return decode_xml(Payload(data, "value", "orders", ()), data, NONE, bounds)


def says(node: Node, written: ET.Element) -> bool:
    local = node.name.rpartition(":")[2]
    attributes = {
        (f"{{{part.note}}}" if part.note else "") + part.name[1:].rpartition(":")[2]: part.text
        for part in node.children
        if part.name.startswith("@") and part.note != "namespace"
    }
    inner = [part for part in node.children if part.name[:1] not in "@#"]
    text = node.text or "".join(part.text for part in node.children if part.name == "#text")
    return (
        written.tag == (f"{{{node.note}}}{local}" if node.note else local)
        and attributes == written.attrib
        and text == (written.text or "")
        and len(inner) == len(written)
        and all(map(says, inner, written))
    )


@given(ELEMENTS, st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
def test_that_a_document_is_in_the_tree(written: ET.Element, encoding: str) -> None:
    file = io.BytesIO()
    ET.ElementTree(written).write(file, encoding, xml_declaration=True)
    decoded = decode(Payload(file.getvalue(), "value", "orders", ()), NONE)
    assert decoded.format == "XML"
    assert says(decoded.tree.children[0], ET.fromstring(file.getvalue()))


def test_that_mixed_text_keeps_its_place_and_indentation_is_none() -> None:
    root = read(b"<p>\n one <b>two</b> three\n</p>").tree.children[0]
    assert [(part.name, part.text) for part in root.children] == [
        ("#text", "\n one "),
        ("b", "two"),
        ("#text", " three\n"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><o>&b;</o>',
        b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/hostname">]><o>&x;</o>',
        '<!DOCTYPE o [<!ENTITY a "ha">]><o>&a;</o>'.encode("utf-16"),
    ],
)
def test_that_entities_are_shown_and_never_expanded(data: bytes) -> None:
    decoded = read(data)
    assert decoded.tree.kind == "string"
    assert "<!ENTITY" in decoded.tree.text
    assert "never expanded" in decoded.chain[0].detail


def test_that_a_document_type_elsewhere_is_not_fetched() -> None:
    assert read(b'<!DOCTYPE o SYSTEM "http://127.0.0.1:1/o.dtd"><o>1</o>').tree.children[0].text == "1"


@pytest.mark.parametrize(
    "data",
    [
        b"<",
        b"<p>not closed",
        b"< 5 and > 3",
        b"<a></b>",
        b"<a>&unknown;</a>",
        b'<?xml version="1.0" encoding="none"?><a/>',
    ],
)
def test_that_what_is_no_xml_is_text(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read(data)
    assert decode(Payload(data, "value", "orders", ()), NONE).format == "text"


def test_that_a_name_is_of_the_namespace_that_is_named_nearest_around_it() -> None:
    data = b'<r xmlns="u:r" xmlns:a="u:a"><a:b xmlns:a="u:b" a:c="1"><d xmlns=""/></a:b><a:e xml:lang="cs"/></r>'
    root = read(data).tree.children[0]
    notes = {root.name: root.note} | {part.name: part.note for each in root.children for part in (each, *each.children)}
    lang = "http://www.w3.org/XML/1998/namespace"
    assert {name: notes[name] for name in ("r", "a:b", "@a:c", "d", "a:e", "@xml:lang")} == {
        "r": "u:r", "a:b": "u:b", "@a:c": "u:b", "d": "", "a:e": "u:a", "@xml:lang": lang,
    }  # fmt: skip


def test_that_elements_with_namespaces_within_many_others_take_no_longer_for_these() -> None:
    around = " ".join(f'xmlns:a{number}="u"' for number in range(30_000))
    inside = '<b xmlns:c="u"/>' * 30_000
    data = f"<r {around}>{inside}</r>".encode()
    began = process_time()
    assert count_of(read(data).tree.children[0]) == 60_000
    assert process_time() - began < 2  # s, which a screen of rows has; with all of them kept for each it takes 5


def test_that_bounds_hold_and_what_is_left_out_is_counted() -> None:
    data = b"<all>" + b"<one><two>x</two></one>" * 1_000 + b"</all>"
    for bounds in (Bounds(nodes=20), Bounds(width=7)):
        tree = read(data, bounds).tree
        assert count_of(tree.children[0]) == 1_000
        assert sum(1 for node in spanned(tree) if node.kind != "more") <= 20
        assert tree.children[0].children[0].children[0].text == "x"
    with pytest.raises(Undecodable, match="nested deeper"):
        read(b"<a>" * 300 + b"</a>" * 300)
