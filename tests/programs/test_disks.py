"""What befalls the files of a capture: others touch them, the disk is full, nothing may be written, two windows want them.

With real processes. What the index names can be read, what is lost is said, and nobody waits for ever.
"""

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import psutil
import pytest

from meshdesk.capture.pack import pack
from meshdesk.demo.broker import Broker
from meshdesk.explain.rows import Lost, open_rows
from meshdesk.model.listing import Listing
from meshdesk.session.home import Orphan, orphans
from meshdesk.session.session import Session
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.live import pid_of, some, stored, tailing, value
from tests.programs.running import CollectChild, records_in
from tests.programs.session.serving import sentences, settle, turn
from tests.unit.capture.making import counted, made_capture

# Files that others touch


@pytest.mark.parametrize("how", ["cut", "removed"])
def test_that_a_segment_that_is_touched_while_it_is_written_ends_collecting_and_only_what_was_in_it_is_lost(
    session: Session, broker: Broker, make_topic: MakeTopic, how: str
) -> None:
    topic = make_topic()
    some(broker, topic, 0, 50, size=1_000)
    opened = tailing(session, broker, topic, 50)
    some(broker, topic, 50, 80)
    turn(session, lambda: opened.status.rows == 80, "more rows")
    assert opened.folder is not None
    segment = opened.folder / "records-1-000.arrow"
    if how == "cut":
        os.truncate(segment, segment.stat().st_size - 100)
    else:
        segment.unlink()
    some(broker, topic, 80, 90)
    turn(session, lambda: opened.state == "ended", "the end of collect")
    settle(session)
    (damage, changed) = sorted(sentences(session), key=len)
    assert changed == (
        f"{segment} was changed or removed by another program while it was written. "
        "What is left of the capture can be read; connect again to go on."
    )
    assert damage.endswith(
        f"of {opened.folder.name} cannot be read: a part of the file is missing. All the rest can be read."
    )
    (rows,) = open_rows(opened.folder)
    read = list(rows.all())
    rows.capture.close()
    lost = [row.reason for row in read if isinstance(row, Lost)]
    assert [row.value for row in read if not isinstance(row, Lost)] == [
        value(n, 1_000 if n < 50 else 10) for n in range(80 - len(lost))
    ]
    assert 0 < len(lost) <= (30 if how == "cut" else 80)
    assert damage.startswith(f"{len(lost)} records ")
    assert all(("was cut" in reason) if how == "cut" else ("is gone" in reason) for reason in lost)
    again = tailing(session, broker, topic, 90)
    assert len(stored(again)) == 90


# A full disk, a small one


class Disk:
    """A place that somebody else fills up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "somebody else's"

    def fill(self, _pid: int, left: int = 0) -> None:
        """Leaves so many bytes free; only pages that were begun can still be written to their ends."""
        with self._filler.open("wb", buffering=0) as file:
            with suppress(OSError):
                while file.write(bytes(4096)):
                    pass
            file.truncate(max(0, file.tell() - left))

    def free(self, _pid: int) -> None:
        self._filler.unlink()


class Limited(Disk):
    """The same by another way, which can be had everywhere: the system lets no file of one process grow beyond a size."""

    FULL_AT = 300_000  # above all files of a capture but that of its records

    def fill(self, pid: int, left: int = 0) -> None:
        _, hard = psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE)
        psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (self.FULL_AT, hard))

    def free(self, pid: int) -> None:
        _, hard = psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE)
        psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (hard, hard))


NO_ROOM = {Disk: "No space left on device", Limited: "File too large"}


@contextmanager
def mounted(folder: Path, *words: str) -> Iterator[Path]:
    """A file system of its own; skips the test where none may be mounted."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True, timeout=30)
    if done.returncode:
        pytest.skip(f"No file system can be mounted here ({done.stderr.strip()}); run the tests as root for this one.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=30)


@pytest.fixture(params=[Disk, Limited])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=8m", "none") if request.param is Disk else nullcontext():
        (tmp_path / "disk").mkdir(exist_ok=True)
        yield request.param(tmp_path / "disk")


@pytest.fixture
def cramped(disk: Disk) -> Iterator[Session]:
    """A session that keeps its captures there."""
    made = Session(disk.folder / "captures")
    yield made
    made.close()


def test_that_a_disk_that_fills_up_while_a_topic_is_read_ends_in_a_sentence_and_all_that_is_named_can_be_read(
    disk: Disk, cramped: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    some(broker, topic, 0, 50)
    opened = tailing(cramped, broker, topic, 50)
    disk.fill(pid_of(opened))
    some(broker, topic, 50, 100, size=10_000)
    turn(cramped, lambda: opened.collect is None, "the end of collect")
    settle(cramped)
    assert opened.folder is not None
    assert opened.state == "ended"
    why = f"The capture in {opened.folder} cannot be written: {NO_ROOM[type(disk)]}. Free some space or choose another folder."
    assert why in sentences(cramped)
    assert not any("started again" in sentence for sentence in sentences(cramped))
    read = stored(opened)
    assert read == [value(n, 10 if n < 50 else 10_000) for n in range(len(read))]
    assert 50 <= opened.status.rows == len(read)


def test_that_a_disk_that_is_full_while_a_capture_is_compressed_loses_nothing(
    disk: Disk, cramped: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    wanted = [random.Random(n).randbytes(20_000) for n in range(50)]
    produce(broker.bootstrap, topic, [New(record) for record in wanted])
    opened = tailing(cramped, broker, topic, 50)
    pid = pid_of(opened)
    disk.fill(pid, left=200_000)  # what the cluster tells can still be written, no second copy of a megabyte
    opened.stop()
    turn(cramped, lambda: opened.state == "ended" and opened.collect is None, "the end")
    settle(cramped)
    assert opened.folder is not None
    why = (
        f"A part of the capture in {opened.folder} cannot be compressed: {NO_ROOM[type(disk)]}. "
        "Free some space; nothing is lost."
    )
    turn(cramped, lambda: why in sentences(cramped), "the sentence that it cannot be compressed")
    assert stored(opened) == wanted
    assert list(opened.folder.glob("*.part")) == list(opened.folder.glob("sealed-*")) == []


def test_that_a_disk_that_is_full_while_a_capture_is_saved_is_said_and_saving_again_succeeds(
    disk: Disk, session: Session, tmp_path: Path
) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n, 1_000) for n in range(1_000)]]})
    opened, target, said = session.open_file(folder), disk.folder / "saved.meshcap", list[str]()
    opened.save(tmp_path / "before.meshcap", said.append)
    settle(session)
    assert said.pop() == ""
    (work,) = session.pids["save"]
    disk.fill(work)
    opened.save(target, said.append)
    settle(session)
    assert said == [
        (
            f"{target} cannot be written: {NO_ROOM[type(disk)]}. Free some space or choose another place; "
            "the capture itself is whole."
        )
    ]
    assert list(disk.folder.glob("*.meshcap*")) == []
    disk.free(work)
    opened.save(target, said.append)
    settle(session)
    assert said[1:] == [""]
    assert records_in(target) == records_in(folder)
    assert session.pids["save"] == [work]
    assert sentences(session) == []


# A folder that nobody may write to


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder `c` with a capture of 100 records, and the same as a file, where nothing can be written, not even by root."""
    place = tmp_path / "read-only"
    made_capture(place / "c", {"t": [[counted(n) for n in range(100)]]})
    pack([place / "c"], place / "c.meshcap")
    if os.geteuid():
        for folder in (place / "c", place):
            folder.chmod(0o500)
        yield place
        for folder in (place, place / "c"):
            folder.chmod(0o700)
        return
    with mounted(place, "--bind", "-o", "ro", str(place)):
        yield place


@pytest.mark.parametrize("name", ["c", "c.meshcap"])
def test_that_a_capture_where_nothing_can_be_written_is_shown_sorted_and_saved_elsewhere(
    session: Session, read_only: Path, tmp_path: Path, name: str
) -> None:
    opened, saved = session.open_file(read_only / name), list[str]()
    settle(session)
    ordered = opened.lists.arrange(Listing(("t",), "offset", descending=True))
    settle(session)
    for listed, keys in (("t", ["key 0", "key 1"]), (ordered, ["key 96", "key 97"])):
        opened.lists.want(listed, 0, 1)
        settle(session)
        assert [row and row.key for row in (opened.lists.row(listed, 0), opened.lists.row(listed, 1))] == keys
    opened.save(tmp_path / "saved.meshcap", saved.append)
    opened.save(read_only / "saved.meshcap", saved.append)
    settle(session)
    assert saved[0] == ""
    assert saved[1].startswith(f"{read_only / 'saved.meshcap'} cannot be written: ")
    assert records_in(tmp_path / "saved.meshcap") == records_in(read_only / name)
    assert sentences(session) == []


def test_that_collecting_into_a_folder_where_nothing_can_be_written_is_a_sentence(
    read_only: Path, broker: Broker
) -> None:
    with CollectChild(read_only / "c", broker.bootstrap) as child:
        child.wait(lambda: child.ended, "its end")
        assert child.child.code == 1
    (sentence,) = child.troubles
    assert sentence.startswith(f"The capture in {read_only / 'c'} cannot be written: ")
    assert sentence.endswith(". Free some space or choose another folder.")


def test_that_an_orphan_where_nothing_can_be_written_is_said_with_the_reason(session: Session, read_only: Path) -> None:
    assert session.recover(Orphan(read_only / "c", "the orders", 0, 100, 1)) is None
    (sentence,) = sentences(session)
    assert sentence.startswith("The capture of the orders cannot be taken over: ")
    assert sentence.endswith(f". Check the rights of {read_only / 'c'}, or open a copy of it.")


# Two windows


def test_that_two_windows_may_look_at_one_capture_and_only_the_one_that_owns_it_deletes_it(
    session: Session, broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    some(broker, topic, 0, 50)
    ours = tailing(session, broker, topic, 50)
    assert ours.folder is not None
    other = Session(tmp_path / "captures")
    try:
        theirs = other.open_file(ours.folder)
        settle(other)
        assert theirs.status.rows == 50
        assert orphans(tmp_path / "captures") == []
        some(broker, topic, 50, 80)
        turn(session, lambda: ours.status.rows == 80, "the rest")
        theirs.lists.want(topic, 0, 49)
        settle(other)
        assert [row and row.offset for row in (theirs.lists.row(topic, 0), theirs.lists.row(topic, 49))] == [0, 49]
    finally:
        other.close()
    assert stored(ours) == [value(n) for n in range(80)]
    assert sentences(session) == sentences(other) == []


def test_that_two_windows_that_save_under_one_name_leave_a_whole_file(session: Session, tmp_path: Path) -> None:
    folders = [
        made_capture(tmp_path / name, {name: [[counted(n, 4_000) for n in range(5_000)]]}) for name in ("a", "b")
    ]
    target, said = tmp_path / "saved.meshcap", list[str]()
    other = Session(tmp_path / "captures")
    try:
        for one, folder in zip((session, other), folders, strict=True):
            opened = one.open_file(folder)
            settle(one)
            opened.save(target, said.append)
        settle(session)
        settle(other)
        assert said == ["", ""]
        assert records_in(target) in [records_in(folder) for folder in folders]
        assert list(tmp_path.glob("*.part")) == []
    finally:
        other.close()
