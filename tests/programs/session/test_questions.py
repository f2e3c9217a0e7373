"""Questions on one capture: which of them are on their way, beside those on another capture of the same role."""

from pathlib import Path

from meshdesk.model.frame import Message
from meshdesk.session.questions import Questions
from tests.programs.session.serving import Role, values
from tests.unit.capture.making import Rec, made_capture


def test_that_a_capture_is_busy_with_its_own_questions_until_each_is_answered(folder: Path, tmp_path: Path) -> None:
    other = made_capture(tmp_path / "other", {"t": [[Rec(0, 0, value=b"of the other")]]})
    answers: list[Message] = []
    with Role("look") as look:
        one, two = Questions(1, look.explainers), Questions(2, look.explainers)
        one.open(str(folder), 0)
        two.open(str(other), 0)
        question = {"do": "rows", "topic": "t", "first": 0, "count": 1}
        one.ask(question, answers.append)
        assert (one.is_busy, two.is_busy) == (True, False)
        two.ask(question, answers.append)
        look.wait(lambda: len(answers) == 2, "both answers")
        assert (one.is_busy, two.is_busy) == (False, False)
        two.close()
        two.ask(question, answers.append)
        look.wait(lambda: len(answers) == 3, "the third")
        assert not two.is_busy
    assert [values(answer) for answer in answers[:2]] == [["0"], ["of the other"]]
    assert answers[2]["text"] == "That capture is not open. Open it again."


def test_that_a_question_that_says_how_far_it_is_is_on_its_way_until_its_end(tmp_path: Path) -> None:
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 100_000) for k in range(200)]]})
    busy: list[tuple[object, bool]] = []
    with Role("work") as work:
        questions = Questions(1, work.explainers)
        message = {"do": "save", "folders": [str(big)], "path": str(tmp_path / "big.meshcap")}
        questions.ask(message, lambda answer: busy.append((answer["is"], questions.is_busy)))
        work.wait(lambda: not questions.is_busy, "the end")
    assert set(busy[:-1]) == {("progress", True)}
    assert busy[-1] == ("saved", False)
