"""In which old encoding text of Latin letters is, where nothing declares it: by the alphabets of the languages that people write.

Any bytes are text in ISO 8859-1. So control characters decline, and so do words that are half of letters with signs, or
in which a capital follows a small letter, as in UTF-8 that was read wrong. What another encoding makes of bytes are letters of
several languages at once, and signs in the middle of words: then it is what it is likeliest to be, where that has words.
"""

import re

from meshdesk.decode.legacy_guess import CONTROL, ENCODINGS, SAMPLE, Found, clearly_likelier, likeliest

LEAST = 5  # bytes: shorter ones are numbers
LONG = 12  # bytes from which also quotes and dashes alone may be what is not ASCII
PLAIN = 0.7  # share of letters, digits and blanks in a text
LEAST_LIKELY = 12  # bytes: of fewer nothing is likelier than what Western Europe writes
LARGEST = 1 << 20  # bytes that are looked through
# Encodings of Latin letters, as Python calls them.
LATIN = frozenset(["cp1250", "cp1252", "cp1254", "cp1257", "iso8859_2", "cp850", "cp852", "mac_roman"])
OTHERS = tuple(one for one in ENCODINGS.values() if one.codec in LATIN and one.codec != "cp1252")
LATIN_TEXT = re.compile("[\t\r\n\x20-\x7e\xa0-\xac\xae-\xff\u0100-\u024f\u2010-\u2026\u2030\u2039\u203a€™]+")
ANYWAY = re.compile("[\x00-\x7fäöüßéÄÖÜ]*")  # these letters are the same in those that are as likely
# Tab, line ends, printable ASCII, what Windows-1252 has of quotes, dashes and letters, and the signs and letters that are written.
POSSIBLE = re.compile(
    rb"[\t\r\n\x20-\x7e\x80\x82\x84\x85\x8a\x8c\x8e\x91-\x97\x99\x9a\x9c\x9e"
    rb"\xa0\xa1\xa3\xa7\xa9\xab\xad\xae\xb0\xb2\xb3\xb5\xb7\xb9\xbb-\xd6\xd8-\xf6\xf8-\xfe]+"
)
HIGH = bytes(range(0x80, 0x100))
FIRST_HIGH = re.compile(rb"[\x80-\xff]")
BEFORE = 64  # bytes before the first one that is not ASCII: they tell the language, too
WORD = re.compile(r"[^\W\d_]+")
ALONE = frozenset("àáâéèêíóôöøåæúùÀÁÉÍÓÖØÅÆÚ")  # words of one letter
# Letters that are not ASCII, of the languages that ISO 8859-1 and Windows-1252 are used for, loans included.
WESTERN = {
    "Catalan": "àçèéíïòóúü",
    "Danish, Norwegian": "æøåéèêòôóüäö",
    "Dutch": "áéèëïíóöüû",
    "Estonian": "äõöüšž",
    "Finnish, Swedish": "åäöéüáà",
    "French": "àâçéèêëîïôœùûüÿ",
    "German": "äöüßéèà",
    "Icelandic": "áðéíóúýþæö",
    "Irish, Gaelic": "áéíóúàèìòù",
    "Italian": "àèéìíîòóùú",
    "Portuguese": "áâãàçéêíóôõúü",
    "Spanish": "áéíñóúü",
}
ALPHABETS = [frozenset(letters) for letters in WESTERN.values()]
# What none of them writes: a cedilla before a consonant or a bright vowel, a tilde where Portuguese has none, and a thorn or an eth
# beside no vowel with an accent, which Turkish in ISO 8859-9 looks like.
STRANGE = re.compile("ç[b-df-hj-np-tv-zeiüö]|[aeiou]õ|õ[^eäöüõ]|ã[^oeisnm]")
ICELANDIC, ACCENTED = frozenset("ýþð"), frozenset("áéíóúæö")
# Signs between two letters but apostrophes, hyphens, dashes and dots, and those that no word begins or ends with.
LETTER = r"[^\W\d_]"
SIGNS = re.compile(
    rf"{LETTER}[^\w\s\x00-\x7f’‐‑–—·\xad]{LETTER}|{LETTER}[\xa0²³¹]{LETTER}"
    rf"|{LETTER}[¢¤¦¨¬¯¸¼½¾¿¡„‚ˆ˜]|[¢¤¦¨¬¯´¸¹²³¼½¾†‡ˆ˜]{LETTER}"
)


def encoding_of_latin(data: bytes, plain: float = PLAIN) -> Found | None:
    """The encoding, where the bytes are words of Latin letters in one. `plain` is the least share of letters, digits and blanks,
    which in JSON is smaller; its names are words of nobody's."""
    if not LEAST <= len(data) <= LARGEST or CONTROL.search(data) or len(data.translate(None, HIGH)) < 0.6 * len(data):
        return None
    western = data.decode("cp1252") if POSSIBLE.fullmatch(data) else ""
    if western and not _are_words(western, plain):
        western = ""
    if len(data) >= LEAST_LIKELY and not (western and ANYWAY.fullmatch(western)) and (western or _may_be(data, plain)):
        first = FIRST_HIGH.search(data)
        start = max(first.start() - BEFORE, 0) if first else 0
        sample = data[start : start + SAMPLE]
        is_known = bool(western) and _is_western(western)
        found = clearly_likelier(sample, "cp1252", LATIN) if is_known else likeliest(sample, LATIN)
        if found is not None and found.codec != "cp1252" and _is_latin(data, found, plain):
            return found
    return Found(western_name(data), "cp1252") if western else None


def _may_be(data: bytes, plain: float) -> bool:
    """A glance, where it is short: whether any of the encodings has words for it. To ask which is likeliest takes 180 us."""
    return len(data) > SAMPLE or any(_is_latin(data, one, plain) for one in OTHERS)


def _is_latin(data: bytes, found: Found, plain: float) -> bool:
    try:
        text = data.decode(found.codec)
    except UnicodeDecodeError:
        return False
    return bool(LATIN_TEXT.fullmatch(text)) and _are_words(text, plain, 0.7) and _has_clean_words(text)


def _are_words(text: str, plain: float, signed: float = 0.5) -> bool:
    """`signed` is the share of letters with signs that a word may have."""
    words = [word for word in WORD.findall(text) if plain == PLAIN or not word.isascii()]
    letters = sum(character.isalnum() or character in " \t\r\n" for character in text)
    has_long = len(text) >= LONG or any(len(word) > 2 and not word.isascii() for word in words)
    return letters >= plain * len(text) and has_long and all(_is_word(word, signed) for word in words)


def western_name(data: bytes) -> str:
    """The name of the encoding, of which the other is the smaller one."""
    return "windows-1252" if any(0x80 <= byte < 0xA0 for byte in data) else "ISO-8859-1"


def _is_word(word: str, signed: float) -> bool:
    if word.isascii():
        return word[1:].islower() or word.isupper() or len(word) < 2 or len(word) > LONG
    if len(word) == 1:
        return word in ALONE
    high = [at for at, character in enumerate(word) if character > "\x7f"]
    is_turned = any(at and word[at].isupper() and word[at - 1].islower() for at in high)
    return len(high) <= signed * len(word) + 0.5 and not is_turned


def _is_western(text: str) -> bool:
    """Whether one language of Western Europe is written like that."""
    small = text.lower()
    letters = frozenset(letter for letter in small if letter > "\x7f" and letter.isalpha() and letter not in "ªºµ")
    if not any(letters <= alphabet for alphabet in ALPHABETS) or STRANGE.search(small):
        return False
    return not (letters & ICELANDIC and not letters & ACCENTED) and _has_clean_words(text)


def _has_clean_words(text: str) -> bool:
    """Whether no sign stands within a word, as where small letters were read in another encoding than they were written."""
    return SIGNS.search(text) is None
