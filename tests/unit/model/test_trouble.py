"""Trouble through the pipe, and as it is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.frame import FrameReader, encode
from meshdesk.model.trouble import Severity, Trouble, trouble_from, trouble_message

SEVERITIES: list[Severity] = ["attention", "bad"]
WORDS = st.text(max_size=20)
TROUBLES = st.builds(
    Trouble, WORDS, WORDS, WORDS, st.sampled_from(SEVERITIES), st.integers(0, 2**62), st.integers(1, 2**31)
)


@given(TROUBLES)
def test_that_trouble_comes_through_the_pipe_as_it_was(trouble: Trouble) -> None:
    (message,) = FrameReader().feed(encode(trouble_message(trouble)))
    assert message["is"] == "trouble"
    assert trouble_from(message) == trouble


def test_that_what_a_child_left_out_keeps_its_default() -> None:
    assert trouble_from({"is": "trouble", "text": "It is gone."}) == Trouble("It is gone.")


@pytest.mark.parametrize("severity", ["terrible", None, 3, ["bad"]])
def test_that_a_severity_nobody_knows_is_bad(severity: Any) -> None:
    assert trouble_from({"text": "It is gone.", "severity": severity}).severity == "bad"


def test_that_the_sentence_says_what_happened_and_then_what_to_do() -> None:
    assert Trouble("It is gone.", "Connect again.").sentence == "It is gone. Connect again."
    assert Trouble("It is gone.").sentence == "It is gone."
