"""What keeps the repository honest."""

import ast
import re
import subprocess
from pathlib import Path

import widget

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 300
MAX_FUNCTION = 60
#: Registries and machines have no place in what is handed on.
FOREIGN = re.compile(r"files\.pythonhosted|pypi\.org|registry\.npmjs|/work/main|/root/\.")
SINKS = re.compile(
    r"\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|\beval\(|new Function|document\.write"
)


def tracked(*folders: str) -> list[Path]:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def sources() -> list[Path]:
    return [path for path in tracked("widget", "plugins") if path.suffix == ".py"]


def test_every_module_can_be_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert not long


def test_every_function_does_one_thing() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]
    assert not long


def test_no_file_names_a_registry_or_somebodys_machine() -> None:
    itself = Path(__file__)
    named = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path != itself
        and path.suffix not in (".png",)
        and FOREIGN.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not named


def test_the_client_writes_no_html() -> None:
    scripts = [path for path in tracked("static") if path.suffix == ".js"]
    assert len(scripts) > 20
    found = [
        str(path.relative_to(ROOT))
        for path in scripts
        if SINKS.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_public_names_are_those_that_are_there() -> None:
    public = {
        name
        for name, value in vars(widget).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "").startswith(("widget.domain", "pluggy"))
    }
    assert set(widget.__all__) == public
