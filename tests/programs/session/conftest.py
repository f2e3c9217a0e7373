"""What tests of the session share: a stored capture."""

from pathlib import Path

import pytest

from tests.unit.capture.making import SEEN, Rec, made_capture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two topics: t with the values 0, 1 … 119, and u."""
    t = [Rec(k % 2, k // 2, SEEN + k * 60_000, value=b"%d" % k) for k in range(120)]
    return made_capture(tmp_path / "c", {"t": [t[:60], t[60:]], "u": [[Rec(0, 0)]]})
