"""The steps of a connection test: over the pipe and back, and in their order."""

import pytest

from meshdesk.model.step import NAMES, Step, step_from, step_message, with_step


@pytest.mark.parametrize("step", [Step("tls", "failed", "It expired.", "Renew it."), Step("registry", "running")])
def test_that_a_step_comes_back_as_it_was(step: Step) -> None:
    assert step_from(step_message(step)) == step


@pytest.mark.parametrize("odd", [{"step": "dns"}, {"step": "tls", "state": "pending"}, {}])
def test_that_what_a_later_version_says_is_left_out(odd: dict[str, str]) -> None:
    assert step_from({"is": "step", **odd}) is None


def test_that_steps_stand_in_their_order_and_each_once() -> None:
    steps: tuple[Step, ...] = ()
    for name in ("catalogues", "schemas", "registry", "tls", "name", "metadata", "tcp", "login"):
        steps = with_step(steps, Step(name, "running"))
    steps = with_step(steps, Step("tls", "passed", "TLS 1.3."))
    assert [step.name for step in steps] == list(NAMES)
    assert [step.state for step in steps if step.name == "tls"] == ["passed"]
