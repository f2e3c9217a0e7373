"""The mesh as a picture: pan, zoom, point at a thing to be told how it is known, choose a box, open it."""

from collections.abc import Callable, Iterable, Mapping
from math import hypot

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from meshdesk.model import wording
from meshdesk.model.graph import Box, Flow
from meshdesk.session.pictures import Behind, Picture
from meshdesk.ui import theme
from meshdesk.ui.widgets.map_paint import LEAST_HEIGHT, Drawing, Line, Look, ground_of, paint, paint_ground, paint_words

SMALLEST, LARGEST = 0.02, 3.0  # of the natural size
STEP = 1.25  # of a key, or of a wheel's notch
NOTCH = 120  # of a wheel, in eighths of a degree
MARGIN = 24  # around the whole picture
NEAR = 5  # px from a flow that count as on it
PAN = 48  # px of an arrow key with Ctrl
SIDEWAYS = 3.0  # how much farther than ahead something at the side of an arrow key's way counts

Words = Callable[[Box | Flow], str]
WAYS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class MeshMap(QWidget):
    """One painted widget. `words` says of a box or a flow what stands in its hover; the table beside it says the same in full."""

    chosen = Signal(str)  # the key of a box, or ""
    opened = Signal(str)  # the key of a box
    find_asked = Signal()

    def __init__(self, words: Words, hue: Callable[[str], QColor]) -> None:
        """`hue` says which one a domain has."""
        super().__init__()
        self._words, self._hue = words, hue
        self._drawing: Drawing | None = None
        self._rates: Mapping[str, float] = {}
        self._behind: Behind = {}
        self._scale, self._at = 1.0, QPointF(0, 0)  # of the picture's origin on the widget
        self._is_fitted = True  # it follows the widget's size until somebody pans or zooms
        self._choice, self._hovered = "", ""
        self._found: frozenset[str] = frozenset()
        self._pressed: QPoint | None = None
        self._is_panning = False
        self._ground_of: tuple[object, ...] | None = None  # what stood at the last paint
        self._ground_painted: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAccessibleName("Map of the mesh")
        self.setMinimumSize(200, 120)

    # What is shown

    @property
    def picture(self) -> Picture | None:
        return self._drawing.picture if self._drawing else None

    @property
    def choice(self) -> str:
        """The key of the box that is selected, or ""."""
        return self._choice

    def show_picture(self, picture: Picture | None) -> None:
        """Another picture. One of the same level stays where it is on the screen; what was selected stays so while it is there."""
        if picture is self.picture:
            return
        before = self.picture
        self._drawing = None if picture is None else Drawing.of(picture, self._hue)
        if self._drawing is None or self._choice not in self._drawing.boxes:
            self._choice = ""
        self._hovered = ""
        is_another = before is None or picture is None or before.graph.level != picture.graph.level
        if is_another or self._is_fitted:
            self.fit()
        self._say()
        self.update()

    def show_rates(self, rates: Mapping[str, float]) -> None:
        """Records a second by topic; a topic whose rate is not known is not among them."""
        if rates != self._rates:
            self._rates = rates
            self.update()

    def show_behind(self, behind: Behind) -> None:
        """How far each group is behind in each topic that it reads."""
        if behind is not self._behind:
            self._behind = behind
            self.update()

    def show_found(self, keys: Iterable[str]) -> None:
        """Marks the boxes that hold what is looked for."""
        found = frozenset(keys)
        if found != self._found:
            self._found = found
            self.update()

    def choose(self, key: str) -> None:
        """Selects a box ("": none) and brings it to the screen."""
        if self._drawing is None or (key and key not in self._drawing.boxes):
            return
        if key != self._choice:
            self._choice = key
            self._say()
            self.chosen.emit(key)
            self.update()
        if key:
            self._bring(self._drawing.boxes[key][1])

    def go_to(self, key: str) -> None:
        """Selects a box and brings it to the screen, near enough to be read."""
        if self._drawing is None or key not in self._drawing.boxes:
            return
        rect = self._drawing.boxes[key][1]
        if rect.height() * self._scale < LEAST_HEIGHT:
            self._scale, self._is_fitted = 1.0, False
            self._at = QPointF(self.width() / 2, self.height() / 2) - rect.center()
        self.choose(key)

    def fit(self) -> None:
        """The whole picture, no larger than its natural size."""
        self._is_fitted = True
        if self._drawing is None:
            return
        whole = self._drawing.whole
        if whole.isEmpty():
            return
        room = QSize(max(1, self.width() - 2 * MARGIN), max(1, self.height() - 2 * MARGIN))
        self._scale = max(SMALLEST, min(1.0, room.width() / whole.width(), room.height() / whole.height()))
        self._at = QPointF(self.width() / 2, self.height() / 2) - whole.center() * self._scale
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller, with the point `at` of the widget (its middle) staying where it is."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        scale = max(SMALLEST, min(LARGEST, self._scale * factor))
        self._at = at + (self._at - at) * (scale / self._scale)
        self._scale, self._is_fitted = scale, False
        self.update()

    def pan(self, by: QPointF) -> None:
        """Moves the picture by so many px."""
        self._at += by
        self._is_fitted = False
        self.update()

    @property
    def transform(self) -> QTransform:
        """From the picture's own pixels to the widget's."""
        return QTransform(self._scale, 0, 0, self._scale, self._at.x(), self._at.y())

    def box_at(self, at: QPointF) -> str:
        """The key of the box at a point of the widget, or ""."""
        point = self._there(at)
        boxes = self._drawing.boxes.items() if self._drawing else ()
        return next((key for key, (_, rect) in boxes if rect.contains(point)), "")

    def line_at(self, at: QPointF) -> Line | None:
        """The flow at a point of the widget."""
        point, near = self._there(at), NEAR / self._scale
        spot = QRectF(point.x() - near, point.y() - near, 2 * near, 2 * near)
        for line in self._drawing.lines if self._drawing else ():
            if line.around.adjusted(-near, -near, near, near).contains(point) and _passes(line, spot):
                return line
        return None

    def _there(self, at: QPointF) -> QPointF:
        """Where a point of the widget lies in the picture."""
        return (at - self._at) / self._scale

    def _bring(self, rect: QRectF) -> None:
        """Moves the picture no more than it takes to have the whole of a box on the screen."""
        on_screen = self.transform.mapRect(rect)
        inner = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        x = max(0.0, inner.left() - on_screen.left()) or min(0.0, inner.right() - on_screen.right())
        y = max(0.0, inner.top() - on_screen.top()) or min(0.0, inner.bottom() - on_screen.bottom())
        if x or y:
            self.pan(QPointF(x, y))

    def _say(self) -> None:
        """What a screen reader says of the picture and of the box that is selected."""
        if self._drawing is None:
            self.setAccessibleDescription("")
            return
        graph = self._drawing.picture.graph
        parts = [f"{wording.plural(len(graph.boxes), 'box', 'boxes')} and {wording.plural(len(graph.flows), 'flow')}."]
        if self._choice:
            parts.append(f"Selected: {self._words(self._drawing.boxes[self._choice][0])}")
        self.setAccessibleDescription(" ".join(parts))

    # What Qt asks

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._drawing is None:
            return
        look = Look(
            self.transform,
            QRectF(self.rect()),
            self._rates,
            self._behind,
            self._choice,
            self._hovered,
            self.hasFocus(),
            self._found,
            self.devicePixelRatioF(),
        )
        ground = self._ground(self._drawing, look)
        with QPainter(self) as painter:
            if ground is None:
                paint(painter, self._drawing, look)
            else:
                painter.drawPixmap(0, 0, ground)
                paint_words(painter, self._drawing, look)

    def _ground(self, drawing: Drawing, look: Look) -> QPixmap | None:
        """What stands while numbers change, painted once; None while the picture moves, as it would be painted at each step."""
        of, before = (ground_of(drawing, look), theme.colours()), self._ground_of
        self._ground_of = of
        if of != before:
            self._ground_painted = None
            return None
        if self._ground_painted is None:
            image = QPixmap(self.size() * look.pixels)
            image.setDevicePixelRatio(look.pixels)
            image.fill(theme.colours().canvas)
            with QPainter(image) as painter:
                paint_ground(painter, drawing, look)
            self._ground_painted = image
        return self._ground_painted

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self.zoom(STEP ** (turned / NOTCH), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._is_panning = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None:
            way = at.toPoint() - self._pressed
            if self._is_panning or way.manhattanLength() >= QApplication.startDragDistance():
                self._is_panning = True
                self._pressed = at.toPoint()
                self.pan(QPointF(way))
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        hovered = self.box_at(at)
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(Qt.CursorShape.PointingHandCursor if hovered else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        was_panning, self._pressed, self._is_panning = self._is_panning, None, False
        self.unsetCursor()
        key = "" if was_panning else self.box_at(event.position())
        if key and key == self._choice:
            self.chosen.emit(key)  # it may be selected because its topic was opened: now somebody has done it
        elif not was_panning:
            self.choose(key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if key := self.box_at(event.position()):
            self.opened.emit(key)

    def leaveEvent(self, event: QEvent) -> None:
        if self._hovered:
            self._hovered = ""
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, pans = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in WAYS and pans:
            self.pan(WAYS[key] * -PAN)
        elif key in WAYS:
            self._walk(WAYS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._choice:
            self.opened.emit(self._choice)
        elif key == Qt.Key.Key_Slash:
            self.find_asked.emit()
        elif key == Qt.Key.Key_Escape and self._choice:
            self.choose("")
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tell(event)
            return True
        return super().event(event)

    def _tell(self, event: QHelpEvent) -> None:
        at = QPointF(event.pos())
        key = self.box_at(at)
        line = None if key or self._drawing is None else self.line_at(at)
        about = self._drawing.boxes[key][0] if key and self._drawing else line.flow if line else None
        QToolTip.showText(event.globalPos(), self._words(about) if about else "", self)

    def _walk(self, way: QPointF) -> None:
        """The arrow keys select the next box in their direction; the first key selects the first box on the screen."""
        boxes = self._drawing.boxes if self._drawing else {}
        if not boxes:
            return
        if self._choice not in boxes:
            shown = self.transform.inverted()[0].mapRect(QRectF(self.rect()))
            keys = [key for key, (_, rect) in boxes.items() if rect.intersects(shown)] or list(boxes)
            self.choose(min(keys, key=lambda key: (boxes[key][1].x(), boxes[key][1].y())))
            return
        here = boxes[self._choice][1].center()

        def far(key: str) -> float:
            off = boxes[key][1].center() - here
            ahead = QPointF.dotProduct(off, way)
            aside = abs(off.y() * way.x() - off.x() * way.y())
            return hypot(ahead, SIDEWAYS * aside) if ahead > 1 else float("inf")

        nearest = min(boxes, key=far)
        if far(nearest) < float("inf"):
            self.choose(nearest)


def _passes(line: Line, spot: QRectF) -> bool:
    """Whether a flow's line goes through a spot: its path is open, and Qt would close it."""
    steps = max(8, int(line.straight.length() / max(1.0, spot.width())) * 2)
    return any(spot.contains(line.path.pointAtPercent(step / steps)) for step in range(steps + 1))
