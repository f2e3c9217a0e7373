"""The mirror: tests/ROOM/a/test_b.py tests meshdesk/a/b.py, and a test file mirrors a module or is named here."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Where the tests of a package may be: the first is the usual room. In tests/ui the folder ui is left out.
TESTED_IN = {
    "ui": ["ui"],
    "explain": ["programs", "unit"],
    "session": ["programs", "unit"],
    "collect": ["broker", "unit"],
    "demo": ["broker", "unit"],
    "": ["programs", "broker", "unit"],  # the verbs
}
OTHERS = ["unit"]
NO_MIRROR = ["__main__.py"]  # two lines that every journey runs

# Tests of more than one module. tests/journeys and tests/speed have none but such.
ACROSS = [
    "broker/test_offline.py",
    "broker/test_round_trips.py",
    "broker/test_traps.py",
    "programs/test_disks.py",
    "programs/test_faults.py",
    "programs/test_kills.py",
    "programs/test_leaks.py",
    "programs/test_read_only.py",
    "programs/test_ways_in.py",
    "ui/test_accessibility.py",
    "ui/test_keyboard.py",
    "ui/test_pyside.py",
    "unit/test_architecture.py",
    "unit/test_examples.py",
    "unit/test_mirror.py",
    "unit/test_nets.py",
    "unit/test_packaging.py",
    "unit/test_prepare.py",
    "unit/test_repository.py",
]


def test_that_every_module_that_does_something_has_its_test_file() -> None:
    missing = []
    for path in modules():
        if any((ROOT / "tests" / place).exists() for place in mirrors(path)):
            continue
        if any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text("utf-8")))):
            missing.append(path.relative_to(ROOT / "meshdesk").with_suffix("").as_posix())
    assert missing == []


def test_that_every_test_file_mirrors_a_module_or_is_named_as_one_across_modules() -> None:
    rooms = ["unit", "ui", "programs", "broker"]
    files = {
        path.relative_to(ROOT / "tests").as_posix()
        for room in rooms
        for path in (ROOT / "tests" / room).rglob("test_*.py")
    }
    assert files - {place for path in modules() for place in mirrors(path)} - set(ACROSS) == set()
    assert [name for name in ACROSS if name not in files] == []


def modules() -> list[Path]:
    """All of meshdesk but the files that make a folder a package."""
    package = ROOT / "meshdesk"
    found = [path for path in sorted(package.rglob("*.py")) if path.name != "__init__.py"]
    return [path for path in found if path.relative_to(package).as_posix() not in NO_MIRROR]


def mirrors(path: Path) -> list[str]:
    """Where below tests/ a module's tests may be: demo/jars.py gives broker/demo/test_jars.py and unit/…."""
    *folders, _ = path.relative_to(ROOT / "meshdesk").parts
    rooms = TESTED_IN.get(folders[0] if folders else "", OTHERS)
    return ["/".join([room, *(folders[1:] if room == "ui" else folders), f"test_{path.stem}.py"]) for room in rooms]
