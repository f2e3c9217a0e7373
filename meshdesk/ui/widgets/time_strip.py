"""The time strip: total throughput and changes by time, and the playhead that all views follow."""

import operator
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from meshdesk.model.cursor import Cursor
from meshdesk.model.marks import Mark
from meshdesk.session.strips import SHORTEST, Strip
from meshdesk.session.zone import shown_in
from meshdesk.ui import theme
from meshdesk.ui.widgets.strip_paint import LEFT, RIGHT, Look, front, ground, pill

NEAR = 6  # px from a mark or an edge of the range that count as on it
NOTCH = 120  # of a wheel, in eighths of a degree
ZOOM = 1.4  # of a notch, or of a key
LONGEST = 14 * 86_400_000  # ms that the strip reaches at most
STEPS = 200  # presses of an arrow key from one end to the other
FEW = 6  # changes that are told at once


Ground = tuple[object, ...]


class TimeStrip(QWidget):
    """A painted strip. It shows what it is given, and says where somebody wants the cursor, or which time to be on it."""

    moved = Signal(object)  # a Cursor
    zoomed = Signal()  # `view` is another one

    def __init__(self) -> None:
        super().__init__()
        self._strip: Strip | None = None
        self._marks: Sequence[Mark] = ()
        self._cursor = Cursor()
        self._is_live = False  # what is shown goes on
        self._whole = (0, 1)
        self.view: tuple[int, int] | None = None  # from and to, ms; None: the whole recording
        self._anchor: int | None = None  # ms; where a drag of a range began
        self._is_dragging = False
        self._has_ring = True  # while it has the focus, which the keys brought
        self._pointed: int | None = None  # ms under the mouse
        # What stays while the cursor moves: of what it is, its picture, and where the words of its clock stand.
        self._painted: tuple[Ground, QPixmap, list[QRectF]] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing is drawn behind it, at each frame of a drag
        self.setMinimumHeight(40)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setAccessibleName("Time strip")

    # What is shown

    @property
    def span(self) -> tuple[int, int]:
        """From and to, in ms since the epoch."""
        return self.view or self._whole

    def show_whole(self, start: int, end: int, is_live: bool) -> None:
        """The recording: its beginning and its end, or now."""
        if (start, end, is_live) != (*self._whole, self._is_live):
            self._whole, self._is_live = (start, max(end, start + SHORTEST)), is_live
            if self.view is not None and is_live and self.view[1] >= end - SHORTEST and self._cursor.is_live:
                length = self.view[1] - self.view[0]
                self.view = (self._whole[1] - length, self._whole[1])  # it moves along with what goes on
            self.update()

    def show_strip(self, strip: Strip | None, marks: Sequence[Mark], cursor: Cursor) -> None:
        """The curve, what changed, and where the cursor is."""
        if (strip, cursor) == (self._strip, self._cursor) and marks is self._marks:
            return
        self._strip, self._marks, self._cursor = strip, marks, cursor
        self.setAccessibleDescription(self.words())
        self.update()

    def show_cursor(self, cursor: Cursor) -> None:
        """Where the cursor is now."""
        self.show_strip(self._strip, self._marks, cursor)

    def words(self) -> str:
        """Where the cursor is, as a sentence."""
        return Look(self._strip, (), self._cursor, self.span, self._is_live, None, False).words()

    # Where things are

    def x_of(self, moment: int) -> float:
        """Where a moment is, in px."""
        start, end = self.span
        return LEFT + (moment - start) / (end - start) * self._wide

    def moment_at(self, x: float) -> int:
        """Which moment is there, in ms; beyond the ends it is that of the end."""
        start, end = self.span
        share = min(max((x - LEFT) / self._wide, 0.0), 1.0)
        return round(start + share * (end - start))

    @property
    def _wide(self) -> float:
        return max(1.0, self.width() - LEFT - RIGHT)

    # What somebody does

    def go_live(self) -> None:
        """To the newest, which goes on."""
        self.moved.emit(Cursor())

    def go_to(self, moment: int) -> None:
        """To a moment; behind the newest is live."""
        end = self._whole[1]
        if moment >= end:
            self.go_live()
        else:
            self.moved.emit(Cursor.of(max(moment, self.span[0], end - LONGEST)))

    def step_mark(self, by: int) -> None:
        """To the next change (1), or the one before (-1)."""
        here = self._cursor.moment if self._cursor.moment is not None else self._whole[1]
        seen = [mark.seen for mark in self._marks]
        found = [moment for moment in seen if (moment > here if by > 0 else moment < here)]
        if found:
            self.go_to(min(found) if by > 0 else max(found))

    def zoom(self, by: float, around: int | None = None) -> None:
        """Shows a longer (above 1) or a shorter time; a moment stays where it is."""
        start, end = self.span
        middle = around if around is not None else self._cursor.moment or end
        length = min(max((end - start) * by, SHORTEST), LONGEST)
        share = (middle - start) / (end - start)
        first = round(middle - share * length)
        last = min(round(first + length), self._whole[1])
        self.view = (round(last - length), last)
        whole = self._whole[1] - self._whole[0]
        if by > 1 and length >= whole and (end - start) < whole:
            self.view = None  # the whole recording, on the way to more than it
        self.update()
        self.zoomed.emit()

    def show_all(self) -> None:
        """The whole recording again."""
        self.view = None
        self.update()
        self.zoomed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        if pill(self).contains(event.position()):
            self.go_live()
            return
        self._is_dragging = True
        moment = self.moment_at(event.position().x())
        self._anchor = moment if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else self._other_edge(event)
        self._drag(moment)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moment = self.moment_at(event.position().x())
        if self._is_dragging:
            self._drag(moment)
        is_on = LEFT <= event.position().x() <= self.width() - RIGHT
        self._pointed = moment if is_on and not self._is_dragging else None
        on_edge = self._other_edge(event) is not None
        over_pill = pill(self).contains(event.position())
        shape = Qt.CursorShape.SizeHorCursor if on_edge else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.PointingHandCursor if over_pill else shape)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging, self._anchor = False, None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.show_all()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._has_ring = event.reason() != Qt.FocusReason.MouseFocusReason  # a mouse shows by itself where it is
        super().focusInEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / NOTCH
        if notches:
            self.zoom(ZOOM**-notches, self.moment_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, with_shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        many = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        here = self._cursor.moment if self._cursor.moment is not None else self._whole[1]
        step = max(1_000, (self.span[1] - self.span[0]) // STEPS) * many
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            moment = here + (step if key == Qt.Key.Key_Right else -step)
            if with_shift:
                anchor = self._cursor.start if self._cursor.start is not None else here
                self.moved.emit(Cursor.of(moment, anchor) if moment > anchor else Cursor.of(here, moment))
            else:
                self.go_to(moment)
        elif key == Qt.Key.Key_Home:
            self.go_to(self._whole[0])
        elif key == Qt.Key.Key_End:
            self.go_live()
        elif key == Qt.Key.Key_PageUp:
            self.step_mark(-1)
        elif key == Qt.Key.Key_PageDown:
            self.step_mark(1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1 / ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(ZOOM)
        elif key == Qt.Key.Key_0:
            self.show_all()
        elif key == Qt.Key.Key_Escape and self._cursor.range is not None:
            self.moved.emit(Cursor.of(self._cursor.range[1]))
        else:
            super().keyPressEvent(event)

    def _drag(self, moment: int) -> None:
        if self._anchor is not None and moment != self._anchor:
            self.moved.emit(Cursor.of(moment, self._anchor))
        else:
            self.go_to(moment)

    def _other_edge(self, event: QMouseEvent) -> int | None:
        """The other end of the range, where the mouse is on one of them."""
        if self._cursor.range is None:
            return None
        first, last = self._cursor.range
        for edge, other in ((first, last), (last, first)):
            if abs(self.x_of(edge) - event.position().x()) <= NEAR:
                return other
        return None

    # Qt asks

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.told_at(event.pos()), self)
            return True
        return super().event(event)

    def told_at(self, place: QPoint) -> str:
        """What there is to say of a place: what changed there, else how to use the strip."""
        near = [mark for mark in self._marks if abs(self.x_of(mark.seen) - place.x()) <= NEAR]
        look = self._look()
        if near:
            lines = [f"{look.clock(mark.seen)} {mark.text}" for mark in near[:FEW]]
            return "\n".join(lines + ([f"and {len(near) - FEW} more changes"] if len(near) > FEW else []))
        if pill(self).contains(QPointF(place)):
            return "Back to the newest (End)"
        return "Drag to go back in time, with Shift to choose a range. The wheel zooms, End is back to the newest."

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look()
        with QPainter(self) as painter:
            image, words = self._ground(look)
            painter.drawPixmap(QPointF(0, 0), image)
            front(painter, QRectF(self.rect()), look, words)

    def _ground(self, look: Look) -> tuple[QPixmap, list[QRectF]]:
        """What stays while the cursor moves, painted once."""
        stands = (look.span, look.is_live, look.is_moment, look.cursor.is_live)
        of = (look.strip, look.marks, shown_in(), stands, self.size(), self.devicePixelRatioF(), theme.colours())
        if self._painted is None or not _is_same(of, self._painted[0]):
            image = QPixmap(self.size() * self.devicePixelRatioF())
            image.setDevicePixelRatio(self.devicePixelRatioF())
            image.fill(theme.colours().panel)
            with QPainter(image) as painter:
                words = ground(painter, QRectF(self.rect()), look)
            self._painted = (of, image, words)
        return self._painted[1:]

    def _look(self) -> Look:
        return Look(
            self._strip,
            self._marks,
            self._cursor,
            self.span,
            self._is_live,
            self._pointed,
            self.hasFocus() and self._has_ring,
        )


def _is_same(one: Ground, other: Ground) -> bool:
    """Strip and marks are the same objects, the rest is equal."""
    return all(map(operator.is_, one[:2], other[:2])) and one[2:] == other[2:]
