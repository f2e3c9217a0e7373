"""The record that is selected: the newest one is shown, with its parts, its texts and what is revealed of it, and no other."""

import json
from pathlib import Path

import pytest

from meshdesk.session.session import Session
from tests.programs.session.serving import sentences, settle, shown
from tests.unit.capture.making import SEEN, Rec, made_capture


@pytest.fixture
def session(lasting_session: Session) -> Session:
    return lasting_session


def test_that_only_the_newest_selection_is_shown(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    for k in (3, 90, 7):
        opened.chosen.select("t", k)
        assert opened.chosen.details is None
    settle(session)
    assert opened.chosen.details is not None
    assert opened.chosen.details.value.text == "7"
    opened.chosen.select("t", 8)
    opened.chosen.select("t", None)  # the answer to the one before is still on its way
    settle(session)
    assert opened.chosen.details is None


def test_that_parts_and_texts_of_the_selected_record_are_fetched_and_of_no_other(
    session: Session, tmp_path: Path
) -> None:
    value = json.dumps({"lines": list(range(2_000))}).encode()
    folder = made_capture(tmp_path / "large", {"t": [[Rec(0, 0, value=value), Rec(0, 1, value=b"[1]")]]})
    opened = session.open_file(folder)
    settle(session)
    came: list[object] = []
    opened.chosen.fetch_parts("value", (0,), 3, lambda parts, left: came.append((parts[0].text, left)))
    opened.chosen.select("t", 0)
    opened.chosen.fetch_parts("value", (0,), 700, lambda parts, left: came.append((parts[0].text, left)))
    opened.chosen.fetch_text("value", (0, 1_999), came.append)
    settle(session)
    assert came == [("700", 800), "1999"]
    opened.chosen.fetch_text("value", (0,), came.append)
    opened.chosen.select("t", 1)
    settle(session)
    assert len(came) == 2  # the reader has gone on


def test_that_a_secret_of_connect_is_revealed_by_name_as_long_as_its_record_is_selected(
    session: Session, tmp_path: Path
) -> None:
    value = b'{"properties": {"name": "a", "a.password": "hunter2", "b.password": "swordfish"}}'
    records = [Rec(0, k, SEEN, key=b"connector-a", value=value) for k in range(2)]
    opened = session.open_file(made_capture(tmp_path / "c", {"connect-configs": [records]}))
    settle(session)
    opened.lists.want("connect-configs", 0, 1)

    def said() -> list[str]:
        settle(session)
        assert opened.chosen.details is not None
        return [part.text for part in opened.chosen.details.value.tree.children[0].children]

    opened.chosen.reveal("a.password")  # of nothing, as nothing is selected
    opened.chosen.select("connect-configs", 0)
    assert said() == ["a", "••••••••", "••••••••"]
    opened.chosen.reveal("b.password")
    assert said() == ["a", "••••••••", "swordfish"]
    opened.chosen.reveal("a.password")
    opened.chosen.reveal("a.password")
    assert said() == ["a", "hunter2", "swordfish"]
    assert not any("hunter2" in one for one in shown(opened, "connect-configs", 0, 1))
    opened.chosen.select("connect-configs", 1)
    assert said() == ["a", "••••••••", "••••••••"]
    opened.chosen.select("connect-configs", 0)
    assert said() == ["a", "••••••••", "••••••••"]
    assert sentences(session) == []


def test_that_a_record_that_is_not_there_is_said_unless_the_reader_has_gone_on(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    opened.chosen.select("t", 5_000)
    opened.chosen.select("t", 1)
    settle(session)
    assert sentences(session) == []
    opened.chosen.select("t", 5_000)
    settle(session)
    assert sentences(session) == ["That record is not in the capture any more."]
