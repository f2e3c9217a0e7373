"""The panels of the window, and how the F6 key goes from one to the next: rail, top bar, explorer, view, inspector, foot."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from meshdesk.ui.window import Window


def step(window: "Window", by: int) -> None:
    """Gives the keys to the next panel (1) or the one before (-1), around the ends; one with nothing to use is passed over."""
    panels = [(panel, first) for panel, wanted in _panels(window) if (first := _first(panel, wanted)) is not None]
    focused = QApplication.focusWidget()
    at = next((place for place, (panel, _) in enumerate(panels) if focused and panel.isAncestorOf(focused)), None)
    if panels:
        _, first = panels[(at + by) % len(panels) if at is not None else min(by, 0)]
        first.setFocus(Qt.FocusReason.TabFocusReason)


def _panels(window: "Window") -> list[tuple[QWidget, QWidget | None]]:
    """In their order, each with what has the keys first in it; None for the first that takes them."""
    frame = window.frame
    view: list[tuple[QWidget, QWidget | None]] = [(window.pages.shown_view, None)]
    if window.pages.is_framed:
        view = [
            (frame.explorer, frame.explorer.list),
            (window.pages.shown_view, frame.records.table if window.pages.shown_view is frame.records else None),
            (frame.inspector, None),
        ]
    return [(window.rail, None), (window.top, None), (window.trouble, None), *view, (window.status, None)]


def _first(panel: QWidget, wanted: QWidget | None) -> QWidget | None:
    if not panel.isVisible():
        return None
    if wanted is not None and _takes(wanted):
        return wanted
    at = panel.nextInFocusChain()
    while at is not None and at is not panel:
        if panel.isAncestorOf(at) and _takes(at):
            return at
        at = at.nextInFocusChain()
    return None


def _takes(widget: QWidget) -> bool:
    takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return takes and widget.isVisible() and widget.isEnabled()
