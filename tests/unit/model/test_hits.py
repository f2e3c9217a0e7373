"""Where a word is in a shown text, and the piece around it: as explain finds it, bounded, in its tones."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.hits import around, first_hit, hits_in


def test_that_hits_are_found_as_explain_finds_them() -> None:
    assert hits_in("Paid and PAID", "paid") == [(0, 4), (9, 13)]
    assert hits_in("Paid and PAID", "PAID") == [(9, 13)]
    assert hits_in("Straße", "SS") == []
    assert hits_in("שלום paid", "paid") == []  # where it stands is not where it would be counted
    assert hits_in("paid", "") == []
    assert (first_hit("שלום paid", "paid"), first_hit("unpaid", "PAID"), first_hit("x", "")) == (5, -1, -1)


@given(
    text=st.text("ab é", max_size=200),
    at=st.integers(0, 199),
    limit=st.integers(8, 160),
    tones=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200), st.just("string")), max_size=4),
)
def test_that_the_piece_is_bounded_and_holds_what_it_is_about(
    text: str, at: int, limit: int, tones: list[tuple[int, int, str]]
) -> None:
    marked = text[:at] + "HIT" + text[at:]
    shown, moved = around(marked, tuple(tones), marked.index("HIT"), limit)
    assert len(shown) <= limit
    assert "HIT" in shown
    assert (shown.startswith("…"), shown.endswith("…")) == (
        not marked.startswith(shown[0]) or shown[0] == "…",
        shown[-1] == "…",
    )
    assert shown.strip("…") in marked
    for start, end, _ in moved:
        assert 0 <= start < end <= limit


def test_that_tones_stay_with_their_letters() -> None:
    text = "x" * 100 + "name value"
    shown, tones = around(text, ((100, 104, "name"), (105, 110, "string")), 105, 40)
    assert [shown[start:end] for start, end, _ in tones] == ["name", "value"]
