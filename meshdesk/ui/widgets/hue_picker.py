"""A row of colours of which one is chosen, or none: what a connection is known by all over the window."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from meshdesk.ui import theme

SIDE = 26
DOT = 7.0  # radius


class HuePicker(QWidget):
    """The hues of the theme, and one of its own where somebody has written it into a file."""

    chosen = Signal(str)  # #rrggbb, or "" for none

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._own: _Hue | None = None
        self.hues = [_Hue("None", ""), *(_Hue(*each) for each in theme.HUES.items())]
        for hue in self.hues:
            self._add(hue)
        self.hues[0].setChecked(True)
        self._group.buttonClicked.connect(lambda hue: self.chosen.emit(hue.colour))

    @property
    def colour(self) -> str:
        """The one that is chosen, as #rrggbb; "" for none."""
        hue = self._group.checkedButton()
        return hue.colour if isinstance(hue, _Hue) else ""

    def choose(self, colour: str) -> None:
        """Chooses one without telling anybody."""
        found = next((hue for hue in self.hues if hue.colour.lower() == colour.lower()), None)
        if found is None:
            if self._own is None:
                self._own = _Hue("Its own", colour)
                self._add(self._own)
                self.hues.append(self._own)
            self._own.colour = colour
            found = self._own
        found.setChecked(True)

    def _add(self, hue: "_Hue") -> None:
        self._group.addButton(hue)
        self._row.addWidget(hue)


class _Hue(QAbstractButton):
    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self.colour = colour
        self.setCheckable(True)
        self.setAccessibleName(f"Colour: {name}")
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(SIDE / 2, SIDE / 2)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setPen(QPen(c.accent if self.isChecked() or self.hasFocus() else c.line, 1.5))
            painter.setBrush(c.accent_back if self.hasFocus() else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(1, 1, SIDE - 2, SIDE - 2), theme.RADIUS, theme.RADIUS)
        own = theme.hue(self.colour, False)
        if own is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(own)
            painter.drawEllipse(middle, DOT, DOT)
        else:
            painter.setPen(QPen(c.second, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, DOT - 0.75, DOT - 0.75)
            painter.drawLine(QPointF(SIDE / 2 - 4, SIDE / 2 + 4), QPointF(SIDE / 2 + 4, SIDE / 2 - 4))
