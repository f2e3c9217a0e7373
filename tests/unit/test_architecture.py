"""The architecture: who may import whom. A new room, or a new way between two, is a decision that is made here."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROOMS: dict[str, list[str]] = {
    "model": [],
    "pipes": ["model"],
    "logs": [],
    "capture": ["model"],
    "decode": ["model"],
    "collect": ["model", "pipes", "logs", "capture"],
    "explain": ["model", "pipes", "capture", "decode"],
    "session": ["model", "logs", "capture"],  # starts programs by their verbs, never imports them
    "ui": ["model", "logs", "capture", "session"],
    "demo": ["model", "pipes"],
}
# Put the rooms together, and no room imports one.
VERBS = ["__main__", "decoding", "named", "program", "self_test", "tail", "told"]
ONLY_IN = {
    "confluent_kafka": ["collect", "demo"],
    "PySide6": ["ui"],
    "pyqtgraph": ["ui"],
    "keyring": ["session"],
    "secretstorage": ["session"],
}


def test_that_a_room_imports_only_what_the_architecture_lets_it() -> None:
    wrong = []
    for module, tree in trees().items():
        here = room(module)
        may = ["__version__", here, *(VERBS + list(ROOMS) if here in VERBS else ROOMS[here])]
        for line, name in imports(tree):
            ours = name.startswith("meshdesk.")
            if (ours and room(name) not in may) or here not in ONLY_IN.get(name.split(".")[0], [here]):
                wrong.append(f"{module}:{line} must not import {name}")
    assert wrong == []


def test_that_no_module_is_needed_for_its_own_import() -> None:
    needs: dict[str, set[str]] = {}
    for module, tree in trees().items():
        body = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)]
        top = ast.Module(body, [])
        names = [name if name in sources() else name.rpartition(".")[0] for _, name in imports(top)]
        needs[module] = {name for name in names if name.startswith("meshdesk.")}
    TopologicalSorter(needs).prepare()  # or CycleError, which names them


def test_that_an_import_stands_at_the_top_or_below_the_reason_why_not() -> None:
    silent = []
    for module, source in sources().items():
        lines = ["", *source.splitlines()]
        for function in (node for node in ast.walk(trees()[module]) if isinstance(node, ast.FunctionDef)):
            inner = [line for line, _ in imports(function)]
            above = [line for line in range(function.lineno, max(inner, default=0)) if line not in inner]
            reasons = [line for line in [*inner, *above[-3:]] if "# " in lines[line]]
            if inner and not reasons and module != "meshdesk.program":  # which imports what its verb needs, and says so
                silent.append(f"{module}:{inner[0]}")
    assert silent == []


@cache
def sources() -> dict[str, str]:
    """The text of each module. Not read while tests are collected, which every worker does."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text("utf-8")
        for path in sorted((ROOT / "meshdesk").rglob("*.py"))
        if path != ROOT / "meshdesk" / "__init__.py"
    }


@cache
def trees() -> dict[str, ast.Module]:
    return {module: ast.parse(source) for module, source in sources().items()}


def room(name: str) -> str:
    """Of "meshdesk.collect.client" it is "collect"."""
    return name.split(".")[1]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that is imported below this node: "from a import b" is a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from ((node.lineno, base + alias.name) for alias in node.names)
