"""The nets below every test: what a test did not announce fails it.

Log records of WARNING and above, unless `expected_log` announced them · processes that a test module leaves running ·
with MESHDESK_REQUIRE_ALL=1 every skip. Python's warnings, exceptions in threads and Qt's messages are caught by the
settings in pyproject.toml.
"""

import atexit
import logging
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator

import psutil
import pytest

from meshdesk import logs

LEAVE_SECONDS = 5.0  # what a process that was asked to end may still take
RUN = "MESHDESK_TEST_RUN"  # in the environment of everything that this run starts, also of what lost its parent
REQUIRE_ALL = "MESHDESK_REQUIRE_ALL"

_logged: list[logging.LogRecord] = []
_shared: set[psutil.Process] = set()  # what fixtures of the whole run keep


class _Net(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _logged.append(record)


def pytest_configure(config: pytest.Config) -> None:
    """Lays the nets."""
    os.environ[RUN] = uuid.uuid4().hex
    home = tempfile.mkdtemp(prefix="meshdesk-home-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["MESHDESK_LOGS"] = f"{home}/logs"  # nothing of a test run is left among a developer's own
    os.environ["MESHDESK_CAPTURES"] = f"{home}/captures"
    os.environ["MESHDESK_CONFIG"] = f"{home}/config"
    os.environ["MESHDESK_STATE"] = f"{home}/state"
    # Programs that tests start are compiled once, as a person's are, also where a developer's shell forbids it: without that
    # each of some thousand starts takes 0.2 s more (2026-11).
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)  # nor is a developer's own keyring asked
    logging.getLogger().addHandler(_Net(logging.WARNING))
    # Deprecated, and nothing in its place names groups of every kind (collect/coordinators.py).
    config.addinivalue_line("filterwarnings", "ignore:list_groups:DeprecationWarning")


# Log lines


@pytest.fixture
def _announced() -> list[re.Pattern[str]]:
    return []


@pytest.fixture
def expected_log(_announced: list[re.Pattern[str]]) -> Callable[[str], None]:
    """expected_log("broker .* closed"): such a line is no surprise in this test, and its absence is one."""
    return lambda pattern: _announced.append(re.compile(pattern))


@pytest.fixture(autouse=True)
def _log_net(_announced: list[re.Pattern[str]]) -> Iterator[None]:
    yield
    lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in _logged]
    _logged.clear()
    surprises = [line for line in lines if not any(pattern.search(line) for pattern in _announced)]
    missing = [pattern.pattern for pattern in _announced if not any(pattern.search(line) for line in lines)]
    if surprises:
        pytest.fail(
            "Logged, and the test did not announce it with expected_log:\n" + "\n".join(surprises), pytrace=False
        )
    if missing:
        pytest.fail("Announced with expected_log, and not logged: " + ", ".join(missing), pytrace=False)


# Processes


def _running() -> set[psutil.Process]:
    """The processes of this run, children and orphans, without the run itself."""
    # By descent too: a process has no environment yet while the system replaces its program.
    found = set(psutil.Process().children(recursive=True))
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(RUN) == os.environ[RUN]:
                found.add(process)
        except psutil.Error:  # another user's, or it has just ended
            continue
    return found


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    """What a fixture of the whole run starts (the shared broker) may outlive a module."""
    if fixturedef.scope != "session":
        return (yield)
    before = _running()
    try:
        return (yield)
    finally:
        _shared.update(_running() - before)


@pytest.fixture(autouse=True, scope="module")
def _process_net() -> Iterator[None]:
    yield
    _gone, left = psutil.wait_procs(_running() - _shared, timeout=LEAVE_SECONDS)
    lines = []
    for process in left:
        try:
            lines.append(f"{process.pid}: {' '.join(process.cmdline())[:300]}")
            process.kill()
        except psutil.NoSuchProcess:
            continue
    if lines:
        pytest.fail(
            "The tests of this file left processes running (they were ended now):\n" + "\n".join(lines), pytrace=False
        )


@pytest.fixture(autouse=True, scope="module")
def _secrets_of_its_own() -> Iterator[None]:
    """A file's secrets are none of the next one's: what looks like one of them would be redacted there."""
    known = set(logs._secrets)
    yield
    logs._secrets.intersection_update(known)


# Skips


def _required(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get(REQUIRE_ALL) == "1" and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_ALL}=1 allows no skip, and this was one. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test's own skip."""
    report = yield
    _required(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The skip of a whole file."""
    report = yield
    _required(report)
    return report
