"""What the bars say of what is open, of what was lost, and of trouble that nobody has looked at."""

from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from tests.ui.memory import Status, capture, turn, with_topic

TOPIC = "orders.placed.v1"


def test_that_the_status_line_counts_what_is_lost_and_what_is_behind(qtbot: QtBot) -> None:
    made = capture()
    window, session = with_topic(qtbot, made)
    made.status = Status(1_204, 812.0, 42, 7, 1_100_000)
    turn(session, window)
    assert window.status.text == "acme-prod · read-only   812/s · 1,204 records · 1.1 MB   behind 42   dropped 7"
    made.status = Status(1_204, 0.0, None, 0, 1_100_000)
    turn(session, window)
    assert "behind unknown" in window.status.text


def test_that_a_capture_at_rest_shows_no_rate_and_no_lag(qtbot: QtBot) -> None:
    made = capture()
    window, session = with_topic(qtbot, made)
    made.stop()
    turn(session, window)
    assert "/s" not in window.status.text
    assert "behind" not in window.status.text
    assert window.top.chip.accessibleName() == "Connection: acme-prod, recorded 24 Nov 14:02 – 14:10"


def test_that_the_title_of_the_window_says_where_it_is(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    assert window.windowTitle() == f"{TOPIC} – acme-prod – MeshDesk"
    window.show_view("trouble")
    turn(session, window)
    assert window.windowTitle() == "Trouble – MeshDesk"
    window.opening.close_capture()
    window.show_view("records")
    turn(session, window)
    assert window.windowTitle() == "MeshDesk"


def test_that_trouble_that_comes_again_is_new_again(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    session.say(Trouble("It failed.", count=1))
    window.show_view("trouble")
    turn(session, window)
    window.show_view("records")
    session.troubles = (Trouble("It failed.", count=2),)
    turn(session, window)
    assert window.rail.buttons["trouble"].badge == 1
    session.troubles = ()
    turn(session, window)
    assert window.rail.buttons["trouble"].badge == 0
