"""The demo's error is a sentence."""

from meshdesk.demo.trouble import DemoError, silent


def test_that_an_error_is_its_trouble_as_one_sentence_after_the_other() -> None:
    error = DemoError("Kafka ended.", "Start it again.")
    assert str(error) == "Kafka ended. Start it again."
    assert (error.trouble.text, error.trouble.advice, error.trouble.about) == (
        "Kafka ended.",
        "Start it again.",
        "the demo",
    )


def test_that_silent_progress_says_nothing() -> None:
    silent("Fetching.", 1, 2)
