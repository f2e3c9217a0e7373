"""Rows that a filter has found: where the word is beyond what their line shows, the line shows the part around it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload, Schemas
from meshdesk.explain.look import HEADERS, KEY, PREVIEW, guarded
from meshdesk.model.hits import BEFORE, around, cases_of, first_hit
from meshdesk.model.node import Tones, one_line_spans, visible
from meshdesk.model.row import Row

# Bytes of a value that is decoded for it, some ms: a screen of them is there within a quarter of its deadline. Of a larger one
# the bytes around the hit are shown as text.
DECODED = 32 << 10
LINE = 100_000  # characters of its line that are looked through
LOOKED = 16 << 20  # bytes of a larger one in which the word is looked for, 0.1 s

Found = tuple[str, Tones]


def with_hit(
    row: Row,
    payloads: tuple[Payload, Payload],
    headers: Sequence[tuple[str, bytes | None]],
    schemas: Schemas,
    word: str,
) -> Row:
    """The row with the word on its line: in the value, the key or the headers, the first of them that holds it. As it is where
    the word stands there anyhow, or nowhere, as behind what is masked. Payloads as look reads them: secrets are left out."""
    if not word or any(first_hit(text, word) >= 0 for text in (row.value, row.key, row.headers)):
        return row
    key, value = payloads
    if found := _found(value, schemas, word, PREVIEW):
        return replace(row, value=found[0], tones=found[1])
    if found := _found(key, schemas, word, KEY):
        return replace(row, key=found[0])
    for name, data in headers:
        text = f"{visible(name)}: {visible((data or b'')[:LINE].decode('utf-8', 'replace'))}"
        if (at := first_hit(text, word)) >= 0:
            return replace(row, headers=around(text, (), at, HEADERS)[0])
    return row


def _found(payload: Payload, schemas: Schemas, word: str, limit: int) -> Found | None:
    if not payload.data:
        return None
    if len(payload.data) <= DECODED:
        line, tones = guarded(lambda: one_line_spans(decode(payload, schemas).tree, LINE), lambda _: ("", ()))
        if (at := first_hit(line, word)) >= 0:
            return around(line, tones, at, limit)
    return _in_bytes(payload.data, word, limit)


def _in_bytes(data: bytes, word: str, limit: int) -> Found | None:
    """The bytes around the word as text, where it is in them as the filter looks for it."""
    cases = [cases_of(letter) if word == word.lower() else (letter,) for letter in word]
    forms = [[re.escape(case.encode("utf-8", "surrogatepass")) for case in letter] for letter in cases]
    hit = re.search(b"".join(b"(?:%s)" % b"|".join(letter) for letter in forms), data[:LOOKED])
    if hit is None:
        return None
    first = max(0, hit.start() - 4 * BEFORE)  # a character is four bytes at most
    before, behind = data[first : hit.start()], data[hit.start() : hit.end() + 4 * limit]
    begins = visible(before.decode("utf-8", "replace"))
    return around(begins + visible(behind.decode("utf-8", "replace")), (), len(begins), limit)
