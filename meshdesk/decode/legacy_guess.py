"""Which of the old encodings some text is most likely in, by what people write in each language: chardet says it.

It always has an answer, also for bytes that are no text: what it names is a guess to be held against the letters.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

SAMPLE = 512  # bytes that are looked at, about from the first on that is not ASCII: a list of long ones takes 25 ms (measured 2026-11)
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # what no text has


class Found(NamedTuple):
    """An encoding, by the name that people know and by Python's."""

    name: str
    codec: str


# By chardet's names.
ENCODINGS = {
    "cp1250": Found("windows-1250", "cp1250"),
    "cp1251": Found("windows-1251", "cp1251"),
    "cp1252": Found("windows-1252", "cp1252"),
    "cp1253": Found("windows-1253", "cp1253"),
    "cp1254": Found("windows-1254", "cp1254"),
    "cp1255": Found("windows-1255", "cp1255"),
    "cp1256": Found("windows-1256", "cp1256"),
    "cp1257": Found("windows-1257", "cp1257"),
    "iso8859-2": Found("ISO-8859-2", "iso8859_2"),
    "iso8859-5": Found("ISO-8859-5", "iso8859_5"),
    "iso8859-6": Found("ISO-8859-6", "iso8859_6"),
    "iso8859-7": Found("ISO-8859-7", "iso8859_7"),
    "iso8859-8": Found("ISO-8859-8", "iso8859_8"),
    "koi8-u": Found("KOI8-R", "koi8_u"),  # of which it is a part
    "cp850": Found("IBM850", "cp850"),
    "cp852": Found("IBM852", "cp852"),
    "cp866": Found("IBM866", "cp866"),
    "mac-roman": Found("macintosh", "mac_roman"),
    "tis-620": Found("TIS-620", "tis_620"),
    "cp874": Found("windows-874", "cp874"),
    "gb18030": Found("GB18030", "gb18030"),
    "big5hkscs": Found("Big5", "big5hkscs"),
    "cp932": Found("Shift_JIS", "cp932"),
    "euc_jis_2004": Found("EUC-JP", "euc_jp"),
    "cp949": Found("EUC-KR", "cp949"),
}
BEFORE_WORDS = b" "  # without it chardet takes text that begins with BM, MZ or ID3 for a picture, a program or a sound
NONE = "ascii"  # what chardet is to say where it is none of them
CLEARLY = (
    1.3  # times that another reading must be likelier: French and Catalan come to 1.25 now and then (measured 2026-11)
)


def likeliest(data: bytes, among: Iterable[str] = ENCODINGS) -> Found | None:
    """The encoding that some bytes are most likely text in, of those that are named; None where it is none of them."""
    return ENCODINGS.get(max(scores, key=lambda name: scores[name])) if (scores := _scores(data, among)) else None


def clearly_likelier(data: bytes, known: str, among: Iterable[str] = ENCODINGS) -> Found | None:
    """The likeliest one, where it is clearly likelier than a known one, by its name of chardet's; else None."""
    scores = _scores(data, among)
    best = max(scores, key=lambda name: scores[name], default=known)
    return ENCODINGS.get(best) if scores.get(best, 0.0) > CLEARLY * scores.get(known, 0.0) else None


def _scores(data: bytes, among: Iterable[str]) -> dict[str, float]:
    import chardet  # 40 MB of what people write, which few need

    found = chardet.detect_all(
        BEFORE_WORDS + data,
        include_encodings=(*among, NONE),
        compat_names=False,
        no_match_encoding=NONE,
        ignore_threshold=True,
    )
    return {each["encoding"]: each["confidence"] for each in found if each["encoding"] in ENCODINGS}
