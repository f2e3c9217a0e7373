"""A session with its programs, closed with the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdesk.session.session import Session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "captures")
    yield made
    made.close()
