"""The explain program as the window speaks with it: every question answered in words, whatever is asked, until its pipe ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import segment_name
from meshdesk.capture.pack import pack
from meshdesk.capture.writer import Writer
from meshdesk.explain.program import LOOK, NEEDS, WORK
from meshdesk.model.frame import Message, encode
from meshdesk.model.node import count_of, from_frame, is_to_come, to_json
from meshdesk.model.row import row_from
from meshdesk.session.children import Child, Heard
from tests.programs.running import SECONDS, gone, run, wait_until
from tests.unit.capture.making import Rec, made_capture, write

LAST = 1_000_000  # the number of what a program is asked behind a test
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

    def is_free(self) -> bool:
        """Whether it serves the next test: it runs, has answered all that it was asked, and no capture is open any more."""
        if not self.child.lives or self.child._let_go.is_set():
            return False
        for capture in (1, 2):
            self.child.send({"do": "close", "id": LAST, "capture": capture})
            while (answer := self.next()) is None or answer.get("id") != LAST:
                if answer is None:
                    return False
        return True

    def end(self) -> None:
        self.child.kill("the test ended")
        assert self.child.wait(SECONDS)


Programs = dict[str, Program]


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    """Those that serve one test after the other, as they do one capture after the other for a person, until a test ends them."""
    kept: Programs = {}
    yield kept
    for program in kept.values():
        program.end()


def serving(programs: Programs, role: str) -> Iterator[Program]:
    program = programs.pop(role, None) or Program(role)
    try:
        yield program
    except BaseException:
        program.end()
        raise
    if program.is_free():
        programs[role] = program
    else:
        program.end()


@pytest.fixture(params=["look", "work"])
def either(request: pytest.FixtureRequest, programs: Programs) -> Iterator[Program]:
    yield from serving(programs, request.param)


@pytest.fixture
def look(programs: Programs) -> Iterator[Program]:
    yield from serving(programs, "look")


@pytest.fixture
def work(programs: Programs) -> Iterator[Program]:
    yield from serving(programs, "work")


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


def test_that_the_columns_of_rows_come_in_the_middle_of_an_answer_that_takes_long(
    look: Program, tmp_path: Path
) -> None:
    large = json.dumps([{"n": n, "text": "x" * 20} for n in range(4_000)]).encode()
    look.ask("open", path=str(made_capture(tmp_path / "c", {"t": [[Rec(0, n, value=large) for n in range(300)]]})))
    process = psutil.Process(look.child.pid)
    before = process.cpu_times().user
    look.child.send({"do": "rows", "id": 3, "capture": 1, "topic": "t", "first": 0, "count": 300})
    wait_until(lambda: process.cpu_times().user > before + 0.1, "it to be at work")
    look.child.send({"do": "columns", "id": 4, "capture": 1, "topic": "t", "first": 1, "count": 5})
    answers = [look.next(), look.next()]
    assert [answer["id"] for answer in answers if answer is not None] == [4, 3]


def test_that_the_columns_of_rows_come_before_what_was_asked_earlier(look: Program, tmp_path: Path) -> None:
    """A reader who has jumped sees at once where; what is decoded for the way there comes after it."""
    large = json.dumps([{"n": n, "text": "x" * 20} for n in range(50_000)]).encode()
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, n, key=b"k", value=large) for n in range(3)]]})
    look.ask("open", path=str(folder))
    for number in (2, 3):
        look.child.send({"do": "rows", "id": number, "capture": 1, "topic": "t", "first": 0, "count": 3})
    look.child.send({"do": "columns", "id": 4, "capture": 1, "topic": "t", "first": 1, "count": 5})
    answers = {(answer := look.next() or {})["id"]: answer for _ in range(3)}
    assert list(answers).index(4) < list(answers).index(3)
    bare = [row_from(row) for row in answers[4]["rows"]]
    assert [(row.offset, row.k, row.size, row.is_bare, row.value) for row in bare] == [
        (1, 1, len(large) + 1, True, ""),
        (2, 2, len(large) + 1, True, ""),
    ]
    assert not any(row_from(row).is_bare for row in answers[3]["rows"])


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


def test_that_a_file_that_lost_the_capture_is_refused_with_the_reason(either: Program, folder: Path) -> None:
    assert either.ask("open", path=str(folder), which=1)["text"].endswith(
        "does not hold that capture any more. Open it again."
    )
    question = {"look": "rows", "work": "copy"}[either.child.verb[1]]
    answer = either.ask(question, topic="t", first=0, count=1, ks=[0], json=False)
    assert "does not hold that capture any more" in answer["text"]
    assert either.ask("open", path=str(folder))["is"] == "opened"


def test_that_a_question_it_does_not_know_is_answered_and_it_goes_on(either: Program, folder: Path) -> None:
    assert either.ask("dance") == {
        "id": 1, "is": "failed", "text": "This program was asked for “dance”, which it does not do.",
    }  # fmt: skip
    assert either.ask("open", path=str(folder))["is"] == "opened"


def test_that_a_capture_that_grows_is_answered_as_it_is_when_it_is_asked(look: Program, tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    look.ask("open", path=str(tmp_path / "c"))
    assert look.ask("rows", topic="t", first=0, count=9)["rows"] == []
    for at in range(3):
        write(writer, writer.topic("t"), [Rec(0, at)])
        assert len(look.ask("rows", topic="t", first=0, count=9)["rows"]) == at + 1
        assert look.ask("find", name=["t", 0, at])["k"] == at
    writer.close()


def test_that_parts_of_a_large_tree_are_answered_when_they_are_asked_for(look: Program, tmp_path: Path) -> None:
    value = json.dumps({"lines": [{"n": n, "deep": list(range(9))} for n in range(3_000)], "total": 5}).encode()
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, 0, value=value), Rec(0, 1, value=b'{"small": [1, 2]}')]]})
    look.ask("open", path=str(folder))
    where: dict[str, object] = {"topic": "t", "role": "value"}
    record = look.ask("record", topic="t", k=0)
    tree = from_frame(record["details"]["value"]["tree"])
    lines = tree.children[0]
    assert [child.name for child in tree.children] == ["lines", "total"]
    assert (count_of(lines), is_to_come(lines.children[-1])) == (3_000, True)
    assert len(encode(record)) < 2_000_000
    first = len(lines.children) - 1
    answer = look.ask("parts", k=0, path=[0], first=first, **where)
    assert (answer["is"], answer["left"]) == ("parts", 3_000 - first - len(answer["nodes"]))
    assert to_json(from_frame(answer["nodes"][0]))["n"] == first
    # Of another record, and then of the first one again: whoever asks need not have looked into it in this process.
    assert look.ask("text", k=1, path=[0], **where) == {"id": 1, "is": "text", "text": "[\n  1,\n  2\n]"}
    assert look.ask("text", k=0, path=[1], **where)["text"] == "5"
    assert json.loads(look.ask("text", k=0, path=[0, 2_999], **where)["text"]) == {"n": 2_999, "deep": list(range(9))}
    assert look.ask("parts", k=0, path=[9, 9], first=0, **where) == {"id": 1, "is": "parts", "nodes": [], "left": 0}
    assert look.ask("parts", k=9, path=[], first=0, **where)["is"] == "failed"


def test_that_a_part_beyond_those_that_a_tree_has_is_found_in_its_page(look: Program, tmp_path: Path) -> None:
    value = json.dumps({"lines": [{"n": n} for n in range(60_000)], "total": 5}).encode()
    look.ask("open", path=str(made_capture(tmp_path / "c", {"t": [[Rec(0, 0, value=value)]]})))
    where: dict[str, object] = {"topic": "t", "role": "value", "k": 0}
    tree = from_frame(look.ask("record", topic="t", k=0)["details"]["value"]["tree"])
    pages = [child.name for child in tree.children[0].children]
    assert (pages[0], pages[-1], tree.children[1].text) == ("0 … 9,999", "50,000 … 59,999", "5")
    answer = look.ask("parts", path=[0, 5], first=7_000, **where)
    assert [from_frame(node).name for node in answer["nodes"]][:2] == ["57000", "57001"]
    assert len(answer["nodes"]) + answer["left"] == 3_000
    assert json.loads(look.ask("text", path=[0, 5, 9_999], **where)["text"]) == {"n": 59_999}
    assert look.ask("parts", path=[0, 6], first=0, **where)["nodes"] == []


def test_that_lost_records_are_rows_details_and_lines_with_the_reason(
    look: Program, work: Program, folder: Path
) -> None:
    (folder / segment_name(1, 0)).write_bytes(b"")
    look.ask("open", path=str(folder))
    work.ask("open", path=str(folder))
    rows = [row_from(row) for row in look.ask("rows", topic="t", first=2, count=3)["rows"]]
    assert [(row.k, row.format) for row in rows] == [(2, "lost"), (3, "lost"), (4, "lost")]
    reason = rows[0].trouble
    assert "records-1-000.arrow" in reason
    assert look.ask("record", topic="t", k=2)["details"]["value"]["trouble"] == reason
    assert work.ask("copy", topic="t", ks=[2], json=False)["text"].split("\t")[4] == reason
    assert json.loads(work.ask("copy", topic="t", ks=[2], json=True)["text"])["trouble"] == reason


def test_that_of_many_large_records_no_more_are_read_than_can_be_handed_over(work: Program, tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, 0, value=bytes(3_000_000))]]})
    work.ask("open", path=str(folder))
    # 10,000 of them are 40 GB of JSON: who made them all would not live to say so.
    assert work.ask("copy", topic="t", ks=[0] * 10_000, json=True)["text"].startswith("The answer is too large")
    assert psutil.Process(work.child.pid).memory_info().rss < 1 << 30
    assert len(work.ask("copy", topic="t", ks=[0], json=True)["text"]) > 4_000_000


def test_that_a_place_where_nothing_can_be_saved_is_a_sentence_and_nothing_is_left(work: Program, folder: Path) -> None:
    target = folder.parent / "taken.meshcap"
    target.mkdir()
    answer = work.ask("save", folders=[str(folder)], path=str(target))
    assert answer["text"].startswith(f"{target} cannot be written: Is a directory.")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["c", "taken.meshcap"]


def test_that_it_ends_at_once_with_its_pipe_whatever_it_is_doing(either: Program, tmp_path: Path) -> None:
    slow = b"[" + b",".join([rb'"\ud800\u0001"'] * 200_000) + b"]"
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, 0, value=slow)]]})
    either.ask("open", path=str(folder))
    question: Message = {"look": {"do": "record", "k": 0}, "work": {"do": "copy", "ks": [0], "json": True}}[
        either.child.verb[1]
    ]
    for number in range(1_000):  # a minute of work and more
        either.child.send({"id": number + 2, "capture": 1, "topic": "t", **question})
    answer = either.next()
    assert answer is not None
    assert answer["is"] in ("record", "copied")
    pid = either.child.pid
    either.child.hang_up()
    wait_until(lambda: gone(pid), "its end", 10.0)


def test_that_garbage_on_its_pipe_ends_it_with_words(either: Program) -> None:
    pipe = either.child._process.stdin
    assert pipe is not None
    pipe.write(b"GET / HTTP/1.1\r\n\r\n")
    pipe.flush()
    assert either.next() is None
    assert "The pipe from the window cannot be read any more" in either.child.last_words
    assert either.child.code == 1


def test_that_the_end_of_its_pipe_is_its_end_in_order(either: Program) -> None:
    either.child.hang_up()
    assert either.next() is None
    assert (either.child.code, either.child.last_words) == (0, "")


def test_that_a_question_that_lacks_something_is_answered_and_it_goes_on(either: Program, folder: Path) -> None:
    either.ask("open", path=str(folder))
    for do, message, lacks in (
        ("cancel", {}, "of"),
        ("cancel", {"of": "7"}, "of"),
        ("open", {"capture": None}, "capture and path"),
        ("close", {"capture": [1]}, "capture"),
        ("rows", {"topic": 4, "first": "0"}, "topic and first and count"),
        ("copy", {"topic": "t", "ks": 0, "json": False}, "ks"),
        ("order", {"listing": LISTING, "order": "o"}, "begin"),
    ):
        text = f"This program was asked for “{do}”, and not told {lacks}."
        assert either.ask(do, **message) == {"id": 1, "is": "failed", "text": text}
    assert either.ask("close") == {"id": 1, "is": "closed"}


def test_that_every_question_says_what_it_needs() -> None:
    assert set(LOOK) | set(WORK) | {"cancel"} == set(NEEDS)


def test_that_a_role_that_does_not_exist_is_refused_with_what_it_is_for() -> None:
    for words in ((), ("dance",), ("look", "work")):
        ran = run("explain", *words)
        assert (ran.code, ran.out) == (2, b"")
        assert ran.err == (
            "The explain program serves the window: meshdesk explain look|work, with frames on its pipes.\n"
        )
