"""What the tests of the capture open is closed behind them."""

from collections.abc import Iterator

import pytest

from tests.unit.capture.making import OPENED


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()
