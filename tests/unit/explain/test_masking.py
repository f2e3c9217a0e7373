"""What is masked is not found by any part of it; all the rest of the same records is."""

import json

import pytest

from meshdesk.explain.masking import visible_hits
from tests.unit.capture.making import Rec, table

SECRET = "s3cr3t-needle"


def config(**settings: str) -> bytes:
    return json.dumps({"properties": {name.replace("_", "."): value for name, value in settings.items()}}).encode()


RECORDS = [
    Rec(0, 0, key=b"connector-a", value=config(database_password=SECRET, topic="orders")),
    Rec(0, 1, key=b"connector-b", value=config(database_password=SECRET, note=f"no {SECRET}")),
    Rec(0, 2, key=b"task-a-0", value=config(database_password=SECRET), headers=(("note", SECRET.encode()),)),
    Rec(0, 3, key=b"session-key", value=json.dumps({"key": SECRET, "algorithm": "HmacSHA256"}).encode()),
    Rec(0, 4, key=b"connector-c", value=SECRET.encode()),
    Rec(0, 5, key=b"orders", value=config(database_password=SECRET)),
    Rec(0, 6, key=b"task-" + SECRET.encode(), value=None),
    Rec(0, 7, key=None, value=SECRET.encode()),
    Rec(0, 8, key=b"connector-d", value=config(topic="payments")),
]


@pytest.mark.parametrize(
    ("word", "rows"),
    [
        *((SECRET[:length], [1, 2, 4, 5, 6, 7]) for length in (4, 8, len(SECRET))),
        (SECRET[-5:].upper().lower(), [1, 2, 4, 5, 6, 7]),
        ("orders", [0, 5]),
        ("database.password", [0, 1, 2, 5]),
        ("connector-", [0, 1, 4, 8]),
        ("hmacsha256", [3]),
        ("", [*range(9)]),
    ],
)
def test_that_a_secret_finds_no_record_by_what_is_masked_of_it(word: str, rows: list[int]) -> None:
    assert visible_hits(table(RECORDS), word).tolist() == rows
    assert visible_hits(table(RECORDS).slice(2), word).tolist() == [row - 2 for row in rows if row >= 2]
