"""The status line: its numbers, what gives way where there is little room, and the newest trouble, which leads to all."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.session.works import Work
from meshdesk.ui import theme
from meshdesk.ui.status import StatusLine, status_facts
from tests.ui.memory import Status, capture, opened

BROKER = Trouble("127.0.0.1:1 refused the connection.", "Check the port.", "127.0.0.1:1")


@pytest.mark.parametrize("width", [300, 900, 2_000])
def test_that_the_status_line_says_its_numbers_and_the_newest_trouble(qtbot: QtBot, width: int) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.resize(width, theme.STATUS_LINE)
    line.say(("good", False), (("acme · read-only", "second"), ("dropped 0", "second")), BROKER)
    assert line.accessibleName() == f"Status: acme · read-only, dropped 0, {BROKER.sentence}"
    line.grab()
    line.say(None, (), None)
    assert line.text == ""
    line.grab()


def test_that_a_long_title_gives_way_to_the_numbers_which_are_never_cut(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    numbers = (("behind 12", "second"), ("dropped 1,234,567", "bad_text"))
    line.say(("good", False), (("broker.example.org:9092," * 20, "second"), *numbers), BROKER)
    fitting = line._fitting(QFontMetrics(theme.font("small")), 640 - 200)
    assert fitting[0][0].startswith("broker")
    assert "…" in fitting[0][0]
    assert tuple(fitting[1:]) == numbers


def test_that_the_facts_of_the_status_line_carry_what_is_lost_in_colour() -> None:
    made = capture(10)
    made.status = Status(10, 0.0, 0, 3, 2_130, 3_700_000)
    assert status_facts(opened(made)) == (
        ("acme-prod · read-only", "second"),
        ("10 records · 2.1 kB", "second"),
        ("behind 0", "second"),
        ("3.7 MB of 2.0 GB on disk", "second"),
        ("dropped 3", "bad_text"),
    )


def test_that_behind_is_unknown_only_while_something_is_read() -> None:
    made = capture(10)
    made.status = Status(10, 0.0, None, 0, 2_130)
    assert "behind unknown" in [text for text, _ in status_facts(opened(made))]
    made.topics = tuple(replace(topic, tailing=False) for topic in made.topics)
    assert not [text for text, _ in status_facts(opened(made)) if "behind" in text]


def test_that_production_is_said_in_the_status_line() -> None:
    made = capture(10)
    made.is_production = True
    assert status_facts(opened(made))[:2] == (("acme-prod · read-only", "second"), ("production", "bad_text"))


@pytest.mark.parametrize("width", [300, 1_440])
def test_that_the_newest_trouble_is_a_button_within_the_line(qtbot: QtBot, width: int) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.resize(width, theme.STATUS_LINE)
    line.show()
    line.say(("good", False), (("acme · read-only", "second"), ("dropped 0", "second")), BROKER)
    button = line.trouble_button
    assert line.rect().contains(button.geometry())
    assert button.width() >= 100
    assert button.accessibleName() == f"Newest trouble: {BROKER.sentence}"
    with qtbot.waitSignal(line.trouble_asked):
        QTest.keyClick(button, Qt.Key.Key_Space)
    line.say(("good", False), (("acme · read-only", "second"),), None)
    assert not button.isVisible()


def line_of(qtbot: QtBot, width: int = 1_280) -> StatusLine:
    line = StatusLine()
    qtbot.addWidget(line)
    line.resize(width, theme.STATUS_LINE)
    line.show()
    line.say(("good", False), (("acme · read-only", "second"), ("dropped 0", "second")), BROKER)
    return line


@pytest.mark.parametrize("width", [640, 1_280])
def test_that_what_runs_stands_left_of_the_trouble_and_leads_to_the_list(qtbot: QtBot, width: int) -> None:
    line = line_of(qtbot, width)
    before = line.trouble_button.geometry()
    line.say_works([Work("Saving a.meshcap", 1_000_000_000, 4_000_000_000, rate=300_000_000)])
    works, trouble = line.work_button.geometry(), line.trouble_button.geometry()
    assert line.work_button.text() == "Saving a.meshcap, 10 s left"
    assert line.work_button.accessibleName() == (
        "What is running: Saving a.meshcap: 1.0 of 4.0 GB, 300 MB/s, 10 s left"
    )
    assert line.rect().contains(works)
    assert works.right() < trouble.left()
    assert trouble.width() >= 100
    with qtbot.waitSignal(line.works_asked):
        QTest.keyClick(line.work_button, Qt.Key.Key_Space)
    line.grab()
    line.say_works([])
    assert not line.work_button.isVisible()
    assert line.trouble_button.geometry() == before


def test_that_several_that_run_are_a_number_and_a_bar_only_where_all_know_their_end(qtbot: QtBot) -> None:
    line = line_of(qtbot)
    line.say_works([Work("a", 1, 4), Work("b", 3, 4)])
    assert (line.work_button.text(), line.work_button._share) == ("2 running", 0.5)
    line.grab()
    line.say_works([Work("a", 1, 4), Work("b")])
    assert line.work_button._share is None
    line.grab()
