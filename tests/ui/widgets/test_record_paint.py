"""How the cells of the record list are drawn: in their tones, and never outside their column and row."""

import re
from itertools import cycle
from typing import Any

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets import record_paint
from meshdesk.ui.widgets.record_lines import COLUMNS, FORMAT, KEY, OFFSET, TIME, VALUE
from meshdesk.ui.widgets.record_paint import TONES, runs_of
from meshdesk.ui.widgets.record_table import RecordTable
from tests.ui.memory import row
from tests.ui.widgets.tables import TOPIC, table_on

TONED = cycle(TONES)


def picture(table: RecordTable) -> QImage:
    return table.grab().toImage()


def test_that_tones_cover_the_text_whatever_they_say() -> None:
    assert runs_of(((2, 4, "name"), (3, 9, "string"), (8, 5, "number"), (20, 30, "name")), 10) == [
        (0, 2, "text"), (2, 4, "declared_text"), (4, 9, "good_text"), (9, 10, "text"),
    ]  # fmt: skip
    assert runs_of((), 3) == [(0, 3, "text")]


def test_that_a_value_drawn_one_colour_after_the_other_is_the_same_picture_as_part_by_part(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = '{"order":"A-1", "amount":12.50,"null":null , "more":[true,"\\"x"],"long":"' + "y" * 90 + '"}'
    tones = tuple((found.start(), found.end(), next(TONED)) for found in re.finditer(r'"[^"]*"|[\d.]+|null', value))
    table, made = table_on(qtbot, 3)
    made.known[TOPIC, 2] = row(2, value=value, tones=tones)
    drawn = picture(table)
    monkeypatch.setattr(
        record_paint, "apart", lambda text, tones: [(c, a, text[a:b]) for a, b, c in runs_of(tones, len(text))]
    )
    monkeypatch.setattr(theme, "ascii_font", lambda: theme.font("mono"))
    assert picture(table) == drawn
    monkeypatch.setattr(record_paint, "apart", lambda text, tones: [("text", 0, text)])
    assert picture(table) != drawn


@pytest.mark.parametrize(
    "hard",
    [
        {"key": "k" * 80, "value": "x" * 160, "headers": "h" * 60, "format": "Protobuf delimited 1234", "tones": ()},
        {"key": "مفتاح طويل جدا " * 5, "value": "שלום עולם " * 16, "tones": ((0, 80, "string"),)},
        {"key": "中文" * 40, "value": "\U0001f389\u0301 e" * 40, "tones": ((0, 500, "name"),)},
        {"timestamp": 10**17, "offset": 9_223_372_036_854_775_807, "partition": 2_147_483_647, "size": 10**12},
        {
            "trouble": "Schema 42 is not in the registry.",
            "value": "\x00" * 160,
            "key": "\n" * 80,
            "tones": ((5, 2, "?"),),
        },
    ],
    ids=["long", "right to left", "wide", "large numbers", "controls"],
)
def test_that_no_record_draws_outside_its_cells(qtbot: QtBot, hard: dict[str, Any]) -> None:
    table, made = table_on(qtbot, 3)
    plain = picture(table)
    made.known[TOPIC, 2] = row(2, **hard)  # the last row: no day of a row below depends on it
    drawn = picture(table)
    top, bottom = 3 * theme.LIST_ROW, 4 * theme.LIST_ROW
    differing = {
        y for y in range(plain.height()) for x in range(plain.width()) if plain.pixel(x, y) != drawn.pixel(x, y)
    }
    assert differing
    assert top <= min(differing)
    assert max(differing) < bottom
    for place in (OFFSET, TIME, KEY, VALUE, FORMAT):
        left = table.columnViewportPosition(place)
        edge = [drawn.pixelColor(x, y) for x in (left, left + 2) for y in range(top + 2, bottom - 2)]
        assert all(colour in (theme.LIGHT.canvas, theme.LIGHT.attention) for colour in edge), COLUMNS[place].name


def test_that_a_row_in_trouble_is_marked_by_shape_and_colour(qtbot: QtBot) -> None:
    table, made = table_on(qtbot, 2)
    plain = picture(table)
    made.known[TOPIC, 0] = row(0, trouble="Schema 42 is not in the registry.")
    drawn = picture(table)
    assert drawn.pixelColor(1, theme.LIST_ROW + 10) == theme.LIGHT.attention
    sign = range(table.columnViewportPosition(FORMAT) + 8, table.columnViewportPosition(FORMAT) + 22)
    assert any(plain.pixel(x, theme.LIST_ROW + 12) != drawn.pixel(x, theme.LIST_ROW + 12) for x in sign)


def test_that_the_hits_of_a_word_are_marked_where_they_can_be_seen(qtbot: QtBot) -> None:
    table, _ = table_on(qtbot, 5)

    def marked() -> bool:
        image = picture(table)
        return any(
            image.pixelColor(x, y) == theme.colours().hit
            for y in range(image.height())
            for x in range(0, image.width(), 2)
        )

    assert not marked()
    table.show_hits("c-0")
    assert marked()
    table.show_hits("nobody")
    assert not marked()


def test_that_a_hit_that_has_no_room_on_its_line_is_moved_into_it(qtbot: QtBot) -> None:
    """Also in a key; and nothing moves where it has room."""
    texts = ["a needle " + "x" * 150, "x" * 150 + " needle", "y" * 150]
    table, made = table_on(qtbot, 3)
    for k, text in enumerate(texts):
        made.known[TOPIC, k] = row(k, value=text, tones=((0, 160, "string"),), key="k" * 70 + "needle")

    def marked(line: int, place: int) -> bool:
        image, y = picture(table), table.rowViewportPosition(line) + table.viewport().y() + theme.LIST_ROW // 2
        first, hit = table.columnViewportPosition(place), theme.colours().hit.name()
        lines = range(y - 6, y + 6)
        wide = range(first, min(first + table.columnWidth(place), image.width()))
        return any(image.pixelColor(x, at).name() == hit for at in lines for x in wide)

    table.show_hits("needle")
    assert [marked(line, VALUE) for line in range(3)] == [True, True, False]
    assert [marked(line, KEY) for line in range(3)] == [True] * 3
