"""Troubles: repeated ones are one with a count, the newest is last, and there is an end to them."""

from meshdesk.model.trouble import Trouble
from meshdesk.session.troubles import KEPT, with_trouble


def test_that_a_trouble_that_comes_again_moves_to_the_end_with_its_count_and_its_newest_time() -> None:
    troubles: tuple[Trouble, ...] = ()
    for seen, text in enumerate(["port closed", "disk full", "port closed"]):
        troubles = with_trouble(troubles, Trouble(text, "Do this.", "acme", seen=seen))
    assert [(trouble.text, trouble.count, trouble.seen) for trouble in troubles] == [
        ("disk full", 1, 1),
        ("port closed", 2, 2),
    ]


def test_that_the_first_time_of_a_repeated_trouble_is_kept() -> None:
    troubles: tuple[Trouble, ...] = ()
    for seen in (1_000, 2_000, 3_000):
        troubles = with_trouble(troubles, Trouble("port closed", seen=seen))
    assert [(trouble.first, trouble.seen) for trouble in troubles] == [(1_000, 3_000)]


def test_that_counts_that_a_child_has_folded_already_add_up() -> None:
    troubles = with_trouble((), Trouble("port closed", count=40))
    assert with_trouble(troubles, Trouble("port closed", count=2))[0].count == 42


def test_that_the_same_sentence_about_two_things_is_two_troubles() -> None:
    troubles = with_trouble((), Trouble("It is gone.", about="orders"))
    assert len(with_trouble(troubles, Trouble("It is gone.", about="payments"))) == 2


def test_that_of_a_flood_of_different_troubles_the_newest_are_kept() -> None:
    troubles: tuple[Trouble, ...] = ()
    for number in range(KEPT + 20):
        troubles = with_trouble(troubles, Trouble(f"{number}"))
    assert [trouble.text for trouble in troubles] == [str(number) for number in range(20, KEPT + 20)]
