"""Resources are found from the checkout and from a wheel that was really built and installed."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from meshdesk.session.resources import resource

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MeshDesk's wheel, built from this checkout."""
    if not importlib.util.find_spec("hatchling"):
        pytest.skip("A wheel needs the package hatchling, which is not installed: `make test` installs it.")
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("meshdesk-*.whl"))


def pip(*arguments: str) -> None:
    line = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir", *arguments]
    ran = subprocess.run(line, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_that_the_checkout_finds_its_own_resources() -> None:
    assert resource("icons") == ROOT / "resources" / "icons"
    assert resource("icons/search.svg").read_bytes().rstrip().endswith(b"</svg>")


def test_that_a_resource_that_is_not_there_is_named_in_a_sentence() -> None:
    with pytest.raises(FileNotFoundError, match=r"^MeshDesk's own file icons/unicorn.svg is missing: .*\.$"):
        resource("icons/unicorn.svg")


def test_that_an_installed_wheel_finds_the_same_resources_inside_itself(wheel: Path, tmp_path: Path) -> None:
    pip("install", "--no-deps", "--no-index", "--target", str(tmp_path), str(wheel))
    ask = "from meshdesk.session.resources import resource; print(resource('icons/search.svg'))"
    line = [sys.executable, "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {ask}", str(tmp_path)]
    ran = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert Path(ran.stdout.strip()) == tmp_path / "meshdesk" / "resources" / "icons" / "search.svg", ran.stderr
    installed, here = tmp_path / "meshdesk" / "resources", ROOT / "resources"
    shown = {name: said for name, said in contents(here).items() if not name.startswith("pictures/")}  # of the README
    assert contents(installed) == shown


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_that_a_wheel_holds_the_package_and_its_licence_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"meshdesk", f"{wheel.name.rsplit('-', 3)[0]}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
