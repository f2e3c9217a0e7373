"""In which old encoding text of Cyrillic, Chinese, Japanese or Korean letters is, where nothing declares it: by its letters alone.

Of one encoding's bytes another one makes letters, too, but other ones: words with capitals in the middle, hardly any vowels,
characters that nobody writes. So each encoding is tried, and the text must look like what people write, in one script only and in no
other encoding. charset-normalizer 3.5, which was tried for this, takes KOI8-R of 22 bytes for Shift_JIS and GB18030 of 20 for
Korean (measured 2026-11): it is made for pages, and values are short.
"""

import codecs
import re
from collections.abc import Callable
from typing import NamedTuple

LEAST = 16  # bytes: below it chance is too good a writer
SAMPLE = 512  # bytes that are looked at, from the first on that is not ASCII: a list of long ones takes 25 ms (measured 2026-11)
HIGH = re.compile(rb"[\x80-\xff]")
LEAST_HIGH = 12  # bytes that are not ASCII
LEAST_LETTERS = 6  # of the script
LARGEST = 1 << 20  # bytes that are looked through
PLAIN = 0.6  # share of letters, digits and blanks, of which text is full
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
WORD = re.compile(r"[^\W\d_]+")
LONG = 24  # letters of a word; longer ones are of nobody's
CLEARLY = 1.2  # times that the likeliest encoding of a script is likelier than the next


class Script(NamedTuple):
    """What people write in one script."""

    name: str
    text: re.Pattern[str]  # letters, ASCII and what else stands in such texts
    letters: re.Pattern[str]
    likeness: Callable[[str], float]  # of a text, from 0 to 1
    least: float  # likeness below which nobody has written it


class Found(NamedTuple):
    """An encoding, by the name that people know and by Python's."""

    name: str
    codec: str


def encoding_of_script(data: bytes, plain: float = PLAIN) -> Found | None:
    """The encoding in which some bytes are text; None where they are not, or where it could be another one as well. `plain` is
    the least share of letters, digits and blanks in it, which in JSON is smaller."""
    if not LEAST <= len(data) <= LARGEST or CONTROL.search(data):
        return None
    first = HIGH.search(data)
    start = first.start() if first else len(data)
    sample = data[start : start + SAMPLE]
    if len(HIGH.findall(sample)) < LEAST_HIGH:
        return None
    likely: dict[str, list[tuple[float, Found]]] = {}
    for script, found in ENCODINGS:
        text = _decoded(sample, found.codec, is_whole=start + len(sample) == len(data))
        likeness = _likeness(text, script, plain) if text else 0.0
        if likeness:
            likely.setdefault(script.name, []).append((likeness, found))
    if len(likely) != 1:
        return None
    ((best, chosen), *others) = sorted(*likely.values(), reverse=True)
    if any(best < CLEARLY * other for other, _ in others) or not _decoded(data, chosen.codec, is_whole=True):
        return None
    return chosen


def _decoded(data: bytes, codec: str, is_whole: bool) -> str:
    """The text; "" where it is none. What was cut may end within a character."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(data, is_whole)
    except UnicodeDecodeError:
        return ""


def _likeness(text: str, script: "Script", plain: float) -> float:
    """How much a text is like what people write in a script; 0 where it is not."""
    if not script.text.fullmatch(text) or sum(map(len, script.letters.findall(text))) < LEAST_LETTERS:
        return 0.0
    if sum(character.isalnum() or character in " \t\r\n" for character in text) < plain * len(text):
        return 0.0
    likeness = script.likeness(text)
    return likeness if likeness >= script.least else 0.0


# What is likely


def _share(letters: str, common: frozenset[str]) -> float:
    return sum(letter in common for letter in letters) / len(letters)


def _cyrillic(text: str) -> float:
    """Words are small, have a capital at their beginning or are capitals, and are not half Latin; two letters of five are vowels."""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    if not all(CYRILLIC.fullmatch(word) and len(word) <= LONG for word in words):
        return 0.0
    if not all(word[1:].islower() or len(word) == 1 or (word.isupper() and len(word) <= LONG // 2) for word in words):
        return 0.0
    letters = "".join(words).lower()
    if not 0.3 < _share(letters, VOWELS) < 0.65:
        return 0.0
    # What are capitals in one encoding are small letters in another one, of which more is written.
    return _share(letters, OFTEN) * (1.0 if any(word.islower() for word in words) else 0.9)


def _chinese(text: str) -> float:
    return _share("".join(HAN.findall(text)), CHINESE)


def _japanese(text: str) -> float:
    kana = "".join(KANA.findall(text))
    return len(kana) / (len(kana) + len("".join(HAN.findall(text))))


def _korean(text: str) -> float:
    return _share("".join(HANGUL.findall(text)), SYLLABLES)


CYRILLIC = re.compile("[А-Яа-яЁёІіЇїЄєҐґЎў]+")
HAN = re.compile("[\u4e00-\u9fff]+")
KANA = re.compile("[\u3041-\u3096\u30a1-\u30faー]+")
HANGUL = re.compile("[가-힣]+")
VOWELS = frozenset("аеёиоуыэюяіїєў")
OFTEN = frozenset("оеаинтсрвлкмдпуяі")  # 85 of 100 letters of Russian, fewer of its neighbours
# Characters of which every second one is in what people write of goods, orders, places, people and days; those of both forms.
CHINESE = frozenset(
    "的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着下自之年过過发發后後作"
    "里用道行所然家种種事成方多经經么法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心本前开開但因只从從想实實"
    "日月者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并物手应應向头頭文体體"
    "政美相见見被利什二等产產或新己制身果加西斯话話合回特代内信表化老给給世位次度门門任常先海通教儿原东東声聲提立及比员員解水名真论"
    "論处處走义義各入几幾口认認条條平系气氣题題活尔更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计"
    "計管期市直德资資命山金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書非则則听白却界达達光放强強即像难難且权權思王"
    "完设設式色路记記南品住告类類求据據程北边邊死张張该該交规規万萬取拉格望觉覺领共确確传傳师師观觀清今切院让讓识識候带帶导導争運运"
    "订訂单單收货貨付款价價格元购購买買卖賣客户戶商店送址号號姓址街村县縣省京广廣州仓倉库庫存退换換备備注註费費用税稅票张码碼请請"
    "谢謝您九八七六零百千亿億早晚午周星钟鐘秒昨"
)
SYLLABLES = frozenset(
    "이다는에의을가고하로지은서사를기한도자그있시대리어라나인스것수아해보들전정부장일상제여과구원주성동유우소만으면조니세경방"
    "미되신문습요무선안공연금물비생오중개모관계된할했었입합드거내산업출저회위화용적마간실국되통감트배송확완료상품번호님까울별특강남"
)


def _script(name: str, letters: str, beside: str, likeness: Callable[[str], float], least: float) -> Script:
    text = re.compile(rf"[\t\r\n\x20-\x7e{letters}{beside}]+")
    return Script(name, text, re.compile(f"[{letters}]+"), likeness, least)


CYRILLIC_TEXT = _script("Cyrillic", "А-Яа-яЁёІіЇїЄєҐґЎў", "«»—–…“”„’№° ", _cyrillic, 0.6)
CHINESE_TEXT = _script("Chinese", "\u4e00-\u9fff", "，。、：；？！（）《》“”‘’—…·「」　％０-９", _chinese, 0.45)
JAPANESE_TEXT = _script(
    "Japanese", "\u3041-\u3096\u30a1-\u30faー\u4e00-\u9fff々", "、。「」『』（）・：！？〜～　％０-９", _japanese, 0.3
)
KOREAN_TEXT = _script("Korean", "가-힣", "“”‘’·…「」，．", _korean, 0.4)
ENCODINGS = (
    (CYRILLIC_TEXT, Found("windows-1251", "cp1251")),
    (CYRILLIC_TEXT, Found("KOI8-R", "koi8_u")),  # of which it is a part
    (CYRILLIC_TEXT, Found("ISO-8859-5", "iso8859_5")),
    (CYRILLIC_TEXT, Found("IBM866", "cp866")),
    (CHINESE_TEXT, Found("GB18030", "gb18030")),
    (CHINESE_TEXT, Found("Big5", "big5hkscs")),
    (JAPANESE_TEXT, Found("Shift_JIS", "cp932")),
    (JAPANESE_TEXT, Found("EUC-JP", "euc_jp")),
    (KOREAN_TEXT, Found("EUC-KR", "cp949")),
)
