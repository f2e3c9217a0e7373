"""The explain program's roles: answers in order; killed, hung, huge, mad and missing programs, and who takes over."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from meshdesk.model.frame import Message, encode
from meshdesk.model.listing import Listing, listing_message
from meshdesk.session.explainers import Limits
from tests.programs.running import gone, wait_until
from tests.programs.session.serving import POISON, PYTHON, Role, pipe_into, program, quick, stopped, values
from tests.unit.capture.making import SEEN, Rec, made_capture

ROWS = 120
SORT: Message = {"do": "order", "listing": listing_message(Listing(("t",), "offset", descending=True)), "begin": [0]}


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """Rows with the values 0, 1, 2 … in the topic t."""
    return made_capture(tmp_path / "c", {"t": [[Rec(0, k, value=b"%d" % k) for k in range(ROWS)]]})


@pytest.fixture
def look(capture: Path) -> Iterator[Role]:
    """Role look with that capture open, warm."""
    with Role("look") as role:
        role.explainers.open(1, str(capture))
        role.warm()
        yield role


def poisoned(folder: Path, monkeypatch: pytest.MonkeyPatch, **where: bytes) -> Path:
    """A capture of 50 rows whose values are k0=…, k7=… and numbers elsewhere, and the program that stumbles over them."""
    program(folder / "poisoned", POISON, monkeypatch)
    records = [Rec(0, k, value=where.get(f"k{k}", b"%d" % k)) for k in range(50)]
    return made_capture(folder / "poison", {"t": [records]})


# Questions and answers


def test_that_answers_come_in_the_order_of_the_questions_and_each_to_its_own(look: Role) -> None:
    order: list[list[str]] = []
    for k in range(ROWS):
        message = {"do": "rows", "capture": 1, "topic": "t", "first": k, "count": 1}
        look.explainers.ask(message, lambda answer: order.append(values(answer)))
    assert look.explainers.busy
    look.wait(lambda: not look.explainers.busy, "all answers")
    assert order == [[str(k)] for k in range(ROWS)]


def test_that_a_question_on_a_capture_that_is_not_open_fails_in_a_sentence_and_costs_no_process(look: Role) -> None:
    before = look.explainers.pids
    for message in (
        {"do": "rows", "first": 0, "count": 9},
        {"do": "record", "k": 0},
        {"do": "find", "name": ["t", 0, 0]},
    ):
        answer = look.answer(**message, capture=77)
        assert (answer["is"], answer["text"]) == ("failed", "That capture is not open. Open it again.")
    assert values(look.answer(do="rows", first=3, count=2)) == ["3", "4"]
    assert look.explainers.pids == before
    assert look.said == []


def test_that_a_question_behind_the_closing_of_its_capture_fails_in_a_sentence(look: Role) -> None:
    look.explainers.close(1)
    assert look.answer(do="rows", first=0, count=9)["text"] == "That capture is not open. Open it again."


def test_that_a_capture_that_cannot_be_opened_leaves_the_others_alone(look: Role, tmp_path: Path) -> None:
    (tmp_path / "odd.meshcap").write_bytes(b"no zip")
    look.explainers.open(2, str(tmp_path / "odd.meshcap"))
    answer = look.answer(do="rows", first=0, count=9, capture=2)
    assert answer["is"] == "failed"
    assert "odd.meshcap is not a MeshDesk capture" in answer["text"]  # why, not only that it is not open
    assert values(look.answer(do="rows", first=0, count=1)) == ["0"]


def test_that_saving_says_how_far_it_is_before_it_is_done(tmp_path: Path) -> None:
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 100_000) for k in range(400)]]})
    with Role("work") as work:
        answers = work.ask(do="save", folders=[str(big)], path=str(tmp_path / "big.meshcap"))
        work.wait(lambda: answers and answers[-1]["is"] != "progress", "the end")
    done = [answer["done"] for answer in answers[:-1]]
    assert done[0] < done[-1], "it says so on the way"  # ten times a second: a fast disk has it in a tenth of one
    assert done == sorted(done)
    assert {answer["of"] for answer in answers[:-1]} == {done[-1]}
    assert answers[-1]["bytes"] == (tmp_path / "big.meshcap").stat().st_size


def test_that_a_save_that_is_cancelled_writes_nothing(tmp_path: Path) -> None:
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 100_000) for k in range(400)]]})
    with Role("work") as work:
        work.warm()
        answers: list[Message] = []
        message = {"do": "save", "folders": [str(big)], "path": str(tmp_path / "big.meshcap")}
        with stopped(work.explainers.pids[0]):  # so that the word arrives before it is done
            number = work.explainers.ask(message, answers.append)
            work.explainers.cancel(number)
        work.wait(lambda: answers and answers[-1]["is"] != "progress", "the end")
        assert answers[-1] == {"id": number, "is": "failed", "text": "Saving was cancelled; nothing was written."}
        work.explainers.cancel(number)  # too late, and no harm
    assert sorted(path.name for path in tmp_path.iterdir()) == ["big"]


def test_that_the_first_spare_comes_once_the_first_process_has_stood_ready_for_a_while(capture: Path) -> None:
    with Role("look", Limits(calm=1e9)) as look:
        look.explainers.open(1, str(capture))
        assert values(look.answer(do="rows", first=3, count=2)) == ["3", "4"]
        look.beat()
        assert (len(look.explainers.pids), look.explainers.stands_by) == (1, False)


def test_that_a_process_that_still_loads_when_nobody_needs_it_is_ended_at_once() -> None:
    with Role("look", Limits(calm=1e9)) as look:
        look.explainers.warm()
        (child,) = look.explainers.end()
        assert child.wait(10)
        assert child.code == -signal.SIGKILL  # 0 where it has read that its pipe is closed


# Killed by somebody


def test_that_the_spare_takes_over_what_a_killed_process_was_asked_and_nothing_is_lost(look: Role) -> None:
    first, spare = look.explainers.pids
    with stopped(first):  # it holds all the questions, and has answered none
        answers = [look.ask(do="rows", first=k, count=10) for k in range(0, ROWS, 10)]
        record = look.ask(do="record", k=5)
        look.beat()
        os.kill(first, signal.SIGKILL)
        look.wait(lambda: all(answers) and record, "all answers")
    assert [values(answer[0]) for answer in answers] == [[str(k + n) for n in range(10)] for k in range(0, ROWS, 10)]
    assert [len(answer) for answer in answers] == [1] * len(answers)
    assert look.explainers.pids[0] == spare
    assert gone(first)
    assert look.said == ["The look program ended: it was killed by signal 9."]


def test_that_a_record_is_still_decoded_when_its_process_was_killed_from_outside(look: Role) -> None:
    first = look.explainers.pids[0]
    with stopped(first):
        record = look.ask(do="record", k=5)
        os.kill(first, signal.SIGKILL)
        look.wait(lambda: record, "the record")
    assert record[0]["details"]["value"]["text"] == "5"
    assert record[0]["details"]["value"]["trouble"] == ""


def test_that_a_spare_that_is_killed_is_replaced_without_a_word(look: Role) -> None:
    first, spare = look.explainers.pids
    os.kill(spare, signal.SIGKILL)
    look.wait(lambda: spare not in look.explainers.pids and len(look.explainers.pids) == 2, "a new spare")
    assert look.explainers.pids[0] == first
    os.kill(first, signal.SIGKILL)
    assert values(look.answer(do="rows", first=8, count=2)) == ["8", "9"]  # the new spare has the capture open


def test_that_both_may_be_killed_at_once_and_no_question_is_blamed(look: Role) -> None:
    pids = look.explainers.pids
    with stopped(pids[0]):
        rows, record = look.ask(do="rows", first=0, count=1), look.ask(do="record", k=5)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: all(map(gone, pids)), "both to be gone")
        look.wait(lambda: rows and record, "answers")
    assert values(rows[0]) == ["0"]
    assert record[0]["details"]["value"]["text"] == "5"


def test_that_work_that_is_killed_fails_its_save_in_a_sentence_and_does_the_next_one(
    capture: Path, tmp_path: Path
) -> None:
    with Role("work") as work:
        work.warm()
        first = work.explainers.pids[0]
        with stopped(first):
            saves = [work.ask(do="save", folders=[str(capture)], path=str(tmp_path / name)) for name in ("1", "2")]
            os.kill(first, signal.SIGKILL)
            work.wait(lambda: all(save and save[-1]["is"] != "progress" for save in saves), "both answers")
        # Saving is asked again once: nobody but the killer was at fault.
        assert [save[-1]["is"] for save in saves] == ["saved", "saved"]
        assert (tmp_path / "2").exists()
        assert not gone(work.explainers.pids[0])


def test_that_what_a_process_answered_before_it_was_killed_counts_and_is_not_asked_of_its_successor(look: Role) -> None:
    first = look.explainers.pids[0]
    answers: list[Message] = []
    message = {"do": "rows", "capture": 1, "topic": "t", "count": 1}
    with stopped(first):
        number = look.explainers.ask(message | {"first": 0}, answers.append)
        look.explainers.ask(message | {"first": 1}, answers.append)
        pipe = pipe_into(first)
        os.write(pipe, encode({"id": number, "is": "failed", "text": "the last word"}))
        os.close(pipe)
        os.kill(first, signal.SIGKILL)
        look.wait(lambda: len(answers) == 2, "both answers")
    assert answers[0]["text"] == "the last word"
    assert values(answers[1]) == ["1"]
    assert values(look.answer(do="rows", first=7, count=1)) == ["7"]
    assert len(answers) == 2


def test_that_answers_to_what_nobody_asked_are_left_out(look: Role) -> None:
    pipe = pipe_into(look.explainers.pids[0])
    for number in (0, -1, 4711, 1.5, "1", None, [1]):
        os.write(pipe, encode({"id": number, "is": "rows", "rows": [["nonsense"]]}))
    os.write(pipe, encode({"is": "opened"}) * 3 + encode({"odd": 1}) + encode({"is": ["ready"]}))
    os.close(pipe)
    assert values(look.answer(do="rows", first=7, count=1)) == ["7"]
    assert look.said == []


# Hung, huge, mad


def test_that_a_process_that_stands_still_is_ended_at_its_deadline_and_the_spare_answers(capture: Path) -> None:
    with Role("look", quick(0.3)) as look:
        look.explainers.open(1, str(capture))
        look.warm()
        look.answer(do="rows", first=0, count=1)
        first = look.explainers.pids[0]
        psutil.Process(first).suspend()
        rows = look.ask(do="rows", first=0, count=4)
        later = look.ask(do="rows", first=50, count=4)
        look.wait(lambda: rows and later, "the rows")
        assert values(rows[0]) == ["0", "1", "2", "3"]
        assert values(later[0]) == ["50", "51", "52", "53"]
        assert gone(first)
        assert look.explainers.killed == 1


def test_that_only_the_culprit_is_marked_with_the_reason_and_the_other_rows_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = poisoned(tmp_path, monkeypatch, k7=b"hang")
    with Role("look", quick(1.0)) as look:
        look.explainers.open(1, str(path))
        look.warm()
        rows = values(look.answer(do="rows", first=0, count=50))
        assert rows == ["Decoding was ended: it took longer than 1 s." if k == 7 else str(k) for k in range(50)]
        assert look.said == ["Decoding t row 8 was ended: it took longer than 1 s."]
        # It is known now: the same rows again cost no process, alone or with new neighbours.
        killed = look.explainers.killed
        assert values(look.answer(do="rows", first=0, count=50)) == rows
        assert values(look.answer(do="rows", first=5, count=20)) == rows[5:25]
        assert values(look.answer(do="rows", first=7, count=1)) == rows[7:8]
        assert look.explainers.killed == killed <= 2  # two where a busy machine was not told in time which row it was


def test_that_of_a_screen_at_a_moment_the_place_comes_alone_where_one_of_its_rows_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = poisoned(tmp_path, monkeypatch, k30=b"hang")
    with Role("look", quick(0.5)) as look:
        look.explainers.open(1, str(path))
        look.warm()
        screen: Message = {"do": "screen", "moment": SEEN, "begin": 0, "fit": 9}
        assert {word: look.answer(**screen)[word] for word in ("is", "k", "first")} == {
            "is": "rows",
            "k": 49,
            "first": 41,
        }
        hangs = screen | {"fit": 25}
        for _ in range(2):
            answer = look.answer(**hangs)
            assert (answer["is"], answer["k"], answer.get("rows")) == ("found", 49, None)
        assert look.explainers.killed == 2, "nobody knows yet which row it is"
        assert "Decoding was ended" in values(look.answer(do="rows", first=20, count=20))[10]
        killed = look.explainers.killed
        assert look.answer(**hangs)["k"] == 49
        assert look.explainers.killed == killed
        assert look.said == ["Decoding t row 31 was ended: it took longer than 0.5 s."]


def test_that_a_record_that_cannot_be_decoded_in_time_is_shown_as_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = poisoned(tmp_path, monkeypatch, k7=b"hang up")
    with Role("look", quick(0.5)) as look:
        look.explainers.open(1, str(path))
        look.warm()
        for _ in range(2):
            value = look.answer(do="record", k=7)["details"]["value"]
            assert value["dump"][0][2] == "hang up"
            assert "ended" in value["trouble"]
        assert look.explainers.killed == 1  # the second time it was known


def test_that_records_that_kill_their_process_are_marked_and_the_others_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = poisoned(tmp_path, monkeypatch, k3=b"die", k4=b"die")
    with Role("look", Limits(ends=20)) as look:
        look.explainers.open(1, str(path))
        rows = values(look.answer(do="rows", first=0, count=10))
    reason = "Decoding was ended: it was killed by signal 9."
    assert rows == [reason if k in (3, 4) else str(k) for k in range(10)]


def test_that_a_process_that_needs_too_much_memory_is_ended_and_its_row_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = poisoned(tmp_path, monkeypatch, k1=b"grow")
    with Role("look", quick(30.0, memory=300 << 20)) as look:
        look.explainers.open(1, str(path))
        rows = values(look.answer(do="rows", first=0, count=3))
    assert rows == ["0", "Decoding was ended: it needed more than 315 MB of memory.", "2"]


def test_that_a_process_that_writes_garbage_is_replaced_and_the_question_is_answered(look: Role) -> None:
    first = look.explainers.pids[0]
    with stopped(first):
        rows = look.ask(do="rows", first=0, count=3)
        pipe = pipe_into(first)
        os.write(pipe, b"segmentation fault (core dumped)")
        os.close(pipe)
        look.wait(lambda: rows, "the rows")
    assert values(rows[0]) == ["0", "1", "2"]
    assert gone(first)


def test_that_copying_ends_at_its_deadline_so_that_a_save_behind_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = poisoned(tmp_path, monkeypatch, k7=b"hang")
    with Role("work", quick(0.5)) as work:
        work.explainers.open(1, str(path))
        copied = work.ask(do="copy", ks=[6, 7], json=True)
        saved = work.ask(do="save", folders=[str(path)], path=str(tmp_path / "x.meshcap"))
        work.wait(lambda: copied and saved and saved[-1]["is"] == "saved", "the save")
    assert copied[0]["is"] == "failed"
    assert copied[0]["text"] == "The work program ended: it took longer than 0.5 s."


@pytest.mark.parametrize(
    ("message", "limits"),
    [
        (SORT, Limits(silences={"order": 0.5})),
        ({"do": "save"}, Limits(cancelled=0.5)),
    ],
    ids=["a sort", "a cancelled save"],
)
def test_that_work_that_stands_still_is_ended_and_what_waits_behind_it_comes(
    capture: Path, tmp_path: Path, message: Message, limits: Limits
) -> None:
    with Role("work", limits) as work:
        work.explainers.open(1, str(capture))
        work.answer(do="copy", ks=[0], json=False)
        first = work.explainers.pids[0]
        psutil.Process(first).suspend()
        answers: list[Message] = []
        files = {"order": str(tmp_path / "x.order"), "folders": [str(capture)], "path": str(tmp_path / "x.meshcap")}
        number = work.explainers.ask({"capture": 1, **files, **message}, answers.append)
        behind = work.ask(do="copy", ks=[1], json=False)
        if message["do"] == "save":
            work.explainers.cancel(number)
        work.wait(lambda: answers and behind, "the end of it, and the copy")
    reason = "did not stop when it was told to" if message["do"] == "save" else "said nothing for 0.5 s"
    assert [answer["text"] for answer in answers] == [f"The work program ended: it {reason}."]
    assert behind[0]["is"] == "copied"
    assert gone(first)
    assert not list(tmp_path.glob("*.meshcap"))


# A program that cannot run


def test_that_a_program_that_cannot_be_kept_running_rests_says_so_once_and_recovers_by_itself(
    capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path / "broken", "raise SystemExit('libarrow.so is missing.')", monkeypatch)
    with Role("look", Limits(ends=4, ends_within=2.0)) as look:
        look.explainers.open(1, str(capture))
        questions = [look.ask(do="rows", first=k, count=1) for k in range(3)]
        look.wait(lambda: all(questions), "answers")
        assert {answer[0]["text"] for answer in questions} == {"The look program does not run."}
        given_up = [said for said in look.said if "cannot be kept running" in said]
        assert given_up == ["The look program cannot be kept running: libarrow.so is missing."]
        assert look.explainers.pids == []
        refused = [look.ask(do="rows", first=0, count=1) for _ in range(50)]
        look.beat()
        assert [answer[0]["is"] for answer in refused] == ["failed"] * 50  # at once, and nothing is said again
        assert [said for said in look.said if "cannot be kept running" in said] == given_up
        path.write_text(f"#!{PYTHON}\nimport sys\nfrom meshdesk.program import main\nsys.exit(main())\n")
        look.wait(lambda: look.explainers.pids, "it to be tried again")
        assert values(look.answer(do="rows", first=2, count=1)) == ["2"]


def test_that_a_program_that_takes_long_to_fail_is_given_up_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "slow", "import time\ntime.sleep(0.3)\nraise SystemExit('no library.')", monkeypatch)
    with Role("work", Limits(ends=3, ends_within=0.2)) as work:  # never three within so short a time
        assert work.answer(do="copy", ks=[0], json=False)["text"] == "The work program does not run."
        assert work.said[-1] == "The work program cannot be kept running: no library."


def test_that_a_program_that_is_not_there_any_more_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "removed"))
    with Role("look") as look:
        assert look.answer(do="find", name=["t", 0, 0])["is"] == "failed"
        assert look.said == ["The look program cannot be kept running: No such file or directory."]


def test_that_a_process_that_never_says_its_first_word_is_replaced(
    capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"""
import os, sys, time
from meshdesk.program import main
try:
    os.mkdir({str(tmp_path / "was here")!r})
except FileExistsError:
    sys.exit(main())
time.sleep(600)
"""
    program(tmp_path / "sleepy", text, monkeypatch)
    with Role("work", Limits(ready=1.5)) as work:
        work.explainers.open(1, str(capture))
        assert work.answer(do="copy", ks=[3], json=False)["is"] == "copied"
        assert work.explainers.killed >= 1  # a busy machine may need another turn


# The end


def test_that_letting_go_ends_all_processes_by_themselves(look: Role) -> None:
    look.ask(do="rows", first=0, count=50)
    children = look.explainers.end()
    assert len(children) == 2
    assert all(child.wait(30) for child in children)
    assert [child.code for child in children] == [0, 0]
    look.beat()
    assert look.explainers.pids == []  # and none is started again
