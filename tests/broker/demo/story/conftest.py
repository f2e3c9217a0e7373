"""The story that the tests of its domains read: a day of history and some minutes live."""

import pytest

from meshdesk.demo.story.event import Event
from tests.broker.demo.story.told import tell


@pytest.fixture(scope="session")
def story() -> list[Event]:
    return tell()
