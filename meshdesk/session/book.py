"""The saved connections as a window has them. What waits for the disk or the keyring runs in threads; `beat` takes it over."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from meshdesk.model.profile import SECRETS, Credentials, Profile, needed, only, problems, wanted
from meshdesk.session.connection import Connection
from meshdesk.session.profiles import Found, ProfileError, Profiles, connection, file_problems
from meshdesk.session.secrets import Secrets

ASKS = "The keyring of this system is locked and asks for its password …"
WAITS = "asking the keyring …"
CALLED = {
    "password": "password",
    "key_password": "password of the key",
    "registry_password": "password of the registry",
}


@dataclass(eq=False)
class Asked:
    """Something that was asked of the book. It changes only in `Book.beat`."""

    profile: Profile
    note: str = WAITS  # what it waits for
    is_done: bool = False
    has_failed: bool = False  # `sentence` says why
    problems: dict[str, str] = field(default_factory=dict)  # a sentence by field of Profile or Credentials
    sentence: str = ""  # why it failed, or what there is to know though it went well
    connection: Connection | None = None
    stored: tuple[str, ...] = ()  # the secrets that there are, typed or stored


class Book:
    """The saved connections. Lives on the window's thread; nothing here waits."""

    def __init__(self, profiles: Profiles | None = None, secrets: Secrets | None = None, looks: bool = True) -> None:
        """Without `looks` the folder counts as empty: for pictures that must not show what somebody has saved."""
        self._looks = looks
        self.found = Found()
        self.is_read = False
        self.revision = 0
        self._profiles, self._secrets = profiles or Profiles(), secrets or Secrets()
        self._changes: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._files = threading.Lock()  # one at a time writes
        self._threads: list[threading.Thread] = []

    @property
    def is_busy(self) -> bool:
        """Something is on its way."""
        return bool(self._threads)

    def close(self, seconds: float) -> None:
        """Waits at most so long for what is being saved; a keyring that hangs is not waited for longer."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def beat(self) -> None:
        """Takes over what has come to pass since the last beat."""
        while True:
            try:
                change = self._changes.get_nowait()
            except Empty:
                return
            change()
            self.revision += 1

    def profile(self, name: str) -> Profile | None:
        """The saved one of this name."""
        return next((profile for profile in self.found.profiles if profile.name == name), None)

    # What can be asked

    def look(self) -> None:
        """Reads the folder anew."""
        if self._looks:
            self._start(lambda: self._take(self._profiles.read()))

    def open(self, name: str) -> Asked:
        """Makes a connection of a saved profile and its secrets."""

        def work(asked: Asked) -> None:
            profile = self._profiles.load(name)
            self._change(asked, profile=profile)
            self._prepare(asked, profile, Credentials(), name)

        return self._ask(Profile(name), work)

    def prepare(self, profile: Profile, typed: Credentials, was: str = "") -> Asked:
        """Makes a connection of what stands in a form; `was` is the saved name whose secrets count where none is typed."""
        return self._ask(profile, lambda asked: self._prepare(asked, profile, typed, was))

    def save(self, profile: Profile, typed: Credentials, was: str = "") -> Asked:
        """Saves a profile and its secrets; those that are not typed stay as they are."""
        return self._ask(profile, lambda asked: self._save(asked, profile, typed, was))

    def look_for_secrets(self, profile: Profile) -> Asked:
        """Which secrets of a saved profile there are."""

        def work(asked: Asked) -> None:
            stored, sentence = self._secrets.read(profile.name, lambda: self._change(asked, note=ASKS))
            names = tuple(name for name in SECRETS if getattr(stored, name))
            self._change(asked, stored=names, sentence=sentence)

        return self._ask(profile, work)

    def delete(self, name: str) -> Asked:
        """Removes a profile with its secrets."""

        def work(asked: Asked) -> None:
            with self._files:
                self._profiles.delete(name)
            self._take(self._profiles.read())
            self._change(asked, sentence=self._secrets.forget(name))

        return self._ask(Profile(name), work)

    def use(self, name: str) -> None:
        """Notes that it is used now."""
        now = time.time_ns() // 1_000_000

        def work() -> None:
            with self._files:
                self._profiles.use(name, now)
            self._take(self._profiles.read())

        self._start(work)

    # In threads

    def _prepare(self, asked: Asked, profile: Profile, typed: Credentials, was: str) -> None:
        wrong = {
            **problems(replace(profile, name=profile.name or "unnamed")),
            **file_problems(profile, self._profiles.folder),
        }
        credentials, sentence = self._credentials(asked, profile, typed, was)
        for name in needed(profile):
            if not getattr(credentials, name):
                why = sentence or f"The keyring holds no {CALLED[name]} of “{was}”."
                wrong[name] = f"{why} Enter it here." if was else f"Enter the {CALLED[name]}."
        is_barred = set(wrong) - {"catalogues", "schemas"}  # a folder that is gone bars nobody from the cluster
        made = None if is_barred else connection(profile, credentials, self._profiles.folder)
        self._change(asked, problems=wrong, connection=made)

    def _save(self, asked: Asked, profile: Profile, typed: Credentials, was: str) -> None:
        if wrong := problems(profile):
            self._change(asked, problems=wrong)
            return
        credentials, silence = self._credentials(asked, profile, typed, was)
        with self._files:
            try:
                self._profiles.save(profile, was)
            except ProfileError as error:
                self._change(asked, problems={"name": str(error)})
                return
        self._take(self._profiles.read())
        if silence:  # what is stored and could not be read must not be written over
            sentence = f"{silence} The passwords of “{profile.name}” stay as they are."
            if credentials != Credentials():
                self._secrets.remember(profile.name, credentials)
                sentence = f"{silence} What was typed is kept in memory, for this run alone."
        else:
            sentence = self._secrets.keep(profile.name, credentials, lambda: self._change(asked, note=ASKS))
            if was and was != profile.name:
                sentence = sentence or self._secrets.forget(was)
        self._change(asked, sentence=sentence, stored=tuple(name for name in SECRETS if getattr(credentials, name)))

    def _credentials(self, asked: Asked, profile: Profile, typed: Credentials, was: str) -> tuple[Credentials, str]:
        """What is typed, and what is stored where nothing is; with the sentence why that could not be read."""
        stored, sentence = Credentials(), ""
        if was and any(not getattr(typed, name) for name in wanted(profile)):
            stored, sentence = self._secrets.read(was, lambda: self._change(asked, note=ASKS))
        return only(typed.over(stored), wanted(profile)), sentence

    # Between the threads

    def _ask(self, profile: Profile, work: Callable[[Asked], None]) -> Asked:
        asked = Asked(profile)

        def run() -> None:
            try:
                work(asked)
            except ProfileError as error:
                self._change(asked, sentence=str(error), has_failed=True)
            finally:
                self._change(asked, is_done=True)

        self._start(run)
        return asked

    def _start(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            finally:
                self._changes.put(lambda: self._threads.remove(thread))

        thread = threading.Thread(target=run, name="saved connections", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _take(self, found: Found) -> None:
        def take() -> None:
            self.found, self.is_read = found, True

        self._changes.put(take)

    def _change(self, asked: Asked, **values: object) -> None:
        def change() -> None:
            for name, value in values.items():
                setattr(asked, name, value)

        self._changes.put(change)
