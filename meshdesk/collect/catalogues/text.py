"""From a file's bytes to text that YAML can read: encodings, control characters, and templates that are not filled in yet.

Every sign stays where it is, so that a line and a column of the text are those of the file.
"""

import codecs
import re

from meshdesk.collect.catalogues.tree import Notes

# YAML 1.1 §4.1 takes no other control characters; a byte order mark within a text is one more that nobody sees.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
# Line ends for YAML, and for no editor.
OTHER_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")

# JSON writes a sign beyond U+FFFF as two escapes, which is none in YAML. Two backslashes are one, and are stepped over.
PAIRS = re.compile(r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

# {{ .Values.env }} and ${ENV}, which mean a mapping or nothing to YAML; on one line, as nobody breaks them.
TEMPLATE = re.compile(
    r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}"
)  # no brace within: a line of braces would take the square of its time
# {% if … %} and {{- if … }} alone on a line say nothing themselves.
STATEMENT = re.compile(
    r"^([ \t]*)\{(?=%[^\n]*%\}[ \t]*$|\{-?[ \t]*(?:if|else|end|range|with|define|template|include|for|block)\b[^\n]*\}\}[ \t]*$)",
    re.MULTILINE,
)
HIDDEN = 0xF800  # signs for private use that stand for the ASCII signs of a template while YAML is read
HIDES = "{}[]:#,&*!|>%@`\"'\\?- "
HIDE = str.maketrans({sign: chr(HIDDEN + ord(sign)) for sign in HIDES})
SHOW = str.maketrans({chr(HIDDEN + ord(sign)): sign for sign in HIDES})
IN_USE = re.compile(f"[{chr(HIDDEN)}-{chr(HIDDEN + 0x7F)}]")


def decoded(data: bytes, notes: Notes) -> str:
    """The text of a file, with newlines alone at the ends of lines. What is no text in it becomes �, with a notice."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            break
    else:
        text = data.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(OTHER_LINE_ENDS)
    text, bad = UNREADABLE.subn("�", text)
    if "\\ud" in text or "\\uD" in text:
        text = PAIRS.sub(_sign, text)
    if (bad or "�" in text) and (bad or _is_broken(data)):
        at = text.index("�")
        start = text.rfind("\n", 0, at) + 1
        notes.add(
            text.count("\n", 0, at) + 1,
            at - start + 1,
            "Bytes that are no text (UTF-8) stand here; � was read for them.",
        )
    return text


def _sign(escapes: re.Match[str]) -> str:
    """What the escapes mean; half a pair means nothing."""
    if escapes[0] == "\\\\":
        return escapes[0]
    codes = [int(code, 16) for code in escapes[0].split("\\u")[1:]]
    return chr(0x10000 + ((codes[0] & 0x3FF) << 10) + (codes[1] & 0x3FF)) if len(codes) == 2 else "\\ufffd"


def _is_broken(data: bytes) -> bool:
    """Whether � stands for bytes, and is not what the file itself says."""
    try:
        data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8")
    except UnicodeDecodeError:
        return True
    return False


def hidden(text: str) -> str:
    """With templates as words that YAML takes as they are; `shown` gives them back.

    >>> shown(hidden("topic: {{ env }}-orders"))
    'topic: {{ env }}-orders'
    """
    if "{{" not in text and "${" not in text and "{%" not in text:
        return text
    if IN_USE.search(text):
        return text
    text = STATEMENT.sub(r"\1#", text)
    return TEMPLATE.sub(lambda found: found[0].translate(HIDE), text)


def shown(text: str) -> str:
    """A value with its templates as the file has them."""
    return text.translate(SHOW)
