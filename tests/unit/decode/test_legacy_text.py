"""Text in an old encoding: what a person wrote is read, and what is no text is not."""

import struct
import uuid
from random import Random

import pytest

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Decoded, Payload
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every


def read(data: bytes, *headers: tuple[str, bytes | None]) -> Decoded:
    return decode(Payload(data, "value", "orders", headers), Every(SchemaState.NO_REGISTRY))


@pytest.mark.parametrize(
    "text",
    [
        "Grüße",
        "Lieferung für Müller & Söhne, Straße 5",
        "à la carte, déjà vu",
        "Œuvre à 5 €",
        "señor: ¿qué?",
        "„Zitat“ – so",
    ],
)
def test_that_text_of_western_europe_is_read(text: str) -> None:
    decoded = read(text.encode("cp1252"))
    assert decoded.tree.text == text
    assert decoded.format in ("ISO-8859-1", "windows-1252")
    assert decoded.chain[0].detail == "guessed"


def test_that_what_no_person_wrote_is_no_text() -> None:
    random = Random(5)
    assert read(b"price \x80\xff 5 \xc3").format == "bytes"
    assert read("Grüße".encode()[:3] + "ü".encode() * 3 + b"\xff").format == "bytes"
    assert read(struct.pack(">f", -1.5)).format == "float32"
    identifiers = (uuid.UUID(int=random.getrandbits(128)).bytes for _ in range(1_000))
    noise = (random.randbytes(random.randint(5, 60)) for _ in range(1_000))
    formats = [read(data).format for data in (*identifiers, *noise)]
    assert sum(one in ("ISO-8859-1", "windows-1252") for one in formats) <= 2


@pytest.mark.parametrize(
    ("header", "charset", "text"),
    [
        ("content-type", "shift_jis", "東京"),
        ("Content-Type", "koi8-r", "Привет"),
        ("contentType", "windows-1251", "Привет, мир"),
        ("content-type", "utf-16le", "東京"),
        ("content-type", "iso-8859-15", "5 €"),
    ],
)
def test_that_the_encoding_that_a_header_declares_is_the_text_s(header: str, charset: str, text: str) -> None:
    decoded = read(text.encode(charset), (header, f'text/plain; charset="{charset}"'.encode()))
    assert decoded.tree.text == text


def test_that_json_has_the_encoding_that_is_declared() -> None:
    data = '{"name": "Grüße"}'.encode("latin-1")
    assert read(data, ("content-type", b"application/json; charset=ISO-8859-1")).tree.children[0].text == "Grüße"


@pytest.mark.parametrize(
    "declared", [b"text/plain; charset=rot13", b"text/plain; charset=unicode_escape", b"text/plain; charset=utf-7x"]
)
def test_that_a_declared_encoding_that_is_none_changes_nothing(declared: bytes) -> None:
    assert read("Grüße".encode(), ("content-type", declared)).tree.text == "Grüße"


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "utf-32", "utf-16"])
def test_that_wide_text_is_read_with_and_without_a_mark(encoding: str) -> None:
    assert read("Lieferung".encode(encoding)).tree.text == "Lieferung"
