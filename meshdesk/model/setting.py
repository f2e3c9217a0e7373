"""Settings of a client or a connector by their names: which of them carry a secret."""

import re
from functools import lru_cache

WORDS = ("password", "passphrase", "secret", "jaas", "credential", "token", "user.info", "private")
WHOSE = ("keystore", "sas", "api", "access", "account")  # keys
FILE = ".pem"  # a setting that ends so holds a key, and no name of a file
SECRET = re.compile(
    "|".join((*map(re.escape, WORDS), f"{re.escape(FILE)}$", f"(?:{'|'.join(WHOSE)})[._-]?key")), re.IGNORECASE
)
LOGIN_IN_URL = re.compile(r"//[^/\s]*@")
MASKED = "a secret, masked"  # the note of a value that is not shown unless somebody asks for it
PLAIN = "a secret, in plain text"  # and of one that is


def is_secret(name: str, value: str = "") -> bool:
    """Whether a setting carries a secret: its name says so, or its value is an address with a login in it.

    >>> is_secret("sasl.password"), is_secret("client.rack"), is_secret("x.url", "http://me:pass@host")
    (True, False, True)
    """
    return _is_named(name) or ("@" in value and LOGIN_IN_URL.search(value) is not None)


@lru_cache(maxsize=4_096)  # names of settings: a connector has some 50
def _is_named(name: str) -> bool:
    return SECRET.search(name) is not None


def may_hold_a_secret(settings: bytes) -> bool:
    """A glance at a text of many settings, in ASCII and without escapes: whether any of them may carry a secret.

    >>> may_hold_a_secret(b'{"tasks.max": "1"}'), may_hold_a_secret(b'{"SASL.Password": "x"}')
    (False, True)
    """
    lower = settings.lower()
    return any(word in lower for word in IN_BYTES) or (b"@" in lower and b"//" in lower)


IN_BYTES = tuple(
    word.encode() for word in (*WORDS, FILE, *(f"{whose}{sign}key" for whose in WHOSE for sign in ("", *"._-")))
)
