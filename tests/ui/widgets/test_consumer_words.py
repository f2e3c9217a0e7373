"""What a line of the consumers view says: numbers with what is unknown, and whole sentences in its tip."""

from meshdesk.model.consuming import ORDER, Line
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.ui.widgets.consumer_words import COLUMNS, TONES, in_out, late, offsets, tip

FRAUD = Line(
    "fraud-scorer", ("o", "p"), ("Orders", "Payment events"), Total(48_210, 0, 6, 0, Late(112.0, 0.5)), 812.0, 610.0,
    "not catching up",
)  # fmt: skip
SILENT = Line("audit", ("l",), ("Ledger",), Total(None, 0, 2, 2), 40.0, None, "no commits")


def test_that_each_column_says_its_part() -> None:
    assert [column.words(FRAUD) for column in COLUMNS] == [
        "fraud-scorer", "Orders, Payment events", "1 m 52 s ± 0.5", "48,210", "812 / 610", "", "not catching up",
    ]  # fmt: skip


def test_that_what_is_not_known_is_unknown_and_nothing_to_read_is_nothing() -> None:
    assert (late(SILENT), offsets(SILENT), in_out(SILENT)) == ("unknown", "no commit", "40 / –")
    older = FRAUD._replace(total=Total(48_210, 0, 6, 0))
    assert late(older) == "unknown"
    read = FRAUD._replace(total=Total(0, 0, 6, 0), arriving=0.0, reading=0.0)
    assert (late(read), offsets(read), in_out(read)) == ("0 s", "0", "0 / 0")


def test_that_a_tip_says_in_sentences_how_it_goes_on() -> None:
    assert tip(FRAUD).splitlines() == [
        "fraud-scorer: more arrives than it reads.",
        "It is known to read Orders, Payment events.",
        "It is 1 m 52 s ± 0.5, 48,210 records behind.",
        "812/s arrive, it reads 610/s.",
    ]
    draining = FRAUD._replace(state="draining", reading=1_000.0, total=Total(1_880, 5, 6, 1, Late(112.0, 0.5)))
    assert tip(draining).splitlines()[3:] == [
        "5 records went before it had read them.",
        "How far it is behind is unknown in 1 partition.",
        "812/s arrive, it reads 1.0 k/s.",
        "At this rate it has caught up in 10 s.",
    ]
    assert "it has committed nothing" in tip(SILENT)


def test_that_every_state_has_its_tone_and_its_meaning() -> None:
    for state in ORDER:
        assert TONES[state]
        assert tip(FRAUD._replace(state=state)).startswith("fraud-scorer: ")
