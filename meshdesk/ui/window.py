"""The window: rail, top bar, trouble bar, the view on the screen, status line. It joins them, no more.

It is shown before the session is there: what a first paint does not need is imported and made after it (`attach`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from meshdesk.session.settings import Settings
from meshdesk.ui import theme
from meshdesk.ui.notices import Toast, TroubleBar
from meshdesk.ui.opening import Opening
from meshdesk.ui.pages import Pages
from meshdesk.ui.rail import EXPLORER, Rail
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.status import StatusLine
from meshdesk.ui.top_bar import TopBar
from meshdesk.ui.views.start import StartView
from meshdesk.ui.widgets.offer import Offer

if TYPE_CHECKING:  # each of these takes longer to import than the window to be shown
    from meshdesk.model.record import RecordName
    from meshdesk.model.trouble import Trouble
    from meshdesk.session.opened import Opened
    from meshdesk.session.session import Session
    from meshdesk.ui.actions import Actions
    from meshdesk.ui.bars import Bars
    from meshdesk.ui.diagnosing import Diagnosing
    from meshdesk.ui.frame import Frame
    from meshdesk.ui.places import Places
    from meshdesk.ui.playhead import Playhead
    from meshdesk.ui.tour import Tour
    from meshdesk.ui.views.product import ProductView
    from meshdesk.ui.widgets.palette_box import PaletteBox
    from meshdesk.ui.widgets.work_box import WorkBox

LEAST = QSize(640, 420)
TOUR = "window/tour_offered"  # remembered: somebody has answered


class Window(QWidget):
    """One window. It shows a session from `attach` on."""

    closing = Signal()
    painted = Signal()  # for the first time

    session: "Session"
    frame: "Frame"
    places: "Places"
    playhead: "Playhead"
    bars: "Bars"
    actions_: "Actions"

    def __init__(self, remembered: Remembered, demo: Sequence[str] | None, settings: Settings | None = None) -> None:
        """`demo` is the verb that starts the demo's mesh; None where this installation has none. Without settings all have
        their defaults."""
        super().__init__()
        self.current: Opened | None = None  # the capture that the window is about
        self.view = "records"  # what somebody wants to see; where nothing is open the start page stands for it
        self.is_closed = False
        self.palette_box: PaletteBox | None = None
        self.work_box: WorkBox | None = None
        self.settings = settings or Settings(None)
        self._remembered = remembered
        self._is_attached = False
        self._is_painted = False
        self._own_troubles: tuple[Trouble, ...] = ()
        self._diagnosing: Diagnosing | None = None
        self.tour: Tour | None = None
        self._offers_tour = False
        self.setWindowTitle("MeshDesk")
        self.setMinimumSize(LEAST)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()  # no control wears the ring of the focus before somebody has used the keyboard
        self.rail = Rail()
        self.top = TopBar()
        self.trouble = TroubleBar()
        self.offer = Offer(
            "signpost", "New here? Five sentences on the demo's mesh show you around.", "Take the tour", "Not now"
        )
        self.start = StartView(demo is not None)
        self.pages = Pages(self.start)
        self.status = StatusLine()
        self._lay_out()
        self.toast = Toast(self)
        self.opening = Opening(self, remembered, demo)

    def attach(self, session: "Session") -> None:
        """Gives the window its session, and makes all that the first paint did not need."""
        # After the first paint: the session and the frame take longer to import and make than the start page.
        from meshdesk.ui import effects
        from meshdesk.ui.actions import Actions
        from meshdesk.ui.bars import Bars
        from meshdesk.ui.frame import Frame
        from meshdesk.ui.places import Places
        from meshdesk.ui.playhead import Playhead

        self.session = session
        self.frame = Frame(self._remembered)
        self.playhead = Playhead(self)
        self.frame.set_strip(self.playhead.strip)
        self.places = Places(self)
        self.bars = Bars(self)
        self.pages.attach(self, self.frame)
        self.actions_ = Actions(self)
        self.rail.fill(list(self.pages.modules.values()), [keys.toString() for keys in self.actions_.view_keys()])
        self.top.menu_button.set_menu(self.actions_.menu())
        self._is_attached = True
        self.rail.pressed.connect(self.go_to_view)
        self.top.back.connect(self.places.back)
        self.top.forward.connect(self.places.forward)
        self.top.find_asked.connect(self.open_palette)
        self.top.place.pressed.connect(self.places.press)
        self.trouble.all_asked.connect(lambda: self.show_view("trouble"))
        self.status.works_asked.connect(self.show_works)
        self.status.trouble_asked.connect(lambda: self.show_view("trouble"))
        self.frame.explorer.opened.connect(self.open_topic)
        self.frame.explorer.added.connect(self.add_topic)
        self.frame.explorer.product_chosen.connect(self.open_product)
        self.frame.said.connect(self.toast.say)
        self.start.connect_asked.connect(self.opening.connect)
        self.start.page_asked.connect(lambda: self.show_view("start"))
        self.start.said.connect(self.toast.say)
        self.start.reported.connect(self.report)
        self.start.attach(session.book, session.check, lambda: session.captures)
        self.opening.show_recent()
        self.start.open_asked.connect(self.opening.ask_for_file)
        self.start.demo_asked.connect(self.opening.open_demo)
        self.start.back_asked.connect(self.leave_page)
        self.start.recover_asked.connect(self.opening.recover)
        self.start.delete_asked.connect(lambda orphan: self.session.delete(orphan))
        self.offer.taken.connect(self.take_tour)
        self.offer.declined.connect(self._answer_tour)
        effects.follow(self)
        self.refresh()

    # The beat

    def refresh(self) -> None:
        """Asks the session what is new and lets the visible parts show it."""
        if not self._is_attached:
            self.trouble.refresh(self.troubles)
            return
        for trouble in self.settings.take_troubles():
            self.report(trouble)
        self.start.take_over()
        captures = self.session.captures
        usable = [opened for opened in captures if opened.state in ("live", "ended") or opened.topics]
        if self.current not in usable:
            self.current = usable[-1] if usable else None
        framed = [name for name, module in self.pages.modules.items() if module.IS_FRAMED]
        self.pages.show_view("start" if self.view in framed and not usable else self.view)
        self.rail.mark(self.pages.shown, [name for name in self.pages.modules if usable or name not in framed])
        self.trouble.refresh(self.troubles, are_listed=self.pages.shown == "trouble")
        self.start.show_orphans(self.session.orphans)
        self.start.back_button.setVisible(bool(usable))
        if self.pages.is_framed:
            self.frame.refresh(captures)
            self.playhead.refresh()
            self.opening.show_awaited(usable)
        elif self.pages.shown == "start":
            self.start.show_progress(next((o for o in reversed(captures) if o not in usable), None))
        else:
            self.pages.refresh()
        if not captures:
            self.frame.explorer.refresh(captures)  # though it is hidden: it lets go of what was closed
        if self._diagnosing is not None:
            self._diagnosing.refresh()
            self._diagnosing = None if self._diagnosing.is_done else self._diagnosing
        self.offer.setVisible(self._offers_tour and self.pages.shown == "start" and self.tour is None)
        if self.tour is not None:
            self.tour.refresh()
            self.tour = None if self.tour.is_over else self.tour
        self.places.note()
        self.bars.say()

    def refresh_in_between(self) -> None:
        """Between two beats, as rows have come that somebody waits for: the list alone shows what is new."""
        if self.pages.is_framed and self.pages.shown_view is self.frame.records:
            self.frame.records.refresh_in_between()

    def report(self, trouble: "Trouble") -> None:
        """A trouble of the window itself; the same one again is counted."""
        # Where there is trouble it is no first paint, and the window has not imported it for itself.
        from meshdesk.session.troubles import with_trouble

        self._own_troubles = with_trouble(self._own_troubles, trouble)
        if not self._is_attached:
            self.refresh()  # no beat does it yet

    @property
    def troubles(self) -> "tuple[Trouble, ...]":
        if not self._is_attached:
            return self._own_troubles
        return (*self.session.troubles, *self._own_troubles) if self._own_troubles else self.session.troubles

    # What can be done

    def show_view(self, name: str) -> None:
        """Shows a view of VIEWS."""
        self.view = name
        self.refresh()

    def go_to_view(self, name: str) -> None:
        """What a press on the rail does: a view of VIEWS, or the explorer where it is folded away."""
        if name == EXPLORER:
            self.show_view("records")
            self.frame.toggle_explorer()
        elif name == "start":
            self.show_start()
        else:
            self.show_view(name)

    def open_palette(self) -> None:
        """Opens the palette, or closes it."""
        if self.palette_box is None:
            # Nobody pays for the palette before it is asked for.
            from meshdesk.ui.found import sources
            from meshdesk.ui.widgets.palette_box import PaletteBox

            self.palette_box = PaletteBox(self, lambda: sources(self))
        self.palette_box.open()

    def show_works(self) -> None:
        """Opens the list of what runs long, or closes it."""
        if self.work_box is None:
            from meshdesk.ui.widgets.work_box import WorkBox  # most of the time nothing runs long

            self.work_box = WorkBox(self)
        self.work_box.toggle(self.session.works)

    def leave_page(self) -> None:
        """From a view that takes the page for itself back to what is open."""
        self.show_view("records")

    def show_capture(self, opened: "Opened") -> None:
        """Shows a capture and its topics, none of them open."""
        self.view, self.current = "records", opened
        self.frame.show_topic(None, "")
        self.refresh()
        self.frame.explorer.go_to(opened)

    def open_topic(self, opened: "Opened", topic: str) -> None:
        """Shows the records of a topic in the work area."""
        self.view, self.current = "records", opened
        self.frame.show_topic(opened, topic)
        self.refresh()

    def open_product(self, opened: "Opened", id: str) -> None:
        """Shows the page of a data product."""
        self.view, self.current = "product", opened
        self.refresh()
        cast("ProductView", self.pages.shown_view).show_product(opened, id)

    def add_topic(self, opened: "Opened", topic: str) -> None:
        """Shows the records of a topic among those that are on the screen, merged by time."""
        if self.current is not opened:
            self.open_topic(opened, topic)
        else:
            self.frame.records.add_topic(opened, topic)
            self.refresh()

    def open_record(self, opened: "Opened", name: "RecordName") -> None:
        """Shows the topic of a record with that record selected."""
        self.places.jump()
        self.open_topic(opened, name.topic)
        self.frame.records.choose(name)

    def offer_tour(self) -> None:
        """On the very first start the first page offers it; nobody is taken along unasked."""
        self._offers_tour = not self._remembered.numbers("window/size") and not self._remembered.is_on(TOUR, False)
        self.refresh()

    def take_tour(self) -> None:
        """Five sentences on the demo; Escape ends it."""
        from meshdesk.ui.tour import Tour  # most starts have none

        self._answer_tour()
        if self.tour is not None:
            self.tour.end()
        self.tour = Tour(self)

    def _answer_tour(self) -> None:
        self._offers_tour = False
        self._remembered.keep(TOUR, True)
        self.refresh()

    def show_start(self) -> None:
        """The start page, to connect to one more; Escape leads back."""
        self.show_view("start")
        self.start.bootstrap.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_logs(self) -> None:
        """Shows where each program keeps its log, in the system's own file manager."""
        # None of these is needed before somebody looks for what went wrong.
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from meshdesk.logs import logs_folder

        folder = logs_folder()
        if not folder.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.toast.say(f"The logs are in {folder}.")

    def copy_diagnosis(self) -> None:
        """Puts on the clipboard what helps whoever is to mend something, without names and secrets."""
        from meshdesk.ui.diagnosing import Diagnosing  # nothing is amiss at first

        if self._diagnosing is None:
            self._diagnosing = Diagnosing(self)
            self.toast.say("The diagnosis is being written …")

    def copy(self, as_json: bool) -> None:
        """Copies what is selected in the view on the screen."""
        if self.pages.is_framed:
            self.frame.copy(as_json)
        else:
            self.pages.copy()

    def wear(self, choice: theme.Choice) -> None:
        """Dresses the window, and keeps that as the setting."""
        self.settings.choose("appearance", choice)
        app = QApplication.instance()
        if theme.choice() != choice and isinstance(app, QApplication):  # the command line had another one for this run
            theme.apply(app, choice)

    def say_times_anew(self) -> None:
        """Times are shown in another zone, or in another way: what was worded before is worded again."""
        self.frame.say_times_anew()
        self.start.show_orphans(())
        for part in self.findChildren(QWidget):
            part.update()

    # Qt asks

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.is_closed = True
        if not self.isMaximized():
            self._remembered.keep_numbers("window/size", [self.width(), self.height()])
        self.closing.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_attached:
            self.actions_.undress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the tour, or leaves a view that takes the page for itself."""
        if event.key() == Qt.Key.Key_Escape and self.tour is not None:
            self.tour.end()
        elif event.key() == Qt.Key.Key_Escape and self._is_attached and not self.pages.is_framed:
            self.leave_page()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The fourth and the fifth button of a mouse go back and forward, whatever widget is below it."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent) and self._is_attached:
            way = {Qt.MouseButton.BackButton: self.places.back, Qt.MouseButton.ForwardButton: self.places.forward}
            step = way.get(event.button())
            if step is not None:
                step()
                return True
        return False

    # Inside

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.trouble)
        column.addWidget(self.offer)
        column.addWidget(self.pages, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addLayout(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top)
        whole.addLayout(middle, 1)
        whole.addWidget(self.status)
