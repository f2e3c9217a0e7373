"""The top bar: what stands in it at any width, and production, which is shown all over the window."""

import pytest
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from tests.ui.memory import MemorySession, capture, opened, turn, window_on

LONG = "l" * 249


@pytest.mark.parametrize("width", [640, 900, 1_280, 3_840])
def test_that_nothing_in_the_bar_leaves_it_or_lies_on_another(qtbot: QtBot, width: int) -> None:
    session = MemorySession(capture(title="broker.example.org:9092," * 12, is_production=True))
    window = window_on(session)
    qtbot.addWidget(window)
    window.open_topic(opened(session.captures[0]), LONG)
    window.resize(width, 700)
    turn(session, window)
    top = window.top
    assert top.height() == theme.TOP_BAR
    parts = [top.back_button, top.forward_button, top.place, top.find_button, top.chip, top.menu_button]
    edges = []
    for part in parts:
        if part.isVisible():
            left = part.mapTo(top, part.rect().topLeft()).x()
            edges += [left, left + part.width()]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= top.width()
    assert top.place.width() >= 60


def test_that_production_is_shown_all_over_the_window(qtbot: QtBot) -> None:
    made = capture(is_production=True)
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    window.open_topic(opened(made), "orders.placed.v1")
    turn(session, window)
    assert "production" in window.top.chip.accessibleName()
    assert window.status.text.startswith("acme-prod · read-only   production")
    assert window.windowTitle() == "orders.placed.v1 – acme-prod – production – MeshDesk"
    image = window.grab().toImage()
    edge = {image.pixelColor(x, 1).name() for x in range(0, image.width(), 7)}
    assert edge == {theme.colours().bad.name()}
    made.is_production, made.colour = False, "#2a7f3f"
    turn(session, window)
    assert window.grab().toImage().pixelColor(700, 1).name() == "#2a7f3f"
    assert window.windowTitle() == "orders.placed.v1 – acme-prod – MeshDesk"
    made.colour = ""
    turn(session, window)
    assert window.grab().toImage().pixelColor(700, 1) == theme.colours().panel


def test_that_there_is_no_way_back_before_somebody_has_gone_somewhere(qtbot: QtBot) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    assert not window.top.back_button.isEnabled()
    window.show_view("trouble")
    turn(session, window)
    assert window.top.back_button.isEnabled()
    assert not window.top.forward_button.isEnabled()
