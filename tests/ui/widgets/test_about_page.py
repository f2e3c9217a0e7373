"""The page about a topic: as high as what it says, in the width that it has, and read aloud as a whole."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh
from meshdesk.ui import theme
from meshdesk.ui.about import about_topic
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.about_page import PAD, AboutPage
from tests.ui.memory import MemoryCapture, opened
from tests.unit.model.facts import SEEN, company, contract, mesh_of, topic


def page_on(qtbot: QtBot, mesh: Mesh, name: str = "orders.placed.v1", width: int = 372) -> AboutPage:
    page = AboutPage(DomainHues(Remembered(None)))
    qtbot.addWidget(page)
    page.resize(width, 500)
    page.say(about_topic(opened(MemoryCapture(mesh=mesh)), name, {}))
    page.show()
    page.grab()
    return page


@pytest.mark.parametrize("width", [240, 320, 372, 900])
@pytest.mark.parametrize("name", ["orders.placed.v1", "x" * 249, "نص.عربي" * 30])
def test_that_every_text_stays_between_the_borders(qtbot: QtBot, width: int, name: str) -> None:
    page = page_on(qtbot, company(topic(name), contract("c", name, domain=name, team={"name": name})), name, width)
    assert page.body.width() <= width
    for piece in page.body._lay(page.body.width()).pieces:
        assert piece.at.x() >= PAD
        for n in range(piece.layout.lineCount()):
            line = piece.layout.lineAt(n)
            assert piece.at.x() + line.naturalTextWidth() <= page.body.width() - PAD + 2
    bottoms = [piece.bottom for piece in page.body._lay(page.body.width()).pieces]
    assert page.body.height() >= max(bottoms)


@pytest.mark.parametrize("width", [240, 320, 372])
def test_that_no_text_stands_upon_another_also_where_a_setting_has_a_long_name(qtbot: QtBot, width: int) -> None:
    settings = {
        "min.cleanable.dirty.ratio": "0.2",
        "message.timestamp.difference.max.ms": "1",
        "segment.bytes": "1048576",
    }
    page = page_on(qtbot, company(topic("t"), Fact("config", "t", settings, SEEN, "kafka")), "t", width)
    pieces = page.body._lay(page.body.width()).pieces
    widths = [max(p.layout.lineAt(n).naturalTextWidth() for n in range(p.layout.lineCount())) for p in pieces]
    places = [QRectF(p.at, QPointF(p.at.x() + wide, p.bottom)) for p, wide in zip(pieces, widths, strict=True)]
    for n, one in enumerate(places):
        over = [m for m, other in enumerate(places) if m != n and one.intersects(other)]
        assert not over, [pieces[m].layout.text() for m in (n, *over)]


def test_that_it_scrolls_where_it_is_higher_than_its_room_and_begins_at_its_top_for_another_topic(qtbot: QtBot) -> None:
    page = page_on(qtbot, company())
    bar = page.verticalScrollBar()
    page.resize(372, 200)
    qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=30_000)
    bar.setValue(bar.maximum())
    page.say(about_topic(opened(MemoryCapture(mesh=company())), "orders.placed.v1", {}))
    assert bar.value() > 0  # the same: nobody is moved
    page.say(about_topic(opened(MemoryCapture(mesh=company())), "fraud.scored.v2", {}))
    assert bar.value() == 0


def test_that_what_stays_the_same_is_not_laid_out_again(qtbot: QtBot) -> None:
    page = page_on(qtbot, company())
    about = page.body.about
    assert about is not None
    width = page.body.width()
    before = page.body._lay(width)
    page.say(replace(about, subtitle="Another subtitle"))
    after = page.body._lay(width)
    assert after.height == before.height
    same = [one.layout is other.layout for one, other in zip(before.pieces, after.pieces, strict=True)]
    assert same.count(False) == 1
    assert "Another subtitle" in [piece.layout.text() for piece in after.pieces]


def test_that_a_screen_reader_gets_all_of_it(qtbot: QtBot) -> None:
    page = page_on(qtbot, company())
    assert "Owner: Orders squad, Declared by contracts/orders.odps.yaml, line 11, seen" in page.accessibleDescription()


def test_that_the_pointer_on_a_value_gets_the_whole_sentence(qtbot: QtBot) -> None:
    page = page_on(qtbot, company())
    top, bottom, sentence = page.body._lay(page.body.width()).tips[0]
    at = QPoint(120, int((top + bottom) / 2))
    QApplication.sendEvent(page.body, QHelpEvent(QHelpEvent.Type.ToolTip, at, page.body.mapToGlobal(at)))
    assert sentence.startswith("Declared by contracts/orders.odps.yaml, line 6, seen ")
    assert QToolTip.text() == sentence
    QToolTip.hideText()


def test_that_colours_follow_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    page = page_on(qtbot, mesh_of(topic("t")), "t")
    before = page.grab().toImage()
    wanted = "dark" if not theme.colours().is_dark else "light"
    theme.apply(qapp, wanted)  # type: ignore[arg-type]
    try:
        after = page.grab().toImage()
    finally:
        theme.apply(qapp, "dark" if wanted == "light" else "light")
    assert before != after
