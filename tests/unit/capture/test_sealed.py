"""The index of a sealed file: found from its end, and believed only where every byte of the way is sound."""

from pathlib import Path

import pytest

from meshdesk.capture.index import SIZE, Span, encode_entry, encode_header
from meshdesk.capture.sealed import TRAILER_SIZE, SealError, sealed_index, trailer
from meshdesk.capture.store import Folder
from tests.unit.capture.making import made_capture

NAME = "sealed-1-000.arrow"
ENTRIES = encode_entry(Span(0, 0, 0, 9)) * 3


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    """A capture with a sealed file: 100 bytes of something, an index, and its trailer."""
    folder = made_capture(tmp_path / "c", {})
    index = encode_header(77) + ENTRIES
    (folder / NAME).write_bytes(b"x" * 100 + index + trailer(100, len(index)))
    return Folder(folder)


def test_that_the_index_is_found_from_the_end(store: Folder) -> None:
    assert sealed_index(store, NAME) == (77, ENTRIES)
    assert len(trailer(1, 2)) == TRAILER_SIZE
    store.close()


def test_that_a_file_cut_anywhere_has_no_index(store: Folder) -> None:
    path = store.path / NAME
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        with pytest.raises(SealError):
            sealed_index(store, NAME)
    store.close()


def test_that_one_flipped_bit_in_the_trailer_or_the_header_is_seen(store: Folder) -> None:
    path = store.path / NAME
    whole = path.read_bytes()
    trailer_at, header_at = len(whole) - TRAILER_SIZE, 100
    for at in (*range(trailer_at, len(whole) - 4), *range(header_at, header_at + SIZE)):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(SealError):
            sealed_index(store, NAME)
    store.close()


def test_that_a_file_that_is_not_there_has_no_index(store: Folder) -> None:
    with pytest.raises(SealError):
        sealed_index(store, "sealed-9-000.arrow")
