"""The demo's error is a sentence."""

from confluent_kafka import KafkaError

from meshdesk.demo.trouble import Complaints, DemoError, reason, silent
from meshdesk.model.trouble import Trouble


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


def test_that_a_refusal_is_said_once_for_each_kind() -> None:
    said: list[Trouble] = []
    complaints = Complaints(said.append)
    for code in (KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._TRANSPORT, KafkaError.TOPIC_AUTHORIZATION_FAILED):
        complaints.say("It could not be written", KafkaError(code))
    assert [trouble.text for trouble in said] == [
        "It could not be written: topic authorization failed.",
        "It could not be written: broker transport failure.",
    ]
    assert reason(KafkaError(KafkaError._TRANSPORT)) == "broker transport failure"
