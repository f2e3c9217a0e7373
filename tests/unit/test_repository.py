"""What every file of the repository keeps to: no place of one machine, no address among the pins, true front pages."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from meshdesk import __version__

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging" / "requirements"
REQUIREMENTS = sorted(FOLDER.glob("*.txt"))
PINS, PYTHONS = ("package", "run", "speed", "test"), ("3.11", "3.12")
# A home or a scratch folder of somebody; a path that merely begins like one (/tmpfs, /homeless) is none.
OF_ONE_MACHINE = re.compile(r"(?<![\w./-])/(?:root|home|Users|tmp|work)/\w")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The text files that are committed, by name."""
    line = ["git", "ls-files", "-z"]
    try:
        listed = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("The files of the repository are listed by git, which is not here or has no repository here.")
    found = {}
    for name in filter(None, listed.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in data:
            found[name] = data.decode("utf-8")
    return found


def test_that_no_file_names_a_folder_of_one_machine(texts: dict[str, str]) -> None:
    named = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if OF_ONE_MACHINE.search(line)
    ]
    assert named == []


def test_that_every_module_says_in_its_first_line_what_it_is(texts: dict[str, str]) -> None:
    silent = [name for name, text in texts.items() if name.endswith(".py") and text and not text.startswith('"""')]
    assert silent == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_that_pins_are_exact_and_hashed_and_name_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-|\bhost\b", text.replace("    --hash=sha256:", ""), re.MULTILINE)
    pins = re.split(r"\n(?=\w)", text.split("\n", 1)[1].strip())
    assert [
        pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.!+]+[^\n]*( \\\n    --hash=sha256:[0-9a-f]{64})+", pin)
    ] == []


def test_that_the_pins_hold_every_dependency_of_the_project_for_both_pythons() -> None:
    assert [path.stem for path in REQUIREMENTS] == [f"{name}-{python}" for name in PINS for python in PYTHONS]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    more = {
        "package": groups["package"],
        "run": extras["demo"],
        "speed": [*extras["demo"], *extras["test"], *extras["speed"]],
        "test": [*extras["demo"], *extras["test"]],
    }
    for path in REQUIREMENTS:
        lines = [*project["project"]["dependencies"], *groups["build"], *more[path.stem.rpartition("-")[0]]]
        names = {re.split(r"[\[<>=]", line)[0].lower().replace("_", "-") for line in lines} - {"meshdesk"}
        assert names - pinned(path).keys() == set()


def test_that_what_runs_what_is_tested_and_what_is_packaged_are_the_same_versions() -> None:
    for python in PYTHONS:
        package, run, speed, test = (pinned(FOLDER / f"{name}-{python}.txt") for name in PINS)
        assert run.items() <= test.items() <= speed.items()
        assert {name: package[name] for name in package.keys() & run.keys()}.items() <= run.items()


def pinned(path: Path) -> dict[str, str]:
    """The versions by package."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_that_the_readme_names_the_two_commands_and_they_exist(texts: dict[str, str]) -> None:
    for command in ("make demo", "make test"):
        assert command in texts["README.md"]
        assert re.search(rf"^{command.split()[1]}:", texts["Makefile"], re.MULTILINE)


def test_that_the_pictures_and_files_that_the_front_pages_link_to_are_there(texts: dict[str, str]) -> None:
    links = [
        (page, link)
        for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
        for link in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", texts[page])
    ]
    assert [(page, link) for page, link in links if not (ROOT / "".join(link)).exists()] == []


def test_that_the_changelog_has_a_heading_for_this_version(texts: dict[str, str]) -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", texts["CHANGELOG.md"], re.MULTILINE)
