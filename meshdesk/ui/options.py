"""What the command line asks of the window."""

from dataclasses import dataclass
from pathlib import Path

from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.ui.theme import Choice


@dataclass(frozen=True, slots=True)
class Options:
    """What is opened, what is shown of it, and what the window does by itself."""

    files: tuple[Path, ...] = ()
    connections: tuple[Connection, ...] = ()
    names: tuple[str, ...] = ()  # of saved connections
    cluster: tuple[str, str] | None = None  # brokers and registry of a link: filled in, not connected to
    link_problem: str = ""  # why a link opens nothing, as a sentence
    through: tuple[str, ...] | None = None  # a verb that prepares a mesh and says where it is (the demo)
    through_title: str = "Demo"
    demo: tuple[str, ...] | None = None  # the verb that the start page offers; None where there is no demo
    view: str = ""  # a name of ui.views.VIEWS; "" is the view that fits
    select: str = ""  # a topic, or a record as topic[partition]@offset
    at: Position | None = None  # the moment to show: a time, or so long before the newest; None is the newest
    size: tuple[int, int] | None = None  # of the window, in device-independent pixels
    scale: float = 1.0
    theme: Choice | None = None  # None: as the settings say
    screenshot: Path | None = None  # write this picture and leave
    screenshots: Path | None = None  # a bounded run without anybody: pictures into this folder
    seconds: float = 20.0  # how long that run lasts once records can arrive
    beat_report: Path | None = None  # figures of the beat, as JSON, at the end
    until_painted: bool = False  # says when the window was first painted, and ends
    capture_limit: int | None = None  # bytes of each live capture; None: as the settings say
    config: Path | None = None  # the folder of settings and of what is remembered; None: the platform's

    @property
    def is_plain(self) -> bool:
        """Somebody starts the program and has asked for nothing yet."""
        named = self.files or self.connections or self.names or self.cluster or self.through or self.view or self.select
        return not (named or self.at or self.link_problem or self.size or self.beat_report or self.takes_pictures)

    @property
    def takes_pictures(self) -> bool:
        """Nobody sits before the window; it leaves by itself."""
        return self.screenshot is not None or self.screenshots is not None
