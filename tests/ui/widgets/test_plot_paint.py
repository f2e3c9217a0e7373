"""How curves are painted: a gap stays empty, every point is where its scale says, and areas reach up to their sum."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPolygonF
from pytestqt.qtbot import QtBot

from meshdesk.model.asked import HOUR, MINUTE
from meshdesk.model.curves import Amounts, Curves
from meshdesk.ui import theme
from meshdesk.ui.curve_hues import CurveHues
from meshdesk.ui.widgets.plot_paint import (
    Lines,
    Look,
    columns_of,
    heights_of,
    paint,
    paint_pointer,
    runs,
    scale_for,
    stacked,
    values,
    when,
)
from meshdesk.ui.widgets.plot_scale import Scale
from tests.unit.model.recording import BEGAN
from tests.unit.model.test_curves import END, drawn

SIZE = QRectF(0, 0, 800, 420)


def look_at(made: Curves, **how: object) -> Look:
    hues = CurveHues(lambda domain: theme.domain_hue(["sales", "fraud"].index(domain))).of(made.curves)
    return Look(SIZE, made.asked.start, made.asked.end, hues=hues, **how)  # type: ignore[arg-type]  # the test's own


def lines_of(made: Curves, rates: Amounts, scale: Scale) -> list[QPolygonF]:
    lines = Lines(columns_of(made.edges, scale))
    return [QPolygonF(line) for line in lines.of(heights_of(rates, scale))]


def painted(made: Curves, look: Look, ratio: float = 1.0) -> tuple[QImage, Scale]:
    image = QImage(SIZE.size().toSize() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.colours().canvas)
    scale = scale_for(made, look)
    with QPainter(image) as painter:
        paint(painter, made, look, scale)
        paint_pointer(painter, made, look, scale)
    return image, scale


def test_that_each_part_without_a_gap_is_a_line_of_its_own(qtbot: QtBot) -> None:
    made = drawn("total")
    scale = scale_for(made, look_at(made))
    rates = made.total.rates.copy()
    rates[[0, 10, 11, 40]] = np.nan
    found = [line.toList() for line in lines_of(made, rates, scale)]
    assert [len(line) for line in found] == [9 + 2, 28 + 2, len(rates) - 41 + 2]
    first = found[0][1]
    assert first.y() == pytest.approx(scale.y(54.0))
    assert scale.x(BEGAN + 1_000) < first.x() < scale.x(BEGAN + 2_000)
    assert lines_of(made, np.full(len(rates), np.nan), scale) == []


def test_that_a_column_that_is_known_alone_can_be_seen(qtbot: QtBot) -> None:
    made = drawn("total", start=END - 7 * 24 * HOUR)
    (line,) = [one.toList() for one in lines_of(made, made.total.rates, scale_for(made, look_at(made)))]
    assert line[-1].x() - line[0].x() >= 1


@pytest.mark.parametrize("is_stacked", [True, False])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_that_a_gap_stays_empty_and_what_is_known_does_not(qtbot: QtBot, is_stacked: bool, ratio: float) -> None:
    made = drawn("product", start=BEGAN - MINUTE)
    image, scale = painted(made, look_at(made, is_stacked=is_stacked), ratio)
    middle = {"gap": BEGAN - 5_000, "known": BEGAN + 30_000}
    colours = {}
    for name, moment in middle.items():
        x = int(scale.x(moment) * ratio)
        column = [image.pixelColor(x, y) for y in range(int(27 * ratio), int(390 * ratio))]
        colours[name] = {colour.name() for colour in column}
    plain = {theme.colours().canvas.name(), theme.colours().line.name(), theme.colours().faint.name()}
    assert colours["gap"] <= plain
    assert len(colours["known"] - plain) >= 4


def test_that_areas_reach_up_to_the_sum_of_what_is_below(qtbot: QtBot) -> None:
    made = drawn("product")
    tops = stacked(list(reversed(made.curves)))
    assert np.allclose(tops[-1][~np.isnan(tops[-1])], 54)
    image, scale = painted(made, look_at(made, is_stacked=True))
    x = int(scale.x(BEGAN + 60_500))
    high = [scale.y(float(top)) for top in tops[:, 60]]
    inside = [
        image.pixelColor(x, int((low + up) / 2)).name() for low, up in zip([scale.y(0), *high], high, strict=False)
    ]
    assert len(set(inside)) == len(made.curves)
    assert image.pixelColor(x, int(high[-1]) - 6).name() == theme.colours().canvas.name()


def test_that_the_box_says_every_value_and_the_sum(qtbot: QtBot) -> None:
    made = drawn("product", start=BEGAN - MINUTE)
    column = made.column(BEGAN + 30_000)
    assert column is not None
    assert [value for _, _, value in values(made, column)] == ["30/s", "12/s", "9/s", "3/s", "54/s"]
    assert {value for _, _, value in values(made, 2)} == {"not known"}
    assert when(made, column).endswith(":30")


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_that_what_a_pointer_shows_changes_the_picture(qtbot: QtBot, theme_name: str) -> None:
    made = drawn("product")
    plain, _ = painted(made, look_at(made))
    for more in (
        {"column": 30},
        {"range": (BEGAN + 5_000, BEGAN + 20_000)},
        {"moment": BEGAN + 60_000},
        {"choice": made.curves[1].key},
        {"is_log": True},
        {"has_focus": True},
    ):
        assert painted(made, look_at(made, **more))[0] != plain


def test_that_runs_are_found() -> None:
    flags = np.array([True, True, False, True, False], np.bool_)
    assert runs(flags) == [(0, 2), (3, 4)]
    assert runs(~flags) == [(2, 3), (4, 5)]
    assert runs(np.zeros(3, np.bool_)) == []
