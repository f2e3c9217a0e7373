"""What tests of the session share: a stored capture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdesk.session.session import Session
from tests.programs.session.serving import settle
from tests.unit.capture.making import SEEN, Rec, made_capture


@pytest.fixture(scope="module")
def _session_of_the_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    made = Session(tmp_path_factory.mktemp("captures"))
    yield made
    made.close()


@pytest.fixture
def lasting_session(_session_of_the_file: Session) -> Iterator[Session]:
    """One whose programs serve all tests of a file, as they do a person who opens one capture after the other: with one of its
    own each test starts two, which takes 0.3 s of a processor each. Nothing is open and nothing was said when a test begins."""
    yield _session_of_the_file
    for opened in _session_of_the_file.captures:
        _session_of_the_file.shut(opened)
    settle(_session_of_the_file)
    _session_of_the_file.troubles = ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two topics: t with the values 0, 1 … 119, and u."""
    t = [Rec(k % 2, k // 2, SEEN + k * 60_000, value=b"%d" % k) for k in range(120)]
    return made_capture(tmp_path / "c", {"t": [t[:60], t[60:]], "u": [[Rec(0, 0)]]})
