"""A topic that a session reads live: produced to, tailed, and what is stored of it."""

from meshdesk.demo.broker import Broker
from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.broker.collect.producing import New, produce
from tests.programs.running import records_in
from tests.programs.session.serving import settle, turn


def some(broker: Broker, topic: str, first: int, end: int, size: int = 10) -> None:
    """Produces the records `first` … `end` − 1, which say their number."""
    produce(broker.bootstrap, topic, [New(value(n, size)) for n in range(first, end)])


def value(number: int, size: int = 10) -> bytes:
    return b"%d " % number + bytes(size)


def live_on(session: Session, broker: Broker) -> Opened:
    """A connection to it."""
    opened = session.connect(Connection(broker.bootstrap))
    turn(session, lambda: opened.state == "live", "to be connected")
    return opened


def has_rows(opened: Opened, rows: int) -> bool:
    return opened.status.rows >= rows


def tailing(session: Session, broker: Broker, topic: str, rows: int) -> Opened:
    """A connection that reads a topic, and has read so many rows of it."""
    opened = session.connect(Connection(broker.bootstrap))
    opened.tail(topic, Position("beginning"))  # said before it is connected: collect reads its pipe in order
    turn(session, lambda: opened.state == "live" and opened.status.rows == rows, f"{rows} rows")
    settle(session)
    return opened


def stored(opened: Opened) -> list[bytes | None]:
    assert opened.folder is not None
    return [record.value for record in records_in(opened.folder)]


def pid_of(opened: Opened) -> int:
    assert opened.collect is not None
    return opened.collect.pid
