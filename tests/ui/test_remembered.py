"""What is remembered: an ini file, and nothing at all for pictures."""

from pathlib import Path

from meshdesk.ui.remembered import FILE, Remembered


def test_that_numbers_words_and_switches_come_back_in_the_next_run(tmp_path: Path) -> None:
    first = Remembered(tmp_path)
    first.keep_numbers("records/widths", [34, 88, -1])
    first.keep("window/pane", "dark")
    first.keep("window/inspector", False)
    del first
    second = Remembered(tmp_path)
    assert second.numbers("records/widths") == [34, 88, -1]
    assert second.text("window/pane") == "dark"
    assert second.is_on("window/inspector", True) is False


def test_that_a_spoilt_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"[records]\nwidths=12 x, 7\n[window]\ninspector=perhaps\n\xff\xfe")
    remembered = Remembered(tmp_path)
    assert remembered.numbers("records/widths") == []
    assert remembered.is_on("window/inspector", True) is True


def test_that_nothing_is_written_where_nothing_may_be_remembered(tmp_path: Path) -> None:
    remembered = Remembered(None)
    remembered.keep("window/pane", "dark")
    assert remembered.text("window/pane") == "dark"
    assert list(tmp_path.iterdir()) == []


def test_that_what_has_another_owner_is_forgotten(tmp_path: Path) -> None:
    for remembered in (Remembered(tmp_path), Remembered(None)):
        remembered.keep("window/theme", "dark")
        remembered.forget("window/theme")
        assert remembered.text("window/theme") == ""
