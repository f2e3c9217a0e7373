"""Finding by a few letters: what matches, in which order, which letters did."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.ui.palette import SHOWN, Finder, Source, places, words_of

TOPICS = [
    "payments.orders.v1",
    "reorders.v1",
    "orders.placed.v1",
    "orders",
    "old-orders",
    "operations.paid.v2",
    "stock.v1",
]


def found(query: str, texts: list[str]) -> list[str]:
    groups = Finder([Source("Topics", texts, print)]).find(query)
    return [hit.text for group in groups for hit in group.hits]


def test_that_a_name_that_begins_with_the_word_comes_before_one_with_such_a_part_and_one_that_holds_it() -> None:
    assert found("orders", TOPICS) == ["orders", "orders.placed.v1", "old-orders", "payments.orders.v1", "reorders.v1"]


def test_that_letters_in_order_match_and_first_those_that_begin_parts() -> None:
    assert found("opv", TOPICS) == ["orders.placed.v1", "operations.paid.v2"]
    assert found("rplv1", TOPICS) == ["orders.placed.v1"]
    assert found("pv", ["spoiled.void", "people.v1"]) == ["people.v1"]


def test_that_letters_that_merely_stand_in_order_are_offered_only_where_nothing_matches_better() -> None:
    views, pages = Source("Views", ["Records", "Trouble"], print), Source("Help", ["Reading", "First steps"], print)
    assert [hit.text for group in Finder([views, pages]).find("re") for hit in group.hits] == ["Records", "Reading"]
    assert [hit.text for group in Finder([pages]).find("fteps") for hit in group.hits] == ["First steps"]


def test_that_all_words_must_match_in_any_order_and_case() -> None:
    assert found("V1 Orders", TOPICS) == ["orders.placed.v1", "payments.orders.v1", "reorders.v1"]
    assert found("orders paid", TOPICS) == []
    assert found("orders.placed", TOPICS) == ["orders.placed.v1"]
    assert found("ORDERS-PLACED", TOPICS) == ["orders.placed.v1"]  # whoever remembers another sign finds it as well


def test_that_no_word_gives_everything_as_it_stands() -> None:
    assert found("", TOPICS) == TOPICS
    assert found(" . ", TOPICS) == TOPICS
    (group,) = Finder([Source("Topics", [f"t{n}" for n in range(500)], print)]).find("")
    assert (len(group.hits), group.number) == (SHOWN, 500)


def test_that_the_group_with_the_best_hit_stands_first_and_an_empty_one_not_at_all() -> None:
    finder = Finder([Source("Views", ["Records", "Trouble"], print), Source("Topics", TOPICS, print)])
    assert [group.source.group for group in finder.find("or")] == ["Topics", "Views"]
    assert [group.source.group for group in finder.find("r")] == ["Views", "Topics"]
    assert [group.source.group for group in finder.find("trouble")] == ["Views"]
    assert finder.find("zzz") == []


def test_that_the_letters_that_matched_are_told() -> None:
    assert places("orders.placed.v1", ["placed", "or"]) == [0, 1, 7, 8, 9, 10, 11, 12]
    assert places("reorders", ["orders"]) == [2, 3, 4, 5, 6, 7]
    assert places("orders.placed.v1", ["orv1"]) == [0, 1, 14, 15]
    assert places("orders.placed.v1", ["dpd"]) == [2, 7, 12]
    assert places("\u0130stanbul.v1", ["v1"]) == []  # small, its first letter is two: no letter is marked wrongly


@given(
    st.lists(st.text("abv.1 ", max_size=6), max_size=8), st.lists(st.text("ab.v1", min_size=1, max_size=9), max_size=20)
)
def test_that_what_was_typed_before_changes_nothing_of_what_is_found(queries: list[str], texts: list[str]) -> None:
    finder = Finder([Source("Names", texts, print)])
    for query in [*queries, *(typed[:n] for typed in queries for n in range(len(typed) + 1))]:
        fresh = Finder([Source("Names", texts, print)]).find(query)
        known = finder.find(query)
        assert [(g.number, [h.number for h in g.hits]) for g in known] == [
            (g.number, [h.number for h in g.hits]) for g in fresh
        ]


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=20))
def test_that_any_text_can_be_looked_for_in_any_names(query: str, texts: list[str]) -> None:
    words = words_of(query)
    for group in Finder([Source("Names", texts, print)]).find(query):
        for hit in group.hits:
            marked = places(hit.text, words)
            assert all(0 <= at < len(hit.text) for at in marked)
            assert marked == sorted(set(marked))
