"""The consumers view: every group in a line, the inspector about the one that is selected, and why there is nothing to see."""

import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.cursor import Cursor
from meshdesk.model.fact import Checked
from meshdesk.model.lag import Commit, Lags
from meshdesk.model.mesh import Mesh
from meshdesk.ui.views.consumers import ConsumersView
from meshdesk.ui.widgets.consumer_words import HOUR
from meshdesk.ui.window import Window
from tests.ui.memory import MemoryCapture, MemorySession, Topic, capture, turn, window_on
from tests.unit.model.facts import SEEN, company, mesh_of, topic

PLACED = "orders.placed.v1"


def lags(behind: int) -> Lags:
    """Billing reads, old-report has left; of both it is known where they are."""
    keys = [(PLACED, n) for n in range(3)]
    ends = dict.fromkeys(keys, (SEEN, 1_000))
    commits = {name: dict.fromkeys(keys, Commit(1_000 - behind, SEEN)) for name in ("billing", "old-report")}
    recent = dict.fromkeys(keys, ((SEEN - 4_000, 0), (SEEN - 3_000, 1_000)))
    return Lags(commits, {}, ends, dict.fromkeys(keys, 0), recent)


def view_on(
    qtbot: QtBot, mesh: Mesh | None = None, behind: int = 20
) -> tuple[ConsumersView, MemoryCapture, Window, MemorySession]:
    made = capture()
    made.mesh = mesh or company()
    made.lags = lags(behind) if mesh is None else Lags()
    made.topics = tuple(Topic(name=name, rows=0) for name in sorted(made.mesh.topics))
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view("consumers")
    turn(session, window)
    view = window.pages.shown_view
    assert isinstance(view, ConsumersView)

    def is_told() -> bool:
        turn(session, window, 1)
        return view._shown[1] is not None

    qtbot.waitUntil(is_told, timeout=30_000)
    return view, made, window, session


def test_that_every_group_is_a_line_and_how_many_there_are_stands_above(qtbot: QtBot) -> None:
    view, _, window, _ = view_on(qtbot)
    assert [line.group for line in view.table.content.lines] == ["billing", "old-report"]
    assert view._count.accessibleName() == "2 groups"
    assert window.top.place.text.endswith("Consumers")


def test_that_the_inspector_tells_of_the_group_that_is_selected(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    assert window.frame.inspector._empty.text == "Nothing is selected Select a group to read about it."
    row = view.table.visualRect(view.table.content.index(0, 0))
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    turn(session, window)
    about = view.about
    assert about is not None
    assert about.title == "billing"
    rows = {row.label: row.value for section in about.sections for row in section.rows if row.label}
    assert rows["Behind"] == "3.5 s ± 0.5 · 60 records"
    assert rows["Partition 0"] == "20 records"
    assert view.about is about, "nothing new is known"


def test_that_a_group_chosen_in_the_explorer_is_left_for_one_of_the_table(qtbot: QtBot) -> None:
    view, made, window, session = view_on(qtbot)
    window.frame.show_group(made, "old-report")  # type: ignore[arg-type]
    turn(session, window)
    view.choose("billing")
    view.table.chosen.emit("billing")
    turn(session, window)
    page = window.frame.inspector.about
    assert "billing" in page.accessibleDescription() + page.accessibleName()


def test_that_return_opens_the_first_topic_that_a_group_reads(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    view.choose("billing")
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    turn(session, window)
    assert (window.pages.shown, window.frame.records.topic) == ("records", PLACED)


def test_that_a_group_of_which_nobody_knows_what_it_reads_says_so(qtbot: QtBot) -> None:
    view, _, _, _ = view_on(qtbot)
    said: list[str] = []
    view.said.connect(said.append)
    view.open("nobody")
    assert said == ["It is not known which topics nobody reads."]


def test_that_another_capture_or_moment_is_told_by_itself(qtbot: QtBot) -> None:
    view, made, window, session = view_on(qtbot)
    made.lags = lags(90)

    def is_new() -> bool:
        turn(session, window, 1)
        return view.table.content.lines[0].total.offsets == 270

    qtbot.waitUntil(is_new, timeout=30_000)


def test_that_offsets_may_stand_first(qtbot: QtBot) -> None:
    view, _, _, _ = view_on(qtbot)
    head = view.table.horizontalHeader()
    before = [head.logicalIndex(place) for place in range(head.count())]
    view.measures.chosen.emit(1)
    assert [head.logicalIndex(place) for place in range(head.count())] != before
    view.measures.chosen.emit(0)
    assert [head.logicalIndex(place) for place in range(head.count())] == before


def test_that_it_is_said_why_there_are_no_groups(qtbot: QtBot) -> None:
    view, _, _, _ = view_on(qtbot, mesh_of(topic("t")))
    assert view._empty.text.startswith("No groups of consumers are known. The cluster has not said yet")
    view, _, _, _ = view_on(qtbot, mesh_of(topic("t"), Checked("kafka groups", SEEN, SEEN)))
    assert view._empty.text.startswith("There are no groups of consumers.")


def test_that_the_last_hours_are_drawn_a_beat_after_the_words_also_where_there_is_news_at_each(qtbot: QtBot) -> None:
    view, made, _, _ = view_on(qtbot)
    drawn: list[str] = []
    view.table.content.dataChanged.connect(
        lambda first, last: drawn.append("hours" if first.column() == last.column() == HOUR else "words")
    )
    for behind in range(7, 500, 60):
        before, drawn[:] = view._shown[1], []
        made.lags = lags(behind)
        made.cursor = Cursor.of(SEEN + behind)  # of another moment it is told at once
        until = time.monotonic() + 10
        view.refresh()  # the hours of before, if they are due
        drawn.clear()
        while view._shown[1] is before and time.monotonic() < until:
            view.refresh()
            QApplication.processEvents()
        assert view._shown[1] is not before
        assert "hours" not in drawn
        assert view.refresh()
        assert drawn[-1] == "hours"
