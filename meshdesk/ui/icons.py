"""Icons: Lucide's outlines (resources/icons), drawn in any colour and kept by size, colour and scale."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from meshdesk.session.resources import resource

STROKE = "1.7"
PICTURES = 512  # some 50 icons in a few colours and sizes at two scales
ICON = 16


def draw(painter: QPainter, name: str, x: float, y: float, size: int, colour: QColor) -> None:
    """Draws an icon with its left upper corner at (x, y), sharp at the scale of the device."""
    painter.drawPixmap(
        QRectF(x, y, size, size).toAlignedRect(), picture(name, size, colour, painter.device().devicePixelRatioF())
    )


def icon(name: str, colour: QColor, size: int = ICON) -> QIcon:
    """The icon for a menu; make it anew when the colours change."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(picture(name, size, colour, ratio))
    return made


def picture(name: str, size: int, colour: QColor, ratio: float) -> QPixmap:
    """The icon as a picture of `size` device-independent pixels at the scale `ratio`."""
    return _picture(name, size, colour.name(QColor.NameFormat.HexRgb), ratio)


@lru_cache(PICTURES)
def _picture(name: str, size: int, colour: str, ratio: float) -> QPixmap:
    svg = (resource("icons") / f"{name}.svg").read_text(encoding="utf-8")
    svg = svg.replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{STROKE}"')
    pixels = round(size * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
