"""MeshDesk's icon in the forms that systems want: PNG in sizes (Linux), .ico (Windows), .icns (macOS); made from the SVG."""

import struct
from collections.abc import Sequence
from pathlib import Path

ICON = Path(__file__).resolve().parents[1] / "resources" / "app" / "meshdesk.svg"
LINUX = (16, 24, 32, 48, 64, 128, 256, 512)  # px, the folders of the hicolor theme
WINDOWS = (16, 20, 24, 32, 40, 48, 64, 128, 256)  # px
# Apple's names for PNG in a family of icons: px each.
MACOS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic13": 256, b"ic08": 256, b"ic14": 512, b"ic09": 512, b"ic10": 1024}


def png(size: int) -> bytes:
    """The icon as a square PNG of so many pixels."""
    # The one use of Qt among the scripts that build packages; the others run where there is none.
    from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ICON)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Qt's stubs want the format as bytes where the call takes text.
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def ico(sizes: Sequence[int] = WINDOWS) -> bytes:
    """An icon of Windows: a directory of 16 bytes an entry, then PNGs, which it takes since Vista."""
    pictures = [png(size) for size in sizes]
    at = 6 + 16 * len(sizes)
    head = struct.pack("<HHH", 0, 1, len(sizes))
    for size, picture in zip(sizes, pictures, strict=True):
        side = size % 256  # 0 means 256
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return head + b"".join(pictures)


def icns() -> bytes:
    """A family of icons of macOS: `icns`, its length, and parts of name, length (both with their head of 8), PNG."""
    parts = b"".join(
        name + struct.pack(">I", 8 + len(data)) + data for name, data in ((n, png(s)) for n, s in MACOS.items())
    )
    return b"icns" + struct.pack(">I", 8 + len(parts)) + parts


def make(folder: Path) -> None:
    """Writes meshdesk.ico, meshdesk.icns and SIZE.png for each of Linux's sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in LINUX:
        (folder / f"{size}.png").write_bytes(png(size))
    (folder / "meshdesk.ico").write_bytes(ico())
    (folder / "meshdesk.icns").write_bytes(icns())
