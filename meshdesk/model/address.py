"""Addresses as people write them: of brokers, and of a schema registry."""

import re

GLUE = "glue://"  # begins what is written as the address of AWS Glue: glue://REGION/PROFILE, of which either may be left out


def bootstrap_problem(text: str) -> str:
    """What is wrong with a list of brokers, as a sentence; "" where nothing is.

    >>> bootstrap_problem("localhost:9092, [::1]:9093")
    ''
    >>> bootstrap_problem("localhost")
    '“localhost” has no port. Kafka mostly listens on 9092: localhost:9092.'
    """
    brokers = [part.strip() for part in text.split(",") if part.strip()]
    if not brokers:
        return "Write where a broker listens, for example localhost:9092."
    for broker in brokers:
        host, colon, port = broker.rpartition(":")
        if not colon or (":" in host and not host.startswith("[")):
            return f"“{broker}” has no port. Kafka mostly listens on 9092: {broker}:9092."
        if not re.fullmatch(r"\[[0-9a-fA-F:.%\w]+\]|[\w.-]+", host):
            return f"“{broker}” does not begin with a host name. Write it as host:port."
        if not (re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536):
            return f"“{port}” is no port. Ports are numbers from 1 to 65535."
    return ""


def registry_problem(text: str) -> str:
    """What is wrong with the address of a schema registry; "" where nothing is, or none is given.

    >>> registry_problem(""), registry_problem("http://localhost:8081"), registry_problem("glue://eu-west-1/acme")
    ('', '', '')
    """
    if not text.strip() or re.fullmatch(r"https?://[^\s/]+(/\S*)?", text.strip()):
        return ""
    if text.strip().startswith(GLUE):
        is_one = re.fullmatch(r"([a-z]{2}[a-z0-9-]*)?(/[^/@]+)?", text.strip().removeprefix(GLUE))
        return "" if is_one else "AWS Glue is written as glue://REGION or glue://REGION/PROFILE: glue://eu-west-1."
    return "A schema registry has a web address, for example http://localhost:8081; that of AWS Glue is glue://REGION."


def holds_password(address: str) -> bool:
    """Whether an address may hold a user and a password, with or without a scheme.

    Nothing else in the address of a registry needs an @; a password may hold any sign, those that end a host name too.

    >>> holds_password("http://me:pass/word@registry"), holds_password("me:pass@registry"), holds_password("http://registry/a")
    (True, True, False)
    """
    return "@" in address


def shown(url: str) -> str:
    """The address without a user and password in it, as it may be shown and stored.

    >>> shown("https://ada:love@registry:8081/api?key=1")
    'https://registry:8081/api'
    """
    scheme, slashes, rest = url.partition("://") if "://" in url else ("", "", url)
    return scheme + slashes + re.split(r"[?#]", rest.rpartition("@")[2])[0]
