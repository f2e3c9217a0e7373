"""Settings of a client or a connector by their names: which of them carry a secret."""

import re

SECRET = re.compile(
    r"password|passphrase|secret|jaas|credential|token|\.pem$|user\.info|private|(keystore|sas|api|access|account)[._-]?key",
    re.IGNORECASE,
)
LOGIN_IN_URL = re.compile(r"//[^/\s]*@")
MASKED = "a secret, masked"  # the note of a value that is not shown unless somebody asks for it
PLAIN = "a secret, in plain text"  # and of one that is


def is_secret(name: str, value: str = "") -> bool:
    """Whether a setting carries a secret: its name says so, or its value is an address with a login in it.

    >>> is_secret("sasl.password"), is_secret("client.rack"), is_secret("x.url", "http://me:pass@host")
    (True, False, True)
    """
    return bool(SECRET.search(name) or LOGIN_IN_URL.search(value))
