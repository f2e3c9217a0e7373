"""In which old encoding text of letters that are not Latin is, where nothing declares it: by its letters alone.

Of one encoding's bytes another one makes letters, too, but other ones: words with capitals in the middle, hardly any vowels,
characters that nobody writes. So each encoding is tried, and the text must look like what people write. Where it does in several,
or only half, chardet says which (decode/legacy_guess.py); alone it has an answer for bytes that are no text, too.
"""

import codecs
import re
from collections.abc import Callable
from typing import NamedTuple

from meshdesk.decode.legacy_guess import CONTROL, SAMPLE, Found, likeliest
from meshdesk.decode.legacy_guess import ENCODINGS as LEGACY

LEAST = 16  # bytes: below it chance is too good a writer
HIGH = re.compile(rb"[\x80-\xff]")
LEAST_HIGH = 12  # bytes that are not ASCII
LEAST_LETTERS = 6  # of the script
LARGEST = 1 << 20  # bytes that are looked through
PLAIN = 0.6  # share of letters, digits and blanks, of which text is full
WORD = re.compile(r"[^\W\d_]+")
LONG = 24  # letters of a word; longer ones are of nobody's
DOUBTED = 0.5  # share of the least likeness from which it is a text if that is what the bytes are likeliest to be
CLEARLY = 1.2  # times that the likeliest encoding of a script is likelier than the next


class Script(NamedTuple):
    """What people write in one script."""

    name: str
    text: str  # pattern: letters, ASCII and what else stands in such texts
    letters: str
    likeness: Callable[[str], float]  # of a text, from 0 to 1
    least: float  # likeness from which somebody has written it
    is_strict: bool  # any bytes make some of its characters: what is doubted is none


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
    likely: dict[tuple[str, str], tuple[float, Found]] = {}  # by script and text: some encodings have the same letters
    for script, found in ENCODINGS:
        text = _decoded(sample, found.codec, is_whole=start + len(sample) == len(data))
        likeness = _likeness(text, script, plain) if text else 0.0
        if likeness >= (1.0 if script.is_strict else DOUBTED):
            likely.setdefault((script.name, text), (likeness, found))
    chosen = _clear(likely) or _one_of([each for _, each in likely.values()], sample)
    return chosen if chosen is not None and _decoded(data, chosen.codec, is_whole=True) else None


def _clear(likely: dict[tuple[str, str], tuple[float, Found]]) -> Found | None:
    """The one that needs nobody's word: of the only script that is surely written, clearly likelier than its other encodings."""
    sure = {which: each for which, each in likely.items() if each[0] >= 1.0}
    if len({script for script, _ in sure}) != 1:
        return None
    (best, chosen), *others = sorted(sure.values(), reverse=True)
    return chosen if all(best >= CLEARLY * each for each, _ in others) else None


def _one_of(likely: list[Found], sample: bytes) -> Found | None:
    """The one that is read as what is likeliest of all is."""
    guess = likeliest(sample) if likely else None
    text = _decoded(sample, guess.codec, is_whole=False) if guess else ""
    return next((found for found in likely if text and _decoded(sample, found.codec, is_whole=False) == text), None)


def _decoded(data: bytes, codec: str, is_whole: bool) -> str:
    """The text; "" where it is none. What was cut may end within a character."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(data, is_whole)
    except UnicodeDecodeError:
        return ""


def _likeness(text: str, script: "Script", plain: float) -> float:
    """How much a text is like what people write in a script; from 1 on it is, of 0 it is not."""
    if not re.fullmatch(script.text, text) or sum(map(len, re.findall(script.letters, text))) < LEAST_LETTERS:
        return 0.0
    if sum(character.isalnum() or character in " \t\r\n" for character in text) < plain * len(text):
        return 0.0
    return script.likeness(text) / script.least


# What is likely


def _share(letters: str, common: frozenset[str]) -> float:
    return sum(letter in common for letter in letters) / len(letters)


def _words(text: str, letters: str) -> list[str]:
    """Its words in a script; none at all where one is too long or has others' letters, too."""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    return words if all(re.fullmatch(letters, word) and len(word) <= LONG for word in words) else []


def _is_cased(words: list[str]) -> bool:
    """Whether words are small, have a capital at their beginning or are capitals."""
    return all(word[1:].islower() or len(word) == 1 or (word.isupper() and len(word) <= LONG // 2) for word in words)


def _ends_right(words: list[str], last: str, never: str) -> float:
    """The share of words of two letters and more in which some letters stand at the end alone, and others never do."""
    long = [word for word in words if len(word) > 1]
    right = sum(word[-1] not in never and not any(letter in last for letter in word[:-1]) for word in long)
    return right / len(long) if long else 0.0


def _cyrillic(text: str) -> float:
    """Words are in one case each and not half Latin; two letters of five are vowels."""
    words = _words(text, CYRILLIC)
    if not words or not _is_cased(words):
        return 0.0
    letters = "".join(words).lower()
    if not 0.3 < _share(letters, VOWELS) < 0.65:
        return 0.0
    # What are capitals in one encoding are small letters in another one, of which more is written.
    return _share(letters, OFTEN) * (1.0 if any(word.islower() for word in words) else 0.9)


def _greek(text: str) -> float:
    """Of small letters, and a word of several syllables has one accent, as it has had since 1982; a sigma ends as one does."""
    words = _words(text, GREEK)
    if not words or not _is_cased(words) or _ends_right(words, "ς", "σ") < MOSTLY:
        return 0.0
    long = [word for word in words if len(word) > 3 and not word.isupper()]
    return sum(len(re.findall(ACCENTED, word)) == 1 for word in long) / len(long) if long else 0.0


def _hebrew(text: str) -> float:
    """Five letters have a form of their own at the end of a word; a dozen are most of what is written."""
    words = _words(text, HEBREW)
    if not words or _ends_right(words, "ךםןףץ", "כמנפצ") < MOSTLY:
        return 0.0
    return _share("".join(words), HEBREW_OFTEN)


def _arabic(text: str) -> float:
    """Two letters stand at the end of a word alone; eight are more than half of what is written."""
    words = _words(text, ARABIC)
    if not words or _ends_right(words, "ةى", "") < MOSTLY:
        return 0.0
    return _share("".join(words), ARABIC_OFTEN)


def _thai(text: str) -> float:
    """What is written above and below stands at a consonant, and what is written before one has it behind it."""
    letters = re.findall(THAI, text)
    if not all(re.fullmatch(SYLLABLES_OF_THAI, word) for word in letters):
        return 0.0
    return _share("".join(letters), THAI_OFTEN)


def _chinese(text: str) -> float:
    return _share("".join(re.findall(HAN, text)), CHINESE)


def _japanese(text: str) -> float:
    kana = "".join(re.findall(KANA, text))
    return len(kana) / (len(kana) + len("".join(re.findall(HAN, text))))


def _korean(text: str) -> float:
    return _share("".join(re.findall(HANGUL, text)), SYLLABLES)


# As text, which re compiles when it is wanted: all of them take 10 ms, and each program that starts has somebody waiting.
CYRILLIC = "[А-Яа-яЁёІіЇїЄєҐґЎў]+"
GREEK = "[Α-Ωα-ωΆΈ-ΊΌΎΏάέ-ίόύώϊϋΐΰ]+"
ACCENTED = "[ΆΈ-ΊΌΎΏάέ-ίόύώΐΰ]"
HEBREW = "[א-ת]+"
HEBREW_OFTEN = frozenset("יוהלארתבשמםנדחע")
ARABIC = "[ء-غف-يپچژگک]+"
ARABIC_OFTEN = frozenset("اأإآليمونرتة")
THAI = "[ก-ฺเ-๎]+"
SYLLABLES_OF_THAI = "(?:[เ-ไ]?[ก-ฮ][ัิ-ฺ็-๎]{0,3}[ะาำๅ]{0,2}|[ๆฯ])+"
THAI_OFTEN = frozenset("านรอกเงมยลวดสท่้ัีิ")
MOSTLY = 0.9  # of the words; a foreign one may end as it likes
HAN = "[\u4e00-\u9fff]+"
KANA = "[\u3041-\u3096\u30a1-\u30faー]+"
HANGUL = "[가-힣]+"
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
    "显顯示包括选選项項帮幫助未错錯误誤称稱创創删刪除改保停止连連络絡服器端输輸版支持效值型参參库库档檔页頁印打编編辑輯复複制粘贴貼"
    "失败敗载載默默读讀写寫键鍵项操允录錄画畫图圖字符节節访訪束播置检檢查闭閉始启啟按钮鈕标標签籤窗视窗"
    "谢謝您九八七六零百千亿億早晚午周星钟鐘秒昨"
)
SYLLABLES = frozenset(
    "이다는에의을가고하로지은서사를기한도자그있시대리어라나인스것수아해보들전정부장일상제여과구원주성동유우소만으면조니세경방"
    "미되신문습요무선안공연금물비생오중개모관계된할했었입합드거내산업출저회위화용적마간실국되통감트배송확완료상품번호님까울별특강남"
)


def _script(
    name: str, letters: str, beside: str, likeness: Callable[[str], float], least: float, is_strict: bool = False
) -> Script:
    text = rf"[\t\r\n\x20-\x7e{letters}{beside}]+"
    return Script(name, text, f"[{letters}]+", likeness, least, is_strict)


CYRILLIC_TEXT = _script("Cyrillic", "А-Яа-яЁёІіЇїЄєҐґЎў", "«»—–…“”„’№° ", _cyrillic, 0.6)
GREEK_TEXT = _script("Greek", "Α-Ωα-ωΆΈ-ΊΌΎΏάέ-ίόύώϊϋΐΰ", "«»–—…“”‘’€΄·\xa0", _greek, 0.7)
HEBREW_TEXT = _script("Hebrew", "א-ת", "–—…“”‘’₪\xa0", _hebrew, 0.62)
ARABIC_TEXT = _script("Arabic", "ء-غف-يپچژگک", "ـً-ْ،؛؟«»–—…“”\xa0", _arabic, 0.5)
THAI_TEXT = _script("Thai", "ก-ฺเ-๎", "฿–—…“”‘’\xa0", _thai, 0.5, is_strict=True)
CHINESE_TEXT = _script(
    "Chinese", "\u4e00-\u9fff", "，。、：；？！（）《》“”‘’—…·「」　％０-９", _chinese, 0.45, is_strict=True
)
JAPANESE_TEXT = _script(
    "Japanese",
    "\u3041-\u3096\u30a1-\u30faー\u4e00-\u9fff々",
    "、。「」『』（）・：！？〜～　％０-９",
    _japanese,
    0.3,
    is_strict=True,
)
KOREAN_TEXT = _script("Korean", "가-힣", "“”‘’·…「」，．", _korean, 0.4, is_strict=True)
ENCODINGS = tuple(
    (script, LEGACY[name])
    for script, names in (
        (CYRILLIC_TEXT, ("cp1251", "koi8-u", "iso8859-5", "cp866")),
        (GREEK_TEXT, ("iso8859-7", "cp1253")),
        (HEBREW_TEXT, ("iso8859-8", "cp1255")),
        (ARABIC_TEXT, ("cp1256", "iso8859-6")),
        (THAI_TEXT, ("tis-620", "cp874")),
        (CHINESE_TEXT, ("gb18030", "big5hkscs")),
        (JAPANESE_TEXT, ("cp932", "euc_jis_2004")),
        (KOREAN_TEXT, ("cp949",)),
    )
    for name in names
)
