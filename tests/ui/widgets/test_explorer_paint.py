"""How the lines of the explorer are drawn: signs that say the same as their colours, names that stay clear of the numbers."""

from math import nan

import pytest
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication

from meshdesk.model.mesh import Mesh
from meshdesk.ui import theme
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.explorer_lines import Entry, fill, lines_of, parts_of
from meshdesk.ui.widgets.explorer_paint import MARGIN, NUMBERS, TREND, paint_entry, shown_name
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import company, contract, mesh_of, product, topic

WIDTH = 264


def entry_of(mesh: Mesh, text: str, state: str = "live") -> Entry:
    made = MemoryCapture(
        "acme", topics=tuple(Topic(name, 3, 10, 812.0, 3_000) for name in sorted(mesh.topics)), mesh=mesh
    )
    made.state = state  # type: ignore[assignment]
    capture = opened(made)
    parts = parts_of(capture.topics, mesh.placing)
    fill(parts, {one.name: one for one in capture.topics})
    lines = lines_of(capture, parts, mesh.groups, (), {})
    return next(entry for entry in lines.entries if entry.text == text)


def drawn(entry: Entry, words: tuple[str, ...] = ()) -> QImage:
    image = QImage(WIDTH, theme.TREE_ROW, QImage.Format.Format_RGB32)
    image.fill(theme.colours().panel)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_entry(painter, entry, 0, WIDTH, False, words, DomainHues(Remembered(None)))
    return image


def colours(image: QImage, left: int, right: int) -> set[str]:
    return {QColor(image.pixel(x, y)).name() for x in range(left, right) for y in range(image.height())}


def test_that_a_declared_domain_has_a_full_square_of_its_hue_and_an_inferred_one_a_hollow_one(
    qapp: QApplication,
) -> None:
    hue = theme.DOMAIN_HUES[0]
    names = ("sales.a", "sales.b", "stock.a", "stock.b")
    middle = (MARGIN + 14 + 4, theme.TREE_ROW // 2)
    declared = drawn(entry_of(company(), "Sales"))
    inferred = drawn(entry_of(mesh_of(*map(topic, names)), "sales"))
    assert QColor(declared.pixel(*middle)).name() == hue
    assert QColor(inferred.pixel(*middle)).name() == theme.colours().panel.name()
    assert hue in colours(inferred, MARGIN + 12, MARGIN + 26)


@pytest.mark.parametrize("text", ["a" * 249, "نص.عربي.طويل" * 15])
def test_that_a_long_domain_name_leaves_its_rate_room(qapp: QApplication, text: str) -> None:
    def entry(name: str) -> Entry:
        return entry_of(mesh_of(topic("t"), contract("c", "t", domain=name)), name)

    long, short = drawn(entry(text)), drawn(entry("b"))
    right = range(WIDTH - MARGIN - 36, WIDTH)
    assert all(long.pixel(x, y) == short.pixel(x, y) for x in right for y in range(theme.TREE_ROW))


def test_that_a_product_without_topics_has_no_chevron(qapp: QApplication) -> None:
    mesh = company(product("returns", domain="Sales"))
    left = (MARGIN + 10, MARGIN + 26)
    assert colours(drawn(entry_of(mesh, "Returns")), *left) == {theme.colours().panel.name()}
    assert len(colours(drawn(entry_of(mesh, "Orders")), *left)) > 1


def test_that_hits_are_marked_in_domains_and_topics_and_not_in_headings(qapp: QApplication) -> None:
    hit = theme.colours().hit.name()
    assert hit in colours(drawn(entry_of(company(), "Sales"), ("sal",)), 0, WIDTH)
    assert hit in colours(drawn(entry_of(company(), "billing"), ("ill",)), 0, WIDTH)
    assert hit not in colours(drawn(entry_of(company(), "Consumers"), ("cons",)), 0, WIDTH)


def test_that_a_domain_has_the_line_of_its_rate_where_its_name_leaves_room(qapp: QApplication) -> None:
    plain = entry_of(company(), "Sales", "ended")
    left, right = WIDTH - MARGIN - NUMBERS - TREND[0], WIDTH - MARGIN - NUMBERS

    def drawn_rows(trend: tuple[float, ...], first: int = left, last: int = right, text: str = "Sales") -> list[int]:
        """The y at which something is drawn there."""
        image, empty = drawn(plain._replace(trend=trend, text=text)), theme.colours().panel.name()
        return [
            y
            for y in range(image.height())
            if {QColor(image.pixel(x, y)).name() for x in range(first, last)} != {empty}
        ]

    middle, half = (left + right) // 2, theme.TREE_ROW // 2
    assert drawn_rows(()) == []
    assert half < min(drawn_rows((0.0, 0.0, 0.0)))
    assert max(drawn_rows((1.0, 1.0, 1.0))) < half
    assert drawn_rows((1.0, 1.0, nan, 1.0, 1.0), middle - 2, middle + 2) == []
    assert drawn_rows((1.0, 1.0), text="S" * 12) != drawn_rows((), text="S" * 12) == []
    assert drawn_rows((1.0, 1.0), text="S" * 17) == drawn_rows((), text="S" * 17)


def test_that_a_name_without_room_gives_up_what_repeats_its_domain_first(qapp: QApplication) -> None:
    metrics = QFontMetrics(theme.font("text"))
    entry = entry_of(
        mesh_of(*map(topic, ("sales.orders.placed.v1", "sales.baskets.v1", "stock.a.v1", "stock.b.v1"))),
        "sales.orders.placed.v1",
    )
    assert entry.lead == len("sales.")
    wide, less = (metrics.horizontalAdvance(name) for name in (entry.text, "…orders.placed.v1"))
    assert shown_name("text", entry.text, entry.lead, wide) == entry.text
    assert shown_name("text", entry.text, entry.lead, less) == "…orders.placed.v1"
    shorter = shown_name("text", entry.text, entry.lead, less - 20)
    assert shorter.startswith("…o")
    assert shorter.endswith("v1")
    assert shorter.count("…") == 2
    assert shown_name("text", entry.text, 0, less).startswith("sales")
