"""Names of topics as files write them: some hold placeholders (`{env}.orders`), and stand for several topics."""

import re

# What tools fill in: Helm and Jinja, shells and Terraform, AsyncAPI, deployment scripts; and the wildcard of an ACL. No
# name of a topic holds any of their signs but the underscores of __HOST__.
PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\{[^{}]*\}|<[^<>]*>|__[A-Z][A-Z0-9_]*__|%[A-Za-z_]+%|\*+"
)
TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")  # org.apache.kafka.common.internals.Topic


def is_pattern(name: str) -> bool:
    """Whether the name holds a placeholder.

    >>> is_pattern("${env}-orders"), is_pattern("orders.v1"), is_pattern("__consumer_offsets")
    (True, False, False)
    """
    return PLACEHOLDER.search(name) is not None


def is_topic_name(name: str) -> bool:
    """Whether Kafka would take it for the name of a topic.

    >>> is_topic_name("orders.v1"), is_topic_name("Placed orders"), is_topic_name("..")
    (True, False, False)
    """
    return TOPIC.fullmatch(name) is not None and name not in (".", "..")
