"""The thread that looks after the folders of catalogues and of schemas while a capture is made, whether or not a broker answers."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from meshdesk.collect.catalogues.folder import CONTRACTS, Folder, names
from meshdesk.collect.schema_files import SCHEMAS
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.schema_formats import format_of
from meshdesk.model.trouble import Trouble

EVERY = 2.0  # s between looks: a file that is saved shows while its editor is still on the screen
SHARE = 20  # a look that takes long is made less often, so that looking takes a twentieth of a core at most
REST = 1.0  # s at most after a file, for as long as reading it took: reading has half a core, and the collect loop the rest

Facts = list[Fact | Checked]


def folders_of(
    contracts: Sequence[str], schemas: Sequence[str], now: Callable[[], int], known: Iterable[Fact | Checked] = ()
) -> list[Folder]:
    """What is to be looked at for the folders of contracts and the folders and files of schemas that a connection names.

    A folder of contracts is looked through for schemas, too: they are what its contracts link to, and what these refer to.
    A path with the ending of a schema is taken for a file: the disk, which may be a network's and not answer, is not asked
    here. Where it is a folder, the look finds that out.
    """
    told = list(known)
    described = [Path(path) for path in contracts]
    paths = [path for path in map(Path, schemas) if not {path, *path.parents} & {*described}]
    folders = [path for path in paths if format_of(path.name) is None]
    alone: dict[Path, set[str]] = {}
    for path in paths:
        # A file of a folder that is read as a whole is read with it.
        if path not in folders and not {*path.parents} & {*folders}:
            alone.setdefault(path.parent, set()).add(path.name)
    found = [Folder(path, name, now, told, CONTRACTS) for path, name in names(described, [*folders, *alone]).items()]
    named = names([*described, *folders], [*alone])
    found += [Folder(path, name, now, told, SCHEMAS) for path, name in named.items()]
    for path, only in alone.items():  # one by one: none of them is read whole, so none is within another
        (place, name), *_ = names([path], [*described, *folders, *(other for other in alone if other != path)]).items()
        found.append(Folder(place, name, now, told, SCHEMAS, only))
    return found


class Catalogues:
    """A thread for all folders of a connection; none where there is no folder."""

    def __init__(
        self,
        contracts: Sequence[str],
        schemas: Sequence[str],
        write: Callable[[Facts], None],
        report: Callable[[Trouble], None],
        news: Callable[[], None],
        now: Callable[[], int],
        known: Iterable[Fact | Checked] = (),
        about: str = "",
    ) -> None:
        """`known`: the facts that a predecessor wrote into the same capture; `about`: of troubles, the connection. The others
        are called by the thread."""
        self._write, self._report, self._news, self._about = write, report, news, about
        self._folders = folders_of(contracts, schemas, now, known)
        self._stop, self._looked = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="catalogues", daemon=True)
        if self._folders:
            self._thread.start()
        else:
            self._looked.set()

    def wait(self, seconds: float) -> bool:
        """Waits until every folder was looked at once; False where that takes longer."""
        return self._looked.wait(seconds)

    def stop(self) -> None:
        """Ends the thread; a folder that does not answer (a network's) is not waited for."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(2)

    def _run(self) -> None:
        while not self._stop.is_set():
            started = time.monotonic()
            said = set[str]()
            for folder in self._folders:
                self._look(folder, said)
            if self._stop.is_set():
                return
            self._looked.set()
            self._stop.wait(max(EVERY, SHARE * (time.monotonic() - started)))

    def _look(self, folder: Folder, said: set[str]) -> None:
        """`said` in this round: what fails with a folder that is read for contracts and for schemas fails twice."""
        started = time.monotonic()
        for facts in folder.look():
            self._write(facts)
            self._news()
            last = facts[-1]
            if isinstance(last, Checked) and last.failed and last.failed not in said:
                said.add(last.failed)
                text, _, advice = last.failed.partition(". ")
                self._report(Trouble(f"{text.rstrip('.')}.", advice, self._about, "attention", last.seen))
            if self._stop.wait(min(REST, time.monotonic() - started)):
                return
            started = time.monotonic()
