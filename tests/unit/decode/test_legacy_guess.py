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


@pytest.mark.parametrize("word", ["BMW", "MZ", "ID3", "OTTO", "GIF89a", "PAR1"])
def test_that_text_that_begins_as_a_picture_a_program_or_a_sound_would_is_text(word: str) -> None:
    text = f"{word}, přední kolo, řídítka a brzdy"
    found = likeliest(text.encode("cp1250"))
    assert found is not None
    assert text.encode("cp1250").decode(found.codec) == text
    known = clearly_likelier(f"{word}: większość części".encode("cp1250"), "cp1252", ("cp1250", "cp1252"))
    assert known is not None
    assert known.codec == "cp1250"


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
