"""What some text is likeliest in: chardet's word for it, and no word where another one is about as likely."""

import pytest
from chardet import registry

from meshdesk.decode.legacy_guess import ENCODINGS, clearly_likelier, likeliest


@pytest.mark.parametrize("name", ["cp1250", "iso8859-2", "cp852"])
def test_that_polish_is_told_from_what_its_bytes_are_elsewhere(name: str) -> None:
    text = "Twoje zamówienie zostało wysłane, proszę czekać na kuriera"
    data = text.encode(ENCODINGS[name].codec)
    for found in (likeliest(data), clearly_likelier(data, "cp1252")):
        assert found is not None
        assert data.decode(found.codec) == text


def test_that_what_is_about_as_likely_is_not_clearly_likelier() -> None:
    assert (
        clearly_likelier("La réponse est déjà partie à Genève".encode("cp1252"), "cp1252", ("cp1252", "cp1250")) is None
    )
    assert clearly_likelier("Größere Lieferung für Müller".encode("cp1252"), "cp1252") is None


def test_that_bytes_that_are_no_text_in_any_of_them_have_none() -> None:
    assert likeliest(bytes(range(32)) * 4) is None


@pytest.mark.parametrize("name", ENCODINGS)
def test_that_chardet_and_python_know_each_encoding(name: str) -> None:
    assert "a".encode(ENCODINGS[name].codec) == b"a"
    assert name in registry.REGISTRY


def test_that_nothing_is_said_aloud_where_no_encoding_fits() -> None:
    assert likeliest(b"\x81\xff\xfe plain", ["iso8859-6"]) is None
