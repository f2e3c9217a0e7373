"""The explain program as the window speaks with it: every question answered in words, whatever is asked, until its pipe ends."""

import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from meshdesk.capture.pack import pack
from meshdesk.model.frame import Message
from meshdesk.session.children import Child, Heard
from tests.programs.running import SECONDS, gone, wait_until
from tests.unit.capture.making import Rec, made_capture

LISTING = {"topics": ["t"], "by": None, "descending": False, "word": ""}


class Program:
    """One explain program in a role."""

    def __init__(self, role: str) -> None:
        self.heard: SimpleQueue[Heard] = SimpleQueue()
        self.child = Child(["explain", role], self.heard)
        assert self.next() == {"is": "ready"}

    def next(self) -> Message | None:
        return self.heard.get(timeout=SECONDS).message

    def ask(self, do: str, **message: object) -> Message:
        """The answer; progress on the way to it is passed over."""
        self.child.send({"do": do, "id": 1, "capture": 1, **message})
        while (answer := self.next()) is not None:
            if answer["is"] != "progress":
                return answer
        raise AssertionError(f"it ended: {self.child.last_words}")

    def end(self) -> None:
        self.child.kill("the test ended")
        assert self.child.wait(SECONDS)


@pytest.fixture(params=["look", "work"])
def either(request: pytest.FixtureRequest) -> Iterator[Program]:
    program = Program(request.param)
    yield program
    program.end()


@pytest.fixture
def look() -> Iterator[Program]:
    program = Program("look")
    yield program
    program.end()


@pytest.fixture
def work() -> Iterator[Program]:
    program = Program("work")
    yield program
    program.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_capture(
        tmp_path / "c", {"t": [[Rec(0, n, key=b"%02d" % (9 - n), value=b"v%d" % n) for n in range(10)]]}
    )


def test_that_rows_and_details_of_a_topic_are_answered(look: Program, folder: Path) -> None:
    assert look.ask("open", path=str(folder)) == {"id": 1, "is": "opened"}
    rows = look.ask("rows", topic="t", first=8, count=5)
    assert [row[3] for row in rows["rows"]] == [8, 9]
    record = look.ask("record", topic="t", k=3)
    assert (record["is"], record["details"]["offset"]) == ("record", 3)
    assert look.ask("find", name=["t", 0, 7])["k"] == 7
    assert look.ask("find", name=["t", 0, 70])["k"] is None
    assert look.ask("record", topic="t", k=30)["text"] == "That record is not in the capture any more."
    assert look.ask("rows", topic="nobody", first=0, count=5)["rows"] == []
    assert look.ask("close") == {"id": 1, "is": "closed"}
    assert "is not open" in look.ask("rows", topic="t", first=0, count=1)["text"]


def test_that_an_order_made_by_work_is_read_by_look(work: Program, look: Program, folder: Path, tmp_path: Path) -> None:
    order = str(tmp_path / "order")
    for program in (work, look):
        program.ask("open", path=str(folder))
    made = work.ask("order", listing={**LISTING, "by": "key"}, order=order, begin=[0])
    assert (made["is"], made["rows"], made["ends"]) == ("ordered", 10, [10])
    where = {"topic": "/1", "order": order, "topics": ["t"]}
    assert [row[5] for row in look.ask("rows", first=0, count=3, **where)["rows"]] == ["00", "01", "02"]
    assert look.ask("record", k=0, **where)["details"]["offset"] == 9
    assert look.ask("where", order=order, of=0, k=9)["k"] == 0
    assert work.ask("copy", ks=[0, 1], json=False, **where)["text"].split("\t")[1] == "9"
    Path(order).unlink()
    assert "This order cannot be read" in look.ask("rows", first=0, count=3, **where)["text"]


def test_that_a_filter_tells_its_hits_on_the_way_and_goes_on_where_it_was_left(
    work: Program, folder: Path, tmp_path: Path
) -> None:
    work.ask("open", path=str(folder))
    order = str(tmp_path / "order")
    message = {"listing": {**LISTING, "word": "v"}, "order": order}
    work.child.send({"do": "order", "id": 4, "capture": 1, "begin": [0], **message})
    said = []
    while (answer := work.next()) is not None and answer["is"] == "progress":
        said.append(answer)
    assert any(answer.get("rows") == 10 for answer in said)
    assert answer is not None
    assert (answer["is"], answer["rows"]) == ("ordered", 10)
    assert work.ask("order", begin=[10], **message)["rows"] == 10


def test_that_an_order_that_cannot_be_stored_is_a_sentence(work: Program, folder: Path, tmp_path: Path) -> None:
    work.ask("open", path=str(folder))
    answer = work.ask("order", listing={**LISTING, "by": "key"}, order=str(tmp_path / "none" / "order"), begin=[0])
    assert answer["text"].startswith("The order cannot be stored: No such file or directory.")


def test_that_what_is_too_large_for_the_pipe_is_a_sentence_and_the_program_goes_on(
    work: Program, tmp_path: Path
) -> None:
    big = [Rec(0, n, value=b"x" * 8_000_000) for n in range(6)]
    folder = made_capture(tmp_path / "c", {"t": [[rec] for rec in big]})
    work.ask("open", path=str(folder))
    answer = work.ask("copy", topic="t", ks=list(range(6)), json=True)
    assert answer["text"].startswith("The answer is too large to be handed over. Select fewer records")
    assert work.ask("copy", topic="t", ks=[0], json=False)["is"] == "copied"


def test_that_one_of_several_captures_of_a_file_is_opened(either: Program, tmp_path: Path) -> None:
    for name in ("a", "b"):
        made_capture(tmp_path / name, {name: [[Rec(0, 0, value=name.encode())]]})
    pack([tmp_path / "a", tmp_path / "b"], tmp_path / "both.meshcap")
    assert either.ask("open", path=str(tmp_path / "both.meshcap"), which=1)["is"] == "opened"


def test_that_saving_tells_how_far_it_is_and_leaves_nothing_when_it_is_cancelled(work: Program, tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, n, value=bytes(12 << 20))] for n in range(3)]})
    target = tmp_path / "saved.meshcap"
    saved = work.ask("save", folders=[str(folder)], path=str(target))
    assert (saved["is"], saved["bytes"]) == ("saved", target.stat().st_size)
    work.child.send({"do": "cancel", "of": 7})
    work.child.send(
        {"do": "save", "id": 7, "capture": 1, "folders": [str(folder)], "path": str(tmp_path / "no.meshcap")}
    )
    while (answer := work.next()) is not None and answer["is"] == "progress":
        pass
    assert answer is not None
    assert answer["text"] == "Saving was cancelled; nothing was written."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "saved.meshcap"]


def test_that_what_is_no_capture_is_refused_with_the_reason_each_time(either: Program, tmp_path: Path) -> None:
    (tmp_path / "x.meshcap").write_text("Dear diary")
    assert "is not a MeshDesk capture" in either.ask("open", path=str(tmp_path / "x.meshcap"))["text"]
    question = {"look": "rows", "work": "copy"}[either.child.verb[1]]
    answer = either.ask(question, topic="t", first=0, count=1, ks=[0], json=False)
    assert "is not a MeshDesk capture" in answer["text"]


def test_that_it_ends_at_once_with_its_pipe_whatever_it_is_doing(either: Program, folder: Path) -> None:
    either.ask("open", path=str(folder))
    pid, began = either.child.pid, time.monotonic()
    either.child.hang_up()
    wait_until(lambda: gone(pid), "its end")
    assert time.monotonic() - began < 10
    assert either.next() is None


def test_that_garbage_on_its_pipe_ends_it_with_words(look: Program) -> None:
    pipe = look.child._process.stdin
    assert pipe is not None
    pipe.write(b"GET / HTTP/1.1\r\n\r\n")
    pipe.flush()
    assert look.next() is None
    assert "The pipe from the window cannot be read any more" in look.child.last_words
