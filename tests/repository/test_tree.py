"""What is handed on: nothing of this machine, nothing that doesn't belong, no HTML from text."""

import re
from pathlib import Path

from tests.repository.files import ROOT, tracked, tracked_names

#: Everything has its place; a new folder is a decision, made here.
FOLDERS = {
    ".ci",
    "benchmarks",
    "docs",
    "examples",
    "migrations",
    "plugins",
    "static",
    "tests",
    "widget",
}
REGISTRIES = re.compile(
    r"\bpypi\.(?:org|python)|pythonhosted\.org|registry\.(?:npmjs|yarnpkg)|\bnpmjs\.(?:com|org)"
)
MACHINES = re.compile(r"(?<![\w.])/(?:work|root|Users|home/\w+)/")
SINKS = re.compile(
    r"\.(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bcreateContextualFragment\b"
    r"|\beval\s*\(|\bnew Function\b|\bdocument\.write"
)
BINARY = {".png"}


def naming(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert naming(REGISTRIES, tracked()) == []


def test_no_file_names_somebodys_machine() -> None:
    assert naming(MACHINES, tracked()) == []


def test_the_client_makes_no_html_and_no_code_from_text() -> None:
    scripts = [path for path in tracked("static") if path.suffix == ".js"]
    folders = {path.relative_to(ROOT / "static").parts[0] for path in scripts}
    assert {"src", "dashboard", "box.js", "embed.js"} <= folders
    assert naming(SINKS, scripts) == []


def test_the_repository_has_no_other_folders() -> None:
    found = {name.split("/")[0] for name in tracked_names() if "/" in name}
    assert found == FOLDERS
