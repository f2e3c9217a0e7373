"""Saved connections as the command line names them: which there are, which may have been meant, and one with its secrets."""

import shlex
from collections.abc import Callable, Sequence

from meshdesk.model.profile import Credentials, needed, wanted
from meshdesk.session.book import ASKS, CALLED
from meshdesk.session.connection import Connection
from meshdesk.session.profiles import ProfileError, Profiles, alike, connection, file_problems
from meshdesk.session.secrets import Secrets

MOST_NAMES = 5  # that a sentence lists


def saved_names() -> list[str]:
    """The names of the saved connections."""
    return Profiles().names()


def profile_problem(name: str) -> str:
    """What is wrong with the file of a saved connection; "" where nothing is."""
    try:
        Profiles().load(name)
    except ProfileError as error:
        return str(error)
    return ""


def meant(word: str, saved: Sequence[str], otherwise: str) -> str:
    """Which saved connections somebody may have meant; `otherwise` where none reads alike."""
    near = alike(word, saved)
    return f"There is {_list(near)}." if near else otherwise


def open_saved(name: str, say: Callable[[str], None]) -> Connection:
    """A saved connection with its secrets; `say` tells that the keyring asks for its password. Raises ProfileError."""
    profiles = Profiles()
    if not profiles.has(name):
        raise ProfileError(
            f"There is no saved connection “{name}”. {meant(name, profiles.names(), _all(profiles.names()))}"
        )
    profile = profiles.load(name)
    for field, problem in file_problems(profile, profiles.folder).items():
        if field not in ("catalogues", "schemas"):  # a folder that is gone bars nobody from the cluster
            raise ProfileError(problem)
    credentials, sentence = Credentials(), ""
    if wanted(profile):
        credentials, sentence = Secrets().read(name, lambda: say(ASKS))
    for secret in needed(profile):
        if not getattr(credentials, secret):
            why = sentence or f"The keyring holds no {CALLED[secret]} of “{name}”."
            raise ProfileError(f"{why} The window asks for it: meshdesk {shlex.quote(name)}")
    return connection(profile, credentials, profiles.folder)


def _all(saved: Sequence[str]) -> str:
    if not saved:
        return "None is saved yet: the window saves one, on its first page."
    more = len(saved) - MOST_NAMES
    return f"There is {_list(saved[:MOST_NAMES])}{f' and {more} more' if more > 0 else ''}."


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
