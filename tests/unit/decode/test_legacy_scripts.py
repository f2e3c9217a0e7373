"""In which old encoding a text is: what people wrote is known by its letters, and nothing else is taken for text."""

from pathlib import Path
from random import Random

import pytest

from meshdesk.decode import chain
from meshdesk.decode.contract import Payload
from meshdesk.decode.legacy_guess import SAMPLE
from meshdesk.decode.legacy_scripts import LEAST, encoding_of_script
from meshdesk.model.schema import SchemaState
from tests.together import all_hold
from tests.unit.decode.golden import NAMED, case, payload
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
WRITTEN = {
    "Привет, мир, как дела?": ("windows-1251", "koi8-r", "iso-8859-5", "ibm866"),
    "Заказ принят. Доставка завтра в 12 часов, улица Ленина, дом 5.": (
        "windows-1251",
        "koi8-r",
        "iso-8859-5",
        "ibm866",
    ),
    "Order 17: товар «Чайник» отправлен": ("windows-1251",),
    "ЗАКАЗ ПРИНЯТ И БУДЕТ ДОСТАВЛЕН": ("windows-1251", "koi8-r"),
    "Замовлення прийнято, доставка завтра, вулиця Шевченка": ("windows-1251",),
    "订单已确认送达北京市": ("gb18030",),
    "订单已确认，将于明天送达。地址：北京市海淀区中关村大街一号。": ("gb18030", "gbk"),
    "訂單已確認，將於明天送達。地址：臺北市中正區重慶南路一段": ("big5",),
    "ご注文を承りました。明日お届けします。東京都渋谷区神南一丁目": ("shift_jis", "euc-jp"),
    "주문이 확인되었습니다. 내일 배송됩니다. 서울특별시 강남구": ("euc-kr",),
    "Η παραγγελία σας είναι έτοιμη για αποστολή": ("iso-8859-7",),
    "Καλημέρα, τι κάνετε; Λεωφόρος Κηφισίας 15, Αθήνα": ("iso-8859-7",),
    "Άλλη μία παραγγελία θα παραδοθεί αύριο": ("windows-1253",),
    "ההזמנה שלך מוכנה למשלוח": ("iso-8859-8",),
    "שלום עולם, מה שלומך היום?": ("iso-8859-8",),
    "הזמנה 17: המשלוח יגיע מחר, ₪120 לתשלום": ("windows-1255",),
    "طلبك جاهز للشحن اليوم": ("windows-1256", "iso-8859-6"),
    "تم تأكيد الطلب وسيتم التسليم غدا": ("windows-1256", "iso-8859-6"),
    "คำสั่งซื้อของคุณพร้อมจัดส่ง": ("tis-620",),
}
EACH = [(text, encoding) for text, encodings in WRITTEN.items() for encoding in encodings]


def value(data: bytes) -> Payload:
    return Payload(data, "value", "orders", ())


@pytest.mark.parametrize(("text", "encoding"), EACH)
def test_that_the_letters_of_a_text_tell_its_encoding(text: str, encoding: str) -> None:
    sent = value(text.encode(encoding))
    decoded = chain.decode(sent, NONE)
    assert decoded.tree.text == text
    assert decoded.format.lower() == {"gbk": "gb18030"}.get(encoding, encoding)
    assert decoded.chain[0].detail == "guessed from its letters"
    assert chain.preview(sent, NONE, 160) == by_chain(sent, NONE, 160)


@pytest.mark.parametrize(("text", "encoding"), EACH)
def test_that_the_letters_of_json_tell_its_encoding(text: str, encoding: str) -> None:
    sent = value(f'{{"id":5,"text":"{text}"}}'.encode(encoding))
    decoded = chain.decode(sent, NONE)
    assert [child.text for child in decoded.tree.children] == ["5", text]
    assert "guessed from its letters" in decoded.chain[0].detail
    assert chain.preview(sent, NONE, 160) == by_chain(sent, NONE, 160)


def test_that_a_long_text_is_told_by_its_beginning_and_read_to_its_end() -> None:
    text = "Заказ принят, доставка завтра. " * 300
    data = text.encode("koi8-r")
    assert len(data) > 2 * SAMPLE
    assert chain.decode(value(data), NONE).tree.text == text
    late = b"id,name\r\n" * 2_000 + data  # and what is ASCII tells nothing
    assert chain.decode(value(late), NONE).tree.text.endswith(text)
    wide = ("订单已确认送达北京市" * 500).encode("gb18030")
    found = encoding_of_script(b"a" + wide)  # the sample ends within a character
    assert found is not None
    assert encoding_of_script(b"a" + wide[:-1]) is None


@pytest.mark.parametrize(
    "data",
    [
        "Привет, мир".encode("windows-1251"),  # too short
        "Привет, мир, как дела?\0".encode("windows-1251"),
        "прИвет мИр КаК деЛа Что".encode("windows-1251"),
        "Grüße aus München und Österreich".encode("latin-1"),
        "Η παραγγελια επιβεβαιωθηκε και θα παραδοθει".encode(
            "iso-8859-7"
        ),  # without an accent it could be others' letters
        "Привет, мир, как дела?".encode()[:-1],  # UTF-8, torn
    ],
)
def test_that_what_is_not_clear_has_no_encoding(data: bytes) -> None:
    assert encoding_of_script(data) is None


def test_that_noise_is_no_text() -> None:
    random = Random(8)
    alphabets = bytes(range(256)), bytes(range(0x20, 0x100)), bytes(range(0xA0, 0x100))
    for number in range(9_000):
        data = bytes(random.choices(alphabets[number % 3], k=random.randint(LEAST, 60)))
        assert encoding_of_script(data) is None, data


def test_that_no_real_payload_turns_into_text() -> None:
    def check(path: Path) -> None:
        said = case(path)
        for role in ("key", "value"):
            data = payload(said, role).data or b""
            if len(data) < 1 << 20 and "charset" not in path.stem:
                for at in range(0, min(len(data), 24), 3):
                    assert encoding_of_script(data[at:]) is None

    all_hold(check, NAMED)
