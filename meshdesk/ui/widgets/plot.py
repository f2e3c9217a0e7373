"""A plot of many curves over time: point at a moment to read its values, drag to choose a range, turn the wheel to zoom."""

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from meshdesk.model.asked import MINUTE
from meshdesk.ui import theme
from meshdesk.ui.time_axis import clock

if TYPE_CHECKING:  # numpy takes 0.1 s to import: nobody waits for it, as curves come from a thread that has done so
    from meshdesk.model.curves import Curves
    from meshdesk.ui.widgets.plot_paint import Look
    from meshdesk.ui.widgets.plot_scale import Scale

STEP = 1.25  # of a wheel's notch
NOTCH = 120  # of a wheel, in eighths of a degree
PANNED = 0.1  # of the span that a notch moves
NEAR = 8  # px from a curve that count as on it
LEAP = 10  # columns of an arrow key with Ctrl


class Plot(QWidget):
    """One painted widget. What is computed for it is handed over; what it is asked to show next is said by signals."""

    chosen = Signal(str)  # the key of a curve, or ""
    pointed = Signal()  # the crosshair is somewhere else
    ranged = Signal(object)  # (from, to) in ms, or None
    went = Signal(object)  # a moment in ms that the time cursor is to go to
    zoomed = Signal(float, object)  # by how much, and the moment (ms) that stays where it is; None: any
    stepped = Signal(int)  # to the next longer span (1) or shorter one (-1)
    panned = Signal(float)  # by how much of the span, later is more
    opened = Signal()  # what is chosen
    held = Signal()  # stand still, or go on
    to_the_newest = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.drawn: Curves | None = None
        self.choice = ""
        self.column: int | None = None  # that the crosshair is on
        self.range: tuple[int, int] | None = None  # ms
        self._pointed_at: int | None = None  # ms; the crosshair stays at a moment while the curves move on
        self._moment: int | None = None
        self._window = (0, MINUTE)
        self._is_log = self._is_stacked = False
        self._hues: Mapping[str, QColor] = {}
        self._picture: QPixmap | None = None  # all but what moves with the pointer
        self._scale: Scale | None = None  # of that picture
        self._pictured: tuple[object, ...] = ()  # what both depend on
        self._pressed: QPoint | None = None
        self._anchor: int | None = None  # ms; where the range began that is being dragged
        self._walked_from: int | None = None  # ms; where the one began that is chosen with keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAccessibleName("Plot of throughput")
        self.setMinimumSize(200, 150)

    # What is shown

    def show_curves(self, drawn: "Curves | None", start: int, end: int, hues: Mapping[str, QColor]) -> None:
        """Curves, in the time from `start` to `end` (ms); those of another time stand where they belong until others come."""
        if drawn is self.drawn and (start, end) == self._window and hues == self._hues:
            return
        self.drawn, self._window, self._hues = drawn, (start, end), hues
        if drawn is None or self.choice not in {curve.key for curve in drawn.curves}:
            self.choose("")
        self._place()
        self.update()

    @property
    def span(self) -> tuple[int, int]:
        """From when to when it is shown (ms)."""
        return self._window

    def show_as(self, is_stacked: bool, is_log: bool) -> None:
        """As lines or one upon the other; on a logarithmic scale, lines only."""
        self._is_stacked, self._is_log = is_stacked, is_log
        self.update()

    def show_cursor(self, moment: int | None, chosen: tuple[int, int] | None) -> None:
        """Where the time cursor is (ms); the range that it holds, unless one is dragged right now."""
        if self._anchor is None and (moment, chosen) != (self._moment, self.range):
            self._moment, self.range = moment, chosen
            self._say()
            self.update()

    def choose(self, key: str) -> None:
        """Selects a curve ("": none)."""
        if key != self.choice:
            self.choice = key
            self.chosen.emit(key)
            self._say()
            self.update()

    def point_at(self, moment: int | None) -> None:
        """Puts the crosshair on a moment (ms), or takes it away."""
        self._pointed_at = moment
        self._place()
        self.update()

    def _place(self) -> None:
        """Finds the column of the crosshair."""
        before = self.column
        at = self._pointed_at
        self.column = self.drawn.column(at) if self.drawn is not None and at is not None else None
        if self.column != before or self.column is not None:
            self._say()
            self.pointed.emit()

    def _say(self) -> None:
        """What a screen reader says: the values at the crosshair, and what is chosen."""
        drawn = self.drawn
        if drawn is None:
            self.setAccessibleDescription("")
            return
        from meshdesk.ui.widgets import plot_paint  # as above

        parts = []
        if self.column is not None and self.column < len(drawn.edges) - 1:
            said = "; ".join(f"{name} {value}" for _, name, value in plot_paint.values(drawn, self.column))
            parts.append(f"{plot_paint.when(drawn, self.column)}: {said}.")
        if self.choice:
            parts.append(f"Selected: {next((one.title for one in drawn.curves if one.key == self.choice), '')}.")
        if self.range is not None:
            span = self._window[1] - self._window[0]
            first, last = (clock(moment, span) for moment in self.range)
            parts.append(f"Range: {first} to {last}.")
        self.setAccessibleDescription(" ".join(parts))

    @property
    def scale(self) -> "Scale | None":
        """Where everything lies on the widget; None while nothing is drawn."""
        if self.drawn is None:
            return None
        from meshdesk.ui.widgets import plot_paint  # as above

        return plot_paint.scale_for(self.drawn, self._look())

    def curve_at(self, at: QPointF) -> str:
        """The key of the curve at a point of the widget, or ""."""
        drawn, scale = self.drawn, self.scale
        if drawn is None or scale is None or (column := drawn.column(scale.moment(at.x()))) is None:
            return ""
        from meshdesk.ui.widgets import plot_paint  # as above

        if self._is_stacked:
            tops = plot_paint.stacked(list(reversed(drawn.curves)))[::-1, column].tolist()
            above = [number for number, top in enumerate(tops) if scale.y(top) <= at.y()]
            return drawn.curves[above[-1]].key if above else ""
        rates = {curve.key: float(curve.rates[column]) for curve in drawn.curves}
        far = {key: abs(scale.y(rate) - at.y()) for key, rate in rates.items() if not isnan(rate)}
        nearest = min(far, key=lambda key: far[key], default="")
        return nearest if far.get(nearest, NEAR + 1) <= NEAR else ""

    # What Qt asks

    def paintEvent(self, event: QPaintEvent) -> None:
        drawn, look = self.drawn, self._look()
        if drawn is None:
            return
        from meshdesk.ui.widgets import plot_paint  # as above

        ratio = self.devicePixelRatioF()
        depends = (
            drawn,
            self._window,
            self.size(),
            ratio,
            self._is_log,
            self._is_stacked,
            self.choice,
            theme.colours(),
        )
        if self._picture is None or self._scale is None or depends != self._pictured:
            self._pictured, self._scale = depends, plot_paint.scale_for(drawn, look)
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(theme.colours().canvas)
            with QPainter(self._picture) as painter:
                plot_paint.paint(painter, drawn, look, self._scale)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._picture)
            plot_paint.paint_pointer(painter, drawn, look, self._scale)

    def _look(self) -> "Look":
        from meshdesk.ui.widgets.plot_paint import Look  # as above

        start, end = self._window
        return Look(
            QRectF(self.rect()), start, end, self._is_log, self._is_stacked, self.choice, self.column, self.range,
            self._moment, self.hasFocus(), self._hues,
        )  # fmt: skip

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        scale = self.scale
        if turned.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.panned.emit(-(turned.x() or turned.y()) / NOTCH * PANNED)
        elif turned.y() and scale is not None:
            self.zoomed.emit(STEP ** (-turned.y() / NOTCH), scale.moment(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        scale, at = self.scale, event.position()
        if scale is None:
            return
        if self._pressed is not None:
            if self._anchor is None:
                if (at.toPoint() - self._pressed).manhattanLength() < QApplication.startDragDistance():
                    return
                self._anchor = scale.moment(self._pressed.x())
            self._choose_range(self._anchor, scale.moment(at.x()))
        self.point_at(scale.moment(at.x()) if scale.area.adjusted(-2, -20, 2, 20).contains(at) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        pressed, self._pressed = self._pressed, None
        if self._anchor is not None:
            self._anchor = None
            self.ranged.emit(self.range)
        else:
            self.choose(self.curve_at(QPointF(pressed)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.scale is not None:
            self.went.emit(self.scale.moment(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self.point_at(None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._picture = None

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        self._say()
        self.draw_anew()

    def draw_anew(self) -> None:
        """Keeps nothing of the picture."""
        self._picture = None
        self.update()

    def _choose_range(self, one: int, other: int) -> None:
        """From one moment to another, in whole columns."""
        if self.drawn is None:
            return
        first, last = sorted((one, other))
        begin, end = self.drawn.column(first), self.drawn.column(last)
        edges = self.drawn.edges
        self.range = (
            first if begin is None else int(edges[begin]),
            last if end is None else int(edges[end + 1]),
        )
        self._say()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        with_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        leap = LEAP if modifiers & Qt.KeyboardModifier.ControlModifier else 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._walk(leap if key == Qt.Key.Key_Right else -leap, with_shift)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose_next(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.stepped.emit(-1)
        elif key == Qt.Key.Key_Minus:
            self.stepped.emit(1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.panned.emit(0.5 if key == Qt.Key.Key_PageDown else -0.5)
        elif key == Qt.Key.Key_Home and self.drawn is not None:
            self.point_at(int(self.drawn.edges[0]))
        elif key == Qt.Key.Key_End:
            self.point_at(None)
            self.to_the_newest.emit()
        elif key == Qt.Key.Key_M and self._pointed_at is not None:
            self.went.emit(self._pointed_at)
        elif key == Qt.Key.Key_Space:
            self.held.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif key == Qt.Key.Key_Escape and (self.range or self.choice or self._pointed_at is not None):
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._walked_from = None
        super().focusOutEvent(event)

    def _leave(self) -> None:
        """Escape: of a range, then of what is selected, then of the crosshair."""
        if self.range is not None:
            self.range = self._anchor = self._walked_from = None
            self.ranged.emit(None)
        elif self.choice:
            self.choose("")
        else:
            self.point_at(None)
        self.update()

    def _walk(self, by: int, with_range: bool) -> None:
        """The crosshair goes some columns on; with Shift from where it was a range is chosen."""
        if self.drawn is None or len(self.drawn.edges) < 2:
            return
        edges = self.drawn.edges
        last = len(edges) - 2
        before = last if self.column is None else self.column
        column = before if self.column is None else max(0, min(last, before + by))
        if not with_range:
            self._walked_from = None
        elif self._walked_from is None:
            self._walked_from = int(edges[before])
        self.point_at(int(edges[column]))
        if self._walked_from is not None:
            self._choose_range(self._walked_from, int(edges[column]))
            self.ranged.emit(self.range)

    def _choose_next(self, way: int) -> None:
        curves = self.drawn.curves if self.drawn is not None else ()
        if not curves:
            return
        keys = [curve.key for curve in curves]
        at = keys.index(self.choice) + way if self.choice in keys else (0 if way > 0 else len(keys) - 1)
        self.choose(keys[max(0, min(len(keys) - 1, at))])
