"""What runs behind the window from its first paint on: the session, what was named, the beat, and the script."""

import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

from meshdesk import logs
from meshdesk.model.trouble import Trouble
from meshdesk.session.book import Book
from meshdesk.session.kept_places import maps_folder
from meshdesk.session.session import Session
from meshdesk.ui.beat import Beat
from meshdesk.ui.collector import Collector
from meshdesk.ui.options import Options
from meshdesk.ui.script import PATIENCE, TOUR_PATIENCE, Script, arrive, arrive_later, picture, tour
from meshdesk.ui.window import Window

SWITCH = 0.001  # s that a thread which draws up a map or a moment may keep the window waiting; Python's own is 5 ms

WORK = 4.0  # ms of a beat from which on something is drawn


class Running:
    """One session, shown by one window."""

    def __init__(self, window: Window, options: Options, leave: Callable[[], None]) -> None:
        """`leave` ends the program; it is called when the pictures are taken."""
        self._window = window
        self._options = options
        self._leave = leave
        self._no_report = ""  # why the figures were not written
        self._has_capture = False
        logs.begin("window")
        sys.setswitchinterval(SWITCH)
        maps = None if options.takes_pictures else maps_folder()  # pictures do not depend on yesterday
        self._session = Session(book=Book(looks=options.screenshots is None), maps=maps)
        self._cursor = self._session.cursor  # as of the last look
        self.beat = Beat(self._session, self._each_beat, window.refresh_in_between)
        window.attach(self._session)
        if options.capture_limit is not None:
            self._session.capture_limit = options.capture_limit
        window.frame.records.waits.connect(self.beat.hurry)
        self._open()
        self._script = self._make_script()
        self._collector = Collector(self._is_busy, self._has_moved)
        self.beat.start()

    @property
    def code(self) -> int:
        """The exit code."""
        if self._no_report:
            return 1
        if self._script is None or not self._options.takes_pictures:
            return 0
        return 1 if self._script.code is None else self._script.code

    @property
    def sentence(self) -> str:
        """What there is to say at the end of a run that nobody watches: the troubles, and why no picture was taken."""
        if self._script is None or not self._options.takes_pictures:
            return self._no_report
        said = [*(trouble.sentence for trouble in self._session.troubles), self._script.sentence, self._no_report]
        return "\n".join(dict.fromkeys(sentence for sentence in said if sentence))

    def end(self) -> None:
        """Stops the beat, reports it where that was asked for, and ends all programs of the session."""
        self.beat.stop()
        self._collector.end()
        if self._options.beat_report is not None:
            self._report_beat(self._options.beat_report)
        self._session.close()

    def _is_busy(self) -> bool:
        """Whether something is asked or drawn."""
        return not self._session.idle() or self.beat.work.newest >= WORK

    def _has_moved(self) -> bool:
        """Whether the time cursor was dragged since the last look."""
        cursor, self._cursor = self._cursor, self._session.cursor
        return cursor is not self._cursor

    def _report_beat(self, file: Path) -> None:
        try:
            file.write_text(f"{json.dumps(self.beat.report())}\n", encoding="utf-8")
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._no_report = f"The figures of the beat could not be written to {file}: {why}. Name a file elsewhere."

    def _open(self) -> None:
        options, session = self._options, self._session
        for path in options.files:
            session.open_file(path)
        for connection in options.connections:
            session.connect(connection)
        for name in options.names:
            self._window.start.open_saved(name)
        if options.through is not None:
            self._window.opening.open_through(options.through, options.through_title)
        if options.view:
            self._window.show_view(options.view)
        if options.cluster is not None or options.link_problem:
            self._window.show_start()
        if options.cluster is not None:  # any web page may hold a link: it must not make this machine talk to a host
            self._window.start.fill(*options.cluster)
            self._window.toast.say("A link has filled in where to connect. Nothing was sent: look at it, then connect.")
        if options.link_problem:
            self._window.report(Trouble(options.link_problem, "", "link", "attention", time.time_ns() // 1_000_000))
        if options.is_plain:
            self._window.offer_tour()

    def _make_script(self) -> Script | None:
        options, window = self._options, self._window
        if options.screenshot is not None:
            return Script(picture(window, options.screenshot, options.view, options.select, options.at), PATIENCE)
        if options.screenshots is not None:
            patience = TOUR_PATIENCE + options.seconds
            return Script(tour(window, options.screenshots, options.seconds, options.select), patience)
        if options.cluster is not None and options.select:
            return Script(arrive_later(window, options.cluster[0], options.select), math.inf)
        has_place = options.select or options.at is not None
        return Script(arrive(window, options.select, options.at), TOUR_PATIENCE) if has_place else None

    def _each_beat(self) -> None:
        self._window.refresh()
        if not self._has_capture and self._session.captures:
            self._has_capture = True
            self._collector.load()
        self._collector.beat()
        script = self._script
        if script is None or script.code is not None:
            return
        script.step()
        if script.code is None:
            return
        if self._options.takes_pictures:
            self._leave()
        elif script.sentence:
            self._window.toast.say(script.sentence)
