"""The secrets of connections, in the keyring of this system and nowhere else.

Only keyrings that encrypt are spoken to: they are named here, and none that the package `keyring` would find by itself
(with keyrings.alt installed it silently takes one of plain text). Each call has a thread of its own and a time limit, as a
keyring may ask its owner for a password, or hang. What cannot be stored lives for this run, and a sentence says so.
"""

import hashlib
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import Generic, Literal, Protocol, TypeVar

from meshdesk import logs
from meshdesk.model.profile import SECRETS, Credentials

SERVICE = "meshdesk/"  # and the profile's name; the user is the kind of secret
LIMIT = 6.0  # s for an answer: a Secret Service takes 0.1; within 10 s people hear why nothing goes on
PROMPT = 90.0  # s for a person to type the keyring's own password
HANGING = 4  # calls that never came back; after these no more are begun until one does

# A value of Windows' Credential Manager holds 2,560 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE) in UTF-16. What is longer is cut
# into parts, for every keyring alike.
PART = 1_200  # units of UTF-16
MOST_PARTS = 64  # 150 kB: a chain of certificates with its key is 10
CUT = "meshdesk-parts:"  # begins the first part of what was cut: the number of the others, and a digest of the whole

# In this order. KWallet and libsecret come for those who have their bindings; today's KDE serves the Secret Service, too.
ALLOWED = (
    ("darwin", "macOS", "Keyring"),
    ("win32", "Windows", "WinVaultKeyring"),
    ("linux", "SecretService", "Keyring"),
    ("linux", "libsecret", "Keyring"),
    ("linux", "kwallet", "DBusKeyring"),
)

Answer = TypeVar("Answer")
State = Literal["open", "locked", "none", "unknown"]  # none: the service is there and has never held anything


class Store(Protocol):
    """What is used of a keyring."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class KeyringProblem(Exception):
    """The keyring could not do what it was asked; the message is a sentence without a secret."""


class NoKeyringProblem(KeyringProblem):
    """There is none here that MeshDesk would trust."""


class LockedProblem(KeyringProblem):
    """It is locked, and was not unlocked."""


# Sentences.
ABSENT = "This system has no keyring that MeshDesk trusts (on Linux a Secret Service such as GNOME Keyring or KWallet)."
LOCKED = "The keyring of this system is locked. Unlock it when it asks, or in the system's own program for passwords."
FAILED = "The keyring of this system refused: it may have been reset or its rights changed. Open it in the system's own program."
UNMADE = (
    "This system has a place for keyrings and no keyring in it. Make one in the system's own program for passwords."
)
TORN = "What the keyring holds of this connection is not whole. Enter the secret again."
LONG = f"A secret is longer than a keyring is asked to hold ({MOST_PARTS * PART:,} characters). Name a file instead."


def open_store() -> Store:
    """The first keyring of ALLOWED that answers. Raises NoKeyringProblem."""
    for system, module, name in ALLOWED:
        if system != sys.platform:
            continue
        try:
            kind = getattr(import_module(f"keyring.backends.{module}"), name)
            if kind.priority > 0:  # raises where it cannot work here
                store: Store = kind()
                return store
        except (RuntimeError, ImportError, AttributeError, OSError):
            continue
    raise NoKeyringProblem(ABSENT)


def state_of(store: Store) -> State:
    """Whether it will ask its owner for a password before it answers."""
    if type(store).__module__ != "keyring.backends.SecretService":
        return "unknown"
    # Of Linux alone, and only once a secret is wanted.
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            return "locked" if secretstorage.Collection(bus).is_locked() else "open"
        except secretstorage.ItemNotFoundException:
            return "none"


def open_up(state: State) -> None:
    """Lets the Secret Service ask its owner: for the password of a locked keyring, or for one of a keyring that is to be made.

    Raises LockedProblem. (keyring does the same and leaves its connection open where that fails.)
    """
    # Of Linux alone, and only once a secret is wanted.
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            if state == "none":
                secretstorage.create_collection(bus, "Default", "default")
                return
            if not secretstorage.Collection(bus).unlock():  # True where the person has turned it down
                return
        except secretstorage.SecretStorageException:
            raise LockedProblem(UNMADE if state == "none" else LOCKED) from None
    raise LockedProblem(LOCKED)


class Secrets:
    """The secrets by profile: in the keyring, and those of this run alone in memory.

    Every call waits for the keyring: not for the window's thread.
    """

    def __init__(
        self,
        open_store: Callable[[], Store] = open_store,
        limit: float = LIMIT,
        prompt: float = PROMPT,
    ) -> None:
        """`limit` and `prompt` in seconds: for an answer, and for the person whom a locked keyring asks."""
        self._open, self._limit, self._prompt = open_store, limit, prompt
        self._of_run: dict[str, Credentials] = {}
        self._lock = threading.Lock()
        self._hanging = 0

    def read(self, name: str, on_asked: Callable[[], None] = lambda: None) -> tuple[Credentials, str]:
        """The secrets of a profile, each "" where there is none, and a sentence where the keyring could not be asked.

        `on_asked` is called when the keyring is locked and asks its owner.
        """
        of_run = self._of_run.get(name, Credentials())
        try:
            stored = self._ask(lambda store, state: _read(store, state, name), on_asked)
        except KeyringProblem as problem:
            return of_run, "" if name in self._of_run else str(problem)
        logs.keep_secret(*_values(stored))
        return of_run.over(stored), ""

    def keep(self, name: str, credentials: Credentials, on_asked: Callable[[], None] = lambda: None) -> str:
        """Stores the secrets of a profile, and removes those that are "".

        Gives "", or the sentence why they are kept for this run alone.
        """
        logs.keep_secret(*_values(credentials))
        self._of_run.pop(name, None)
        try:
            self._ask(
                lambda store, state: _keep(store, state, name, credentials), on_asked, credentials != Credentials()
            )
        except KeyringProblem as problem:
            if credentials == Credentials():
                return ""  # there is nothing that could be lost
            self._of_run[name] = credentials
            return f"{problem} MeshDesk keeps the passwords of “{name}” in memory, for this run alone."
        return ""

    def remember(self, name: str, credentials: Credentials) -> None:
        """Keeps secrets for this run alone."""
        logs.keep_secret(*_values(credentials))
        self._of_run[name] = credentials

    def forget(self, name: str) -> str:
        """Removes the secrets of a profile everywhere; "", or the sentence why they are still in the keyring."""
        self._of_run.pop(name, None)
        try:
            self._ask(lambda store, state: _keep(store, state, name, Credentials()))
        except NoKeyringProblem:
            return ""
        except KeyringProblem as problem:
            return f"The secrets of “{name}” may still be in the keyring. {problem}"
        return ""

    def _ask(
        self,
        do: "Callable[[Store, State], Answer]",
        on_asked: Callable[[], None] = lambda: None,
        writes: bool = False,
    ) -> Answer:
        """One question, at most so long; for as long as it takes to type a password where the keyring asks for it."""
        with self._lock:
            if self._hanging >= HANGING:
                raise KeyringProblem(_silence(self._limit))
        call = _Call(self._open, do, writes)
        kind = call.wait(self._limit)
        if kind == "asks":
            on_asked()
            kind = call.wait(self._prompt)
        if kind == "answered":
            return call.answer()
        self._watch(call.thread)
        raise LockedProblem(LOCKED) if call.has_asked else KeyringProblem(_silence(self._limit))

    def _watch(self, thread: threading.Thread) -> None:
        """Counts a call that does not come back until it does."""

        def wait() -> None:
            thread.join()
            with self._lock:
                self._hanging -= 1

        with self._lock:
            self._hanging += 1
        threading.Thread(target=wait, name="keyring, late", daemon=True).start()


class _Call(Generic[Answer]):
    """One call in a thread of its own; whoever asked may go before it comes back."""

    def __init__(self, open_store: Callable[[], Store], do: "Callable[[Store, State], Answer]", writes: bool) -> None:
        self.has_asked = False
        self._open, self._do, self._writes = open_store, do, writes
        self._said: SimpleQueue[Literal["asks", "answered"]] = SimpleQueue()
        self._answers: list[Answer] = []
        self._problem: KeyringProblem | None = None
        self.thread = threading.Thread(target=self._run, name="keyring", daemon=True)
        self.thread.start()

    def wait(self, seconds: float) -> Literal["asks", "answered", "silent"]:
        try:
            return self._said.get(timeout=seconds)
        except Empty:
            return "silent"

    def answer(self) -> Answer:
        """What it gave. Raises KeyringProblem."""
        if self._problem is not None:
            raise self._problem
        return self._answers[0]

    def _run(self) -> None:
        try:
            store = self._open()
            state = state_of(store)
            self.has_asked = state == "locked" or (state == "none" and self._writes)
            if self.has_asked:
                self._said.put("asks")
                open_up(state)
            self._answers.append(self._do(store, state))
        except KeyringProblem as problem:
            self._problem = problem
        except _errors("locked"):
            self._problem = LockedProblem(LOCKED)
        except _errors("other"):  # what they say is the library's, and may name what it holds
            self._problem = KeyringProblem(FAILED)
        self._said.put("answered")


# What a keyring may raise: that it is locked, and the rest.
ERRORS = {
    "locked": (
        ("keyring.errors", "KeyringLocked"),
        ("secretstorage.exceptions", "LockedException"),
        ("secretstorage.exceptions", "PromptDismissedException"),
    ),
    "other": (
        ("keyring.errors", "KeyringError"),
        ("secretstorage.exceptions", "SecretStorageException"),
        ("jeepney", "DBusErrorResponse"),
        ("win32ctypes.pywin32.pywintypes", "error"),
        ("builtins", "OSError"),
        ("builtins", "RuntimeError"),
        ("builtins", "ValueError"),
    ),
}


def _errors(kind: str) -> tuple[type[Exception], ...]:
    """Those of ERRORS whose library this system has."""
    found: list[type[Exception]] = []
    for module, name in ERRORS[kind]:
        with suppress(ImportError):
            found.append(getattr(import_module(module), name))
    return tuple(found)


def _silence(seconds: float) -> str:
    return (
        f"The keyring of this system has not answered for {seconds:g} s. It may be asking for its password in a window of "
        "its own; otherwise restart it, or log in again."
    )


# Secrets and their parts


def _values(credentials: Credentials) -> list[str]:
    return [getattr(credentials, one) for one in SECRETS]


def _read(store: Store, state: State, name: str) -> Credentials:
    if state == "none":
        return Credentials()  # nothing was ever stored, and asking would offer to make a keyring
    return Credentials(*(_whole(store, SERVICE + name, one) for one in SECRETS))


def _whole(store: Store, service: str, one: str) -> str:
    first = store.get_password(service, one) or ""
    if not first.startswith(CUT):
        return first
    digest = first.rpartition(":")[2]
    parts = [store.get_password(service, f"{one}/{n}") or "" for n in range(1, _number_of(first) + 1)]
    value = "".join(parts)
    if _digest(value) != digest:  # a write that was cut short
        raise KeyringProblem(TORN)
    return value


def _keep(store: Store, state: State, name: str, credentials: Credentials) -> None:
    """Stores what is there and removes what is not."""
    if any(len(_parts(value)) > MOST_PARTS for value in _values(credentials)):
        raise KeyringProblem(LONG)
    for one, value in zip(SECRETS, _values(credentials), strict=True):
        before = "" if state == "none" else store.get_password(SERVICE + name, one) or ""
        _put(store, SERVICE + name, one, value, before)


def _put(store: Store, service: str, one: str, value: str, before: str) -> None:
    parts = _parts(value)
    if len(parts) == 1 and not value.startswith(CUT):
        parts = []  # whole: other programs of the system can read and write it as well
    for n, part in enumerate(parts, 1):
        store.set_password(service, f"{one}/{n}", part)
    if value:  # the first one after its parts: what is cut short is noticed
        store.set_password(service, one, f"{CUT}{len(parts)}:{_digest(value)}" if parts else value)
    elif before:
        store.delete_password(service, one)
    for n in range(len(parts) + 1, _number_of(before) + 1):
        if store.get_password(service, f"{one}/{n}") is not None:
            store.delete_password(service, f"{one}/{n}")


def _number_of(first: str) -> int:
    """The number of parts that a first part names; 0 where it is the whole."""
    number = first.removeprefix(CUT).partition(":")[0] if first.startswith(CUT) else ""
    return min(int(number), MOST_PARTS) if number.isdecimal() else 0


def _parts(value: str) -> list[str]:
    """The value in pieces of at most PART units of UTF-16; no character is cut."""
    parts: list[str] = []
    begin = units = 0
    for end, sign in enumerate(value):
        needs = 2 if ord(sign) > 0xFFFF else 1
        if units + needs > PART:
            parts.append(value[begin:end])
            begin, units = end, 0
        units += needs
    return [*parts, value[begin:]]


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]
