"""Places: rows of an order are found back in its file, which grows at its end, and which may be gone."""

from pathlib import Path

import numpy as np
import pytest

from meshdesk.capture.store import CaptureError
from meshdesk.explain.places import append_places, find_place, placed, read_places, write_places


def test_that_a_row_is_found_back_in_an_order_and_one_that_is_not_there_is_not(tmp_path: Path) -> None:
    file = tmp_path / "order"
    write_places(file, np.array([7, 3, (1 << 40) | 3], np.uint64))
    assert [find_place(file, 0, 3), find_place(file, 1, 3), find_place(file, 0, 7), find_place(file, 1, 7)] == [
        1,
        2,
        0,
        None,
    ]
    assert read_places(file, 2, 10) == [(1, 3)]
    assert read_places(file, 9, 10) == []


def test_that_an_order_grows_at_its_end(tmp_path: Path) -> None:
    file = tmp_path / "order"
    append_places(file, placed(0, np.array([7, 9])))
    append_places(file, placed(2, np.array([1])))
    assert read_places(file, 0, 9) == [(0, 7), (0, 9), (2, 1)]


def test_that_an_order_whose_file_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"This order cannot be read: .*\. Sort or filter again\."):
        read_places(tmp_path / "order", 0, 9)
    with pytest.raises(CaptureError, match="cannot be read"):
        find_place(tmp_path / "order", 0, 9)
