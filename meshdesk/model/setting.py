"""Settings of a client by their names: which of them carry a secret."""

import re

SECRET = re.compile(
    r"password|passphrase|secret|jaas|credential|token|\.pem$|user\.info|private|keystore\.key", re.IGNORECASE
)
LOGIN_IN_URL = re.compile(r"//[^/\s]*@")


def is_secret(name: str, value: str = "") -> bool:
    """Whether a setting carries a secret: its name says so, or its value is an address with a login in it.

    >>> is_secret("sasl.password"), is_secret("client.rack"), is_secret("x.url", "http://me:pass@host")
    (True, False, True)
    """
    return bool(SECRET.search(name) or LOGIN_IN_URL.search(value))
