"""The way from a saved or written connection to an open one: asks the book, shows its answers, and tests. It never waits.

Everything it asks for is an object that is done at some beat; `beat` looks at each.
"""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from meshdesk.model.profile import SECURITIES, Credentials, Profile, wanted
from meshdesk.model.trouble import Trouble
from meshdesk.session.book import Asked, Book
from meshdesk.session.checking import Checking
from meshdesk.session.connection import Connection
from meshdesk.ui.views.connection_form import CHOICES, ConnectionForm
from meshdesk.ui.widgets.connection_list import ConnectionList

if TYPE_CHECKING:
    from meshdesk.session.opened import Opened
    from meshdesk.ui.views.start import StartView

STATES = {  # of a capture: what the row of its connection says, and in which colour
    "connecting": ("connecting …", "second"),
    "live": ("open", "good_text"),
    "failed": ("could not be opened", "bad_text"),
}


Check = Callable[[Connection], Checking]

# What a client calls a setting, and where the form has it; the longest first.
IN_FORM = {
    "(ssl.certificate.location and ssl.key.location, or ssl.keystore.location for PKCS#12)": "at “Client certificate”",
    "in ssl.ca.location": "at “Trusted authorities”",
    "in ssl.key.location": "as “Key”",
    "ssl.ca.location": "“Trusted authorities”",
    "sasl.mechanism": "“Login”",
    "as that of the registry": "as “Authorities” of the schema registry",
}
PROTOCOLS: dict[str, str] = {security: f"“{words}”" for security, (words, _) in zip(SECURITIES, CHOICES, strict=True)}


def in_form_words(text: str) -> str:
    """A sentence about a client's settings in the words of the form, in which a person mends them.

    >>> in_form_words("Set security.protocol to SSL or SASL_SSL, or use the plaintext port.")
    'Set “Protocol” to “TLS” or “TLS and login”, or use the plaintext port.'
    """
    for setting, words in IN_FORM.items():
        text = text.replace(setting, words)
    if "security.protocol" in text:
        text = re.sub(r"\b(SASL_SSL|SASL_PLAINTEXT|SSL|PLAINTEXT)\b", lambda found: PROTOCOLS[found[1]], text)
    return text.replace("security.protocol", "“Protocol”")


class Connecting:
    """What the start page does with connections. One form, one test, any number that are being opened."""

    def __init__(self, start: "StartView", book: Book, check: Check, opened: "Callable[[], list[Opened]]") -> None:
        self.form: ConnectionForm | None = None
        self.question = ""  # what has to be answered in the form before a saved connection can be opened
        self._start, self._book, self._check, self._opened = start, book, check, opened
        self._list: ConnectionList | None = None
        self._opening: dict[str, Asked] = {}  # by name
        self._together: dict[str, int] = {}  # name: which were asked for between the same two beats
        self._beats = 0
        self._asked: Asked | None = None  # what the form waits for
        self._wish = ""  # what it is for: connect, save, test, or which secrets are stored
        self._checking: Checking | None = None
        self._deleting: list[Asked] = []
        self._shown: object = None
        self._said: set[str] = set()  # sentences about files that were said already
        self.look()

    @property
    def is_asking(self) -> bool:
        return bool(self._opening)

    def look(self) -> None:
        """Reads the folder of profiles anew: somebody may have changed a file."""
        if not self._book.is_busy:
            self._book.look()

    # Wishes

    def open(self, name: str) -> None:
        """Connects to a saved connection."""
        if name not in self._opening:
            self._opening[name] = self._book.open(name)
            self._together[name] = self._beats

    def write_new(self, bootstrap: str = "", registry: str = "") -> None:
        """A new connection; one that was begun and not saved is still there."""
        form = self._form_shown()
        if form.was or not form.is_changed:
            form.begin(Profile("", bootstrap, registry=registry))
        self._drop()
        form.texts["name"].edit.setFocus()

    def edit(self, name: str) -> None:
        """A saved connection, with which of its secrets are stored."""
        profile = self._book.profile(name)
        if profile is not None:
            self._edit(profile)
            if wanted(profile):
                self._ask("stored", self._book.look_for_secrets(profile))

    def delete(self, name: str) -> None:
        self._deleting.append(self._book.delete(name))

    # At the beat

    def beat(self) -> None:
        """Shows what has come to pass."""
        self._beats += 1
        late: set[int] = set()  # those of the command line are opened in their order, whoever's secrets come first
        for name, asked in list(self._opening.items()):
            if self._opening.get(name) is not asked:
                continue  # to open the one before asked the window for what is new, and so us
            if not asked.is_done:
                late.add(self._together[name])
            elif self._together[name] not in late:
                del self._opening[name], self._together[name]
                self._take_opened(name, asked)
        for asked in [asked for asked in self._deleting if asked.is_done]:
            self._deleting.remove(asked)
            self._start.said.emit(asked.sentence or f"Deleted {asked.profile.name} and its passwords.")
        self._show_found()
        if self.form is not None:
            self._take_asked(self.form)
            self._show_test(self.form)

    def _take_opened(self, name: str, asked: Asked) -> None:
        if asked.connection is not None:
            self._go(asked.connection, name)
        elif asked.has_failed:
            self._report(asked.sentence)
        else:
            self._edit(asked.profile)
            self.question = f"“{name}” cannot be opened. {next(iter(asked.problems.values()))}"
            self._start.page_asked.emit()
            if self.form is not None:
                self.form.show_problems(asked.problems)

    def _take_asked(self, form: ConnectionForm) -> None:
        asked = self._asked
        if asked is None:
            return
        if not asked.is_done:
            if self._wish != "stored":
                form.say(asked.note, is_busy=True)
            return
        self._asked = None
        form.say("")
        if self._wish == "stored":
            form.show_stored(asked.stored)
            form.say(asked.sentence)
        elif asked.has_failed:
            form.say(asked.sentence, is_wrong=True)
        elif form.show_problems(asked.problems) and asked.connection is None:
            form.say(next((text for name, text in asked.problems.items() if name not in form.rows), ""), is_wrong=True)
        elif self._wish == "save":
            self._take_saved(asked)
        elif asked.connection is not None and self._wish == "test":
            self._checking = self._check(asked.connection)
        elif asked.connection is not None:
            self._leave()  # what was written stays, to be saved once it has proved right
            self._go(asked.connection, form.was)

    def _take_saved(self, asked: Asked) -> None:
        if self.form is not None:
            self.form.begin(Profile(""))
        self._leave()
        self._start.said.emit(f"Saved {asked.profile.name}.")
        if asked.sentence:
            self._report(asked.sentence)

    def _go(self, connection: Connection, saved_as: str) -> None:
        """The connection is ready: the window opens it."""
        if saved_as:
            self._book.use(saved_as)
        self._start.connect_asked.emit(connection)

    def _show_found(self) -> None:
        states = {opened.title: STATES[opened.state] for opened in self._opened() if opened.state in STATES}
        states |= {name: (asked.note, "second") for name, asked in self._opening.items()}
        states |= {asked.profile.name: ("deleting …", "second") for asked in self._deleting}
        found = self._book.found
        if (self._book.revision, states) == self._shown:
            return
        self._shown = (self._book.revision, states)
        if self._list is None and found.profiles:
            self._list = ConnectionList()
            self._list.opened.connect(self.open)
            self._list.edited.connect(self.edit)
            self._list.deleted.connect(self.delete)
            self._start.show_list(self._list)
        if self._list is not None:
            self._list.show_saved(found.profiles, found.used, states)
            self._start.show_saved(bool(found.profiles))
        for sentence in found.wrong:
            if sentence not in self._said:
                self._said.add(sentence)
                self._report(sentence)

    def _show_test(self, form: ConnectionForm) -> None:
        checking = self._checking
        if checking is None:
            return
        steps = [replace(step, advice=in_form_words(step.advice)) for step in checking.steps]
        form.show_steps(steps, not checking.done)
        if checking.done:
            self._checking = None
            form.say("The test went all the way." if checking.ok else "")

    # The form

    def _form_shown(self) -> ConnectionForm:
        if self.form is None:
            self.form = ConnectionForm()
            self.form.connect_asked.connect(lambda *what: self._wish_of("connect", *what))
            self.form.save_asked.connect(lambda *what: self._wish_of("save", *what))
            self.form.test_asked.connect(lambda *what: self._wish_of("test", *what))
            self.form.left.connect(self._leave)
        self._start.show_page(self.form)
        return self.form

    def _edit(self, profile: Profile) -> None:
        form = self._form_shown()
        form.begin(profile, profile.name)
        self._drop()
        form.texts["bootstrap"].edit.setFocus()

    def _wish_of(self, wish: str, profile: Profile, typed: Credentials, was: str) -> None:
        if self._checking is not None:
            self._checking.cancel()
            if wish == "test":  # the button says “Stop the test”
                return
        if wish == "save":
            self._ask(wish, self._book.save(profile, typed, was))
        else:
            self._ask(wish, self._book.prepare(profile, typed, was))

    def _ask(self, wish: str, asked: Asked) -> None:
        self._wish, self._asked = wish, asked

    def _drop(self) -> None:
        """What the form waited for concerns nobody any more."""
        self._asked, self.question = None, ""
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None

    def _leave(self) -> None:
        self._drop()
        self._start.show_home()

    def _report(self, sentence: str) -> None:
        now = time.time_ns() // 1_000_000
        self._start.reported.emit(Trouble(sentence, about="saved connections", severity="attention", seen=now))
