"""What the bars around the view say: the top bar, the rail, the status line, and the title of the window."""

from typing import TYPE_CHECKING

from meshdesk.model.trouble import Trouble
from meshdesk.ui.places import NOWHERE
from meshdesk.ui.status import status_facts
from meshdesk.ui.widgets.chip import PRODUCTION
from meshdesk.ui.widgets.controls import tone_of

if TYPE_CHECKING:
    from meshdesk.ui.window import Window


class Bars:
    """The bars of one window. They say on each beat what is the case."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self._troubles: tuple[Trouble, ...] = ()
        self._known: tuple[Trouble, ...] = ()  # those that were there when the list was last on the screen

    def say(self) -> None:
        window, works = self._window, self._window.session.works
        history, parts, opened = window.places.history, window.places.parts(), window.current
        window.top.offer(history.can_go_back, history.can_go_forward)
        window.top.place.say(*parts)
        window.top.chip.setVisible(opened is not None)
        # While nothing is open the frame was never shown, and has no size of its own.
        window.rail.offer_explorer(opened is not None and window.frame.is_slim, window.frame.explorer.isVisible())
        window.status.say_works(works)
        if window.work_box is not None and window.work_box.isVisible():
            window.work_box.say(works)
        newest = self._count_trouble()
        if opened is None:
            window.top.wear("", False)
            window.setWindowTitle(NOWHERE)
            window.status.say(None, (), newest)
            return
        tone, hollow = tone_of(opened)
        window.top.chip.say(opened.title, opened.state_text, tone, hollow, opened.colour, opened.is_production)
        window.top.wear(opened.colour, opened.is_production)
        production = [PRODUCTION] if opened.is_production else []
        window.setWindowTitle(" – ".join([*reversed(parts), *production, NOWHERE]))
        window.status.say((tone, hollow), status_facts(opened), newest)

    def _count_trouble(self) -> Trouble | None:
        """The rail counts what is new since somebody looked; the newest goes to the status line."""
        window, troubles = self._window, self._window.troubles
        if window.pages.shown == "trouble":
            self._known = troubles
            window.rail.buttons["trouble"].count(0)
        elif troubles != self._troubles:  # some hundred are compared faster than they are counted
            window.rail.buttons["trouble"].count(len(set(troubles).difference(self._known)))
        self._troubles = troubles
        return troubles[-1] if troubles else None
