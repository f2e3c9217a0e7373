"""What runs long: its words, its rate, its end in sight, and that nobody hears of what is done at once."""

import pytest

from meshdesk.session.works import PACE_OVER, SEEN_AFTER, Pace, Work, Works


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (Work("x"), ""),
        (Work("x", 400_000_000, 4_000_000_000), "0.4 of 4.0 GB"),
        (Work("x", 12_300_000, 80_000_000, rate=9_000_000), "12.3 of 80.0 MB, 9.0 MB/s, 7.5 s left"),
        (Work("x", 512, 900), "512 of 900 B"),
        (Work("x", 120_000, 180_000_000), "0 of 180 MB"),
        (Work("x", 12_000, 300_000, "records", 40_000.0), "12,000 of 300,000 records, 40.0 k/s, 7.2 s left"),
        (Work("x", 310, 300, "records", 10.0), "310 of 300 records, nearly done"),
        (Work("x", 80_000_000, 80_000_000), "80.0 of 80.0 MB, nearly done"),
        (Work("x", 0, 0, "records", 812.0), "812/s"),
    ],
)
def test_that_the_words_say_how_far_how_fast_and_how_long(work: Work, words: str) -> None:
    assert work.words == words


def test_that_a_share_is_never_more_than_all_and_unknown_where_nobody_knows() -> None:
    assert Work("x", 50, 200).share == 0.25
    assert Work("x", 310, 300).share == 1.0
    assert Work("x", 310).share is None


def test_that_a_rate_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    for tenth in range(200):
        pace.add(tenth / 10, tenth * 100)
    assert pace.rate == pytest.approx(1_000)
    for tenth in range(200, 200 + int(PACE_OVER * 10) + 1):
        pace.add(tenth / 10, 20_000 + (tenth - 200) * 10)
    assert pace.rate == pytest.approx(100, rel=0.1)


def test_that_there_is_no_rate_at_first_none_of_what_stands_still_and_none_across_steps() -> None:
    pace = Pace()
    assert pace.rate is None
    pace.add(0.0, 0)
    pace.add(0.1, 1_000_000)
    assert pace.rate is None
    for second in range(1, 20):
        pace.add(float(second), 1_000_000)
    assert pace.rate is None
    pace.add(20.0, 0)  # the next download
    pace.add(21.0, 500)
    assert pace.rate == pytest.approx(500)


def test_that_what_runs_for_a_moment_is_not_told() -> None:
    clock = Clock()
    works = Works(clock)
    works.begin("save", "Saving a.meshcap")
    assert not works.now
    clock.now += SEEN_AFTER
    assert [work.text for work in works.now] == ["Saving a.meshcap"]
    works.end("save")
    works.end("save")
    assert not works.now


def test_that_a_work_tells_its_rate_and_can_be_cancelled() -> None:
    clock = Clock()
    cancelled: list[int] = []
    works = Works(clock)
    works.begin("save", "Saving a.meshcap", "bytes", lambda: cancelled.append(1))
    for second in range(1, 4):
        clock.now += 1
        works.tell("save", second * 1_000, 10_000)
    (work,) = works.now
    assert (work.done, work.of, work.rate, work.left) == (3_000, 10_000, 1_000, 7)
    assert work.cancel is not None
    work.cancel()
    assert cancelled == [1]
    works.tell("another", 1, 2)
    assert len(works.now) == 1


def test_that_the_next_step_of_a_work_is_told_in_its_own_words_and_not_at_first() -> None:
    clock = Clock()
    works = Works(clock)
    works.begin("prepare", "Fetching Kafka")
    clock.now += 2
    works.tell("prepare", 80, 80)
    works.begin("prepare", "Starting Kafka")
    assert [(work.text, work.of) for work in works.now] == [("Starting Kafka", 0)]
    works.clear()
    assert not works.now
