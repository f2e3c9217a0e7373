"""How the strip is painted: the curve where the rate is known, hatched before the recording, and the words that stand on it."""

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from meshdesk.model.cursor import Cursor
from meshdesk.model.marks import Mark
from meshdesk.session.strips import Strip
from meshdesk.ui import theme
from meshdesk.ui.widgets.strip_paint import LEFT, RIGHT, Look, front, ground

BEGAN = 1_795_528_800_000
HOUR = 3_600_000
WIDE, HIGH = 1_000, 74


def painted(look: Look) -> QImage:
    image = QImage(WIDE, HIGH, QImage.Format.Format_ARGB32)
    image.fill(theme.colours().panel)
    with QPainter(image) as painter:
        words = ground(painter, QRectF(0, 0, WIDE, HIGH), look)
        front(painter, QRectF(0, 0, WIDE, HIGH), look, words)
    return image


def share(image: QImage, tone: QColor, x: float, wide: float = 4) -> int:
    """How many pixels near x are of about this tone."""
    found = 0
    for at in range(round(x - wide), round(x + wide)):
        for y in range(HIGH - 18):
            seen = image.pixelColor(at, y)
            away = (seen.red() - tone.red(), seen.green() - tone.green(), seen.blue() - tone.blue())
            found += max(map(abs, away)) < 60
    return found


def look(cursor: Cursor = Cursor(), rates: tuple[float | None, ...] = (5.0,) * 60, began: int = BEGAN) -> Look:  # noqa: B008
    edges = tuple(BEGAN + n * HOUR // max(1, len(rates)) for n in range(len(rates) + 1))
    strip = Strip(edges, rates, (False,) * len(rates), (), began)
    return Look(strip, (), cursor, (BEGAN, BEGAN + HOUR), True, None, False)


def x_of(part: float) -> float:
    return LEFT + part * (WIDE - LEFT - RIGHT)


def test_that_the_curve_has_a_gap_where_the_rate_is_not_known(qtbot: QtBot) -> None:
    bare, image = painted(look(rates=())), painted(look(rates=(5.0,) * 20 + (None,) * 20 + (5.0,) * 20))
    columns = [round(x_of(part)) for part in (0.2, 0.5, 0.8)]
    assert [bare.pixel(x, 40) != image.pixel(x, 40) for x in columns] == [True, False, True]


def test_that_what_was_before_the_recording_is_hatched(qtbot: QtBot) -> None:
    plain, hatched = painted(look(rates=())), painted(look(rates=(), began=BEGAN + HOUR // 2))
    left, right = (
        sum(plain.pixel(x, y) != hatched.pixel(x, y) for x in range(*span) for y in range(20, 50))
        for span in ((round(x_of(0.1)), round(x_of(0.3))), (round(x_of(0.7)), round(x_of(0.9))))
    )
    assert left > 500
    assert right == 0


def test_that_the_cursor_stands_where_it_is_and_a_range_is_filled(qtbot: QtBot) -> None:
    accent = theme.colours().accent
    image = painted(look(Cursor.of(BEGAN + HOUR // 2), rates=()))
    assert share(image, accent, x_of(0.5)) > 40
    assert share(image, accent, x_of(0.4)) == 0
    ranged, bare = painted(look(Cursor.of(BEGAN + HOUR // 4, BEGAN + HOUR // 2), rates=())), painted(look(rates=()))
    inside, outside = (round(x_of(part)) for part in (0.4, 0.6))
    assert ranged.pixel(inside, 30) != bare.pixel(inside, 30)
    assert ranged.pixel(outside, 30) == bare.pixel(outside, 30)


def test_that_a_trouble_is_seen_among_ten_thousand_changes(qtbot: QtBot) -> None:
    changes = [Mark(BEGAN + n * HOUR // 10_000, "group", "group g", "g") for n in range(10_000)]
    plain = painted(replace(look(rates=()), marks=tuple(changes)))
    changes[5_000] = replace(changes[5_000], kind="trouble")
    troubled = painted(replace(look(rates=()), marks=tuple(changes)))
    other = [x for x in range(WIDE) if any(plain.pixel(x, y) != troubled.pixel(x, y) for y in range(HIGH))]
    assert len(other) > 3
    assert x_of(0.5) - 12 < min(other) < max(other) < x_of(0.5) + 12


def test_that_changes_that_stand_apart_are_told_one_by_one(qtbot: QtBot) -> None:
    """As far apart as they are, none is drawn in the place of another."""
    apart = [Mark(BEGAN + round(part * HOUR), "topic", "", "t") for part in (0.0, 0.2, 0.21, 0.9, 1.0)]
    image, attention = painted(replace(look(rates=()), marks=apart)), theme.colours().attention
    assert all(share(image, attention, x_of(part), 3) > 5 for part in (0.0, 0.2, 0.21, 0.9, 1.0))
    assert not any(share(image, attention, x_of(part), 3) for part in (0.1, 0.5, 0.95))


def test_that_the_words_of_the_cursor_touch_none_of_the_clock(qtbot: QtBot) -> None:
    bare, tone = theme.colours().panel.rgb(), theme.colours().accent.rgb()
    for minute in range(25, 36):  # at and beside the words of 30 minutes
        image = painted(look(Cursor.of(BEGAN + minute * 60_000), rates=()))
        flag = [x for x in range(WIDE) if image.pixelColor(x, HIGH - 14).rgb() == tone]
        assert len(flag) > 40
        beside = [*range(flag[0] - 7, flag[0] - 2), *range(flag[-1] + 3, flag[-1] + 8)]
        assert all(image.pixelColor(x, y).rgb() == bare for x in beside for y in range(HIGH - 14, HIGH - 2))
