"""The reader's place in a list: found again in another order, and where records come in among those on the screen."""

import pytest
from pytestqt.qtbot import QtBot

from meshdesk.session.orders import Move
from meshdesk.ui.widgets.record_lines import OFFSET
from tests.ui.memory import capture, opened, row
from tests.ui.views.test_records import OTHER, TOPIC, beat, choose, merged_view, more, view_on


def test_that_the_selected_record_stays_selected_in_another_order(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    choose(view, made, 150)
    line = view.table.current_line()
    assert line is not None
    view.turn(OFFSET)
    view.turn(OFFSET)  # descending
    beat(view, made)
    found = view.table.current_line()
    assert found is not None
    assert (found.row, found.row.offset) == (line.row, made.held[TOPIC][150].offset)
    first, last = view.table.span()
    assert first <= view.table.currentIndex().row() <= last


@pytest.mark.parametrize("at", [0, 100, 250])
def test_that_the_selected_record_and_the_place_stay_when_records_come_in(qtbot: QtBot, at: int) -> None:
    """Whether these are above what is on the screen, within it or below it."""
    made = capture(200)
    view = merged_view(qtbot, made)
    choose(view, made, 100)
    beat(view, made)
    assert not view.following
    selected = view.table.current_line()
    assert selected is not None
    view.table.verticalScrollBar().setValue(95)
    beat(view, made)
    top = made.held[view.list][view.table.span()[0]]
    made.come_in(view.list, at, row(300, OTHER), row(301, OTHER))
    beat(view, made)
    line = view.table.current_line()
    assert line is not None
    assert line.row == selected.row
    assert view.table.chosen() == [made.held[view.list].index(selected.row)]
    assert made.held[view.list][view.table.span()[0]] == top
    assert not view.following


def test_that_a_list_into_which_records_came_at_places_that_nobody_knows_finds_the_selected_record_again(
    qtbot: QtBot,
) -> None:
    made = capture(200)
    view = merged_view(qtbot, made)
    choose(view, made, 100)
    selected = view.table.current_line()
    assert selected is not None
    made.come_in(view.list, 7, row(300, OTHER))
    order = made.orders[view.list]
    order.moves[-1] = Move(order.version, None)
    beat(view, made, 4)
    line = view.table.current_line()
    assert line is not None
    assert line.row == selected.row
    assert view.table.records.rows == 401


def test_that_a_topic_added_before_it_was_read_comes_into_the_list_and_the_newest_stay_on_the_screen(
    qtbot: QtBot,
) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    view.add_topic(opened(made), "fraud.scored.v2")
    beat(view, made)
    assert view.table.is_at_the_end
    assert view.table.records.rows == 200
    more(made, 300, "fraud.scored.v2")
    made.orders[view.list].is_late = True  # they are too old to come in one by one
    beat(view, made, 12)
    assert view.table.records.rows == 500
    assert view.table.is_at_the_end
    view.table.verticalScrollBar().setValue(0)
    view.sort_again()
    beat(view, made, 12)
    assert view.table.verticalScrollBar().value() == 0
