"""How to subscribe to topics, as lines of code and commands that can be taken over. Nothing secret stands in them. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a consumer has to know."""

    bootstrap: str
    topics: Sequence[str]
    group: str
    protocol: str = ""  # security.protocol; "" is PLAINTEXT
    mechanism: str = ""  # sasl.mechanism

    @property
    def settings(self) -> Mapping[str, str]:
        """As librdkafka and Java call them. Who logs in writes the login itself."""
        settings = {"bootstrap.servers": self.bootstrap}
        if self.protocol and self.protocol != "PLAINTEXT":
            settings["security.protocol"] = self.protocol
        if self.mechanism:
            settings["sasl.mechanism"] = self.mechanism
        return {**settings, "group.id": self.group, "auto.offset.reset": "earliest"}


def _literal(text: str) -> str:
    """As Python and Java write a text, with letters of any script as they are."""
    return json.dumps(text, ensure_ascii=False)


def python(wanted: Subscription) -> str:
    """For confluent-kafka."""
    lines = [f"    {_literal(name)}: {_literal(value)}," for name, value in wanted.settings.items()]
    topics = ", ".join(_literal(topic) for topic in wanted.topics)
    return "\n".join(
        [
            "from confluent_kafka import Consumer",
            "",
            "consumer = Consumer({",
            *lines,
            "})",
            f"consumer.subscribe([{topics}])",
            "while True:",
            "    record = consumer.poll(1.0)",
            "    if record is not None and record.error() is None:",
            "        print(record.key(), record.value())",
        ]
    )


def java(wanted: Subscription) -> str:
    """For kafka-clients."""
    lines = [f"settings.put({_literal(name)}, {_literal(value)});" for name, value in wanted.settings.items()]
    topics = ", ".join(_literal(topic) for topic in wanted.topics)
    return "\n".join(
        [
            "Properties settings = new Properties();",
            *lines,
            "try (var consumer = new KafkaConsumer<>(",
            "        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {",
            f"    consumer.subscribe(List.of({topics}));",
            "    while (true) {",
            "        for (var record : consumer.poll(Duration.ofSeconds(1))) {",
            "            System.out.println(record);",
            "        }",
            "    }",
            "}",
        ]
    )


def kcat(wanted: Subscription) -> str:
    """For the command line."""
    settings = {name: value for name, value in wanted.settings.items() if name not in ("bootstrap.servers", "group.id")}
    words = [f"kcat -b {_quoted(wanted.bootstrap)}"]
    words += [f"-X {_quoted(f'{name}={value}')}" for name, value in settings.items()]
    words.append(f"-G {_quoted(wanted.group)} {' '.join(map(_quoted, wanted.topics))}")
    return " \\\n  ".join(words)


WAYS: Mapping[str, Callable[[Subscription], str]] = {"Python": python, "Java": java, "kcat": kcat}


def _quoted(word: str) -> str:
    """For a POSIX shell.

    >>> _quoted("orders.v1"), _quoted("it's")
    ('orders.v1', "'it'\\\\''s'")
    """
    if word and all(letter.isalnum() or letter in "._-/:=," for letter in word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
