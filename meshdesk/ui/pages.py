"""The pages: which view is on the screen. A view is imported after the first paint, and made when it is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtWidgets import QStackedWidget, QWidget

from meshdesk.ui.views import VIEWS

if TYPE_CHECKING:
    from meshdesk.ui.frame import Frame
    from meshdesk.ui.views.start import StartView
    from meshdesk.ui.window import Window


class ViewModule(Protocol):
    """What the file of a view says (ui/views/__init__.py)."""

    NAME: str
    TITLE: str
    ICON: str
    IS_FRAMED: bool
    IS_AT_FOOT: bool

    def make(self, window: "Window") -> QWidget: ...


class Refreshed(Protocol):
    """What each view can do."""

    def refresh(self) -> object: ...


def view_module(name: str) -> ViewModule:
    """The file of a view of VIEWS."""
    return cast("ViewModule", import_module(f"meshdesk.ui.views.{name}"))


class Pages(QStackedWidget):
    """The start page, the frame with the views that stand in it, and the views that take the page for themselves."""

    def __init__(self, start: "StartView") -> None:
        super().__init__()
        self.shown = "start"
        self.modules: dict[str, ViewModule] = {}  # by name, in the order of VIEWS
        self._made: dict[str, QWidget] = {}
        self.addWidget(start)

    def attach(self, window: "Window", frame: "Frame") -> None:
        """From now on every view can be shown."""
        self._window, self._frame = window, frame
        self.addWidget(frame)
        self.modules = {name: view_module(name) for name in VIEWS}

    @property
    def is_framed(self) -> bool:
        """The view on the screen stands in the frame."""
        return self.modules[self.shown].IS_FRAMED

    @property
    def shown_view(self) -> QWidget:
        """The view on the screen."""
        return self._made[self.shown]

    def show_view(self, name: str) -> None:
        """Brings a view to the screen."""
        if name != self.shown or name not in self._made:
            self.shown = name
            view, framed = self.view(name), self.modules[name].IS_FRAMED
            if framed:
                self._frame.show_view(view)
            self.setCurrentWidget(self._frame if framed else view)

    def refresh(self) -> None:
        """Lets the view on the screen ask what is new; the others cost nothing."""
        cast("Refreshed", self._made[self.shown]).refresh()

    def copy(self) -> None:
        """Copies what is selected in the view on the screen, where it has something to copy."""
        copy = getattr(self._made[self.shown], "copy", None)
        if copy is not None:
            copy()

    def view(self, name: str) -> QWidget:
        """A view, made where it was not shown before."""
        view = self._made.get(name)
        if view is None:
            view = self._made[name] = self.modules[name].make(self._window)
            if not self.modules[name].IS_FRAMED:
                self.addWidget(view)
        return view
