"""What `make package` has built, installed: `make package-test` names its folder in MESHDESK_DIST; without, none of this runs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package.installed import Installed, install_wheel, installed_deb, why_no_deb

DIST = os.environ.get("MESHDESK_DIST", "")
collect_ignore_glob = [] if DIST else ["test_*.py"]


@pytest.fixture(scope="session")
def dist() -> Path:
    """Where the packages are."""
    return Path(DIST)


@pytest.fixture(scope="session")
def wheel(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, installed as pipx does."""
    (package,) = dist.glob("*.whl")
    return install_wheel(package, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def deb(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The .deb, installed by apt; afterwards it is gone."""
    package = next(dist.glob("*.deb"), None)
    why = why_no_deb(package)
    if why or package is None:
        pytest.skip(why)
    with installed_deb(package, tmp_path_factory.mktemp("deb")) as installed:
        yield installed
    assert not Path("/usr/lib/meshdesk").exists()
    assert not Path("/usr/bin/meshdesk").is_symlink()


@pytest.fixture(params=["wheel", "deb"])
def installed(request: pytest.FixtureRequest) -> Installed:
    """Each of them."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Installed)
    return found
