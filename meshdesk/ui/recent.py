"""The clusters that the window was connected to without a saved connection, the newest first. Remembered from run to run."""

import json

from meshdesk.session.connection import Connection
from meshdesk.ui.remembered import Remembered

NAME = "start/recent"  # where it is remembered
KEPT = 8  # what a menu shows at a glance; who returns to more has saved them


def recent(remembered: Remembered) -> list[Connection]:
    """The remembered connections; [] where there are none or the file was spoilt."""
    try:
        kept = json.loads(remembered.text(NAME, "[]"))
    except ValueError:
        return []
    pairs = [pair for pair in kept if isinstance(pair, list) and len(pair) == 2] if isinstance(kept, list) else []
    return [Connection(*pair) for pair in pairs if all(isinstance(word, str) and word.isprintable() for word in pair)]


def note(remembered: Remembered, connection: Connection) -> None:
    """Puts a connection first. One that is saved, or that needs more than two addresses, is not for here."""
    plain = Connection(connection.bootstrap, connection.registry)
    if connection != plain:
        return
    kept = [plain, *(one for one in recent(remembered) if one != plain)][:KEPT]
    remembered.keep(NAME, json.dumps([[one.bootstrap, one.registry] for one in kept]))
