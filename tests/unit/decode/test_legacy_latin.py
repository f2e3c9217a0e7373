"""In which old encoding a text of Latin letters is: what people write in a language is read in that language's letters."""

from random import Random

import pytest

from meshdesk.decode import chain, legacy_latin
from meshdesk.decode.contract import Payload
from meshdesk.decode.legacy_latin import BEFORE, encoding_of_latin
from meshdesk.decode.legacy_scripts import LEAST
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
WRITTEN = {
    "Zażółć gęślą jaźń, proszę": ("windows-1250", "iso-8859-2", "cp852"),
    "Twoje zamówienie zostało wysłane": ("windows-1250", "iso-8859-2", "cp852"),
    "Vaše objednávka byla úspěšně přijata": ("windows-1250", "iso-8859-2"),
    "Zboží je skladem, odešleme ho ještě dnes večer": ("windows-1250", "cp852"),
    "Megrendelését rögzítettük, hétfőn kézbesítjük": ("windows-1250", "iso-8859-2"),
    "Vaša narudžba je uspješno zaprimljena, šaljemo još večeras": ("windows-1250",),
    "Siparişiniz onaylandı, yarın teslim edilecek": ("windows-1254",),
    "Jūsu pasūtījums ir apstiprināts un tiks piegādāts rīt": ("windows-1257",),
    "Größere Lieferung für Müller: Straße gesperrt": ("cp1252", "cp850", "mac-roman"),
    "La commande a été préparée et sera livrée à Orléans": ("cp1252", "cp850"),
    "Il pacco è già partito e arriverà lunedì": ("cp1252",),
    "A encomenda não está disponível, são três dias": ("cp1252", "cp850"),
    "La comanda és a punt però no s’ha enviat": ("cp1252",),
    "Bestillingen er på vei, prøv igjen på søndag": ("cp1252",),
    "Pöntunin þín er tilbúin og verður send á morgun": ("cp1252",),
}
EACH = [(text, encoding) for text, encodings in WRITTEN.items() for encoding in encodings]


def value(data: bytes) -> Payload:
    return Payload(data, "value", "orders", ())


@pytest.mark.parametrize(("text", "encoding"), EACH)
def test_that_a_text_is_read_in_the_letters_of_its_language(text: str, encoding: str) -> None:
    sent = value(text.encode(encoding))
    decoded = chain.decode(sent, NONE)
    assert decoded.tree.text == text
    assert "guessed" in decoded.chain[0].detail
    assert chain.preview(sent, NONE, 160) == by_chain(sent, NONE, 160)


@pytest.mark.parametrize(("text", "encoding"), EACH)
def test_that_text_in_json_is_read_in_the_letters_of_its_language(text: str, encoding: str) -> None:
    sent = value(f'{{"orderId":5,"text":"{text}"}}'.encode(encoding))
    decoded = chain.decode(sent, NONE)
    assert [child.text for child in decoded.tree.children] == ["5", text]
    assert "guessed" in decoded.chain[0].detail
    assert chain.preview(sent, NONE, 160) == by_chain(sent, NONE, 160)


def test_that_words_before_the_first_letter_of_a_language_may_be_how_another_file_begins() -> None:
    before = "OTTO, sedlo, zvonek, rukavice, helma, zadni blatnik, pumpa, taska"[: BEFORE - 1]
    for text in ("BMW, přední kolo", f"id\n{before}přední kolo, řídítka"):
        assert chain.decode(value(text.encode("windows-1250")), NONE).tree.text == text


def test_that_a_long_text_is_told_by_where_its_letters_begin() -> None:
    text = "id;name\n" * 2_000 + "Twoje zamówienie zostało wysłane do Łodzi. " * 100
    assert chain.decode(value(text.encode("windows-1250")), NONE).tree.text == text


def test_that_noise_has_no_words() -> None:
    random = Random(6)
    alphabets = bytes(range(256)), bytes(range(0x20, 0x100)), bytes((*range(0x20, 0x7F), *range(0x80, 0x100)))
    taken = 0
    for number in range(9_000):
        data = bytes(random.choices(alphabets[number % 3], k=random.randint(LEAST, 60)))
        taken += encoding_of_latin(data) is not None
    assert taken <= 3  # a short one may happen to be letters and blanks


def test_that_nobody_is_asked_for_the_likeliest_encoding_of_short_bytes_that_are_words_in_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(legacy_latin, "likeliest", lambda *_: pytest.fail("it was asked"))
    assert encoding_of_latin(b"price \x80\xff 5#\xc3") is None
