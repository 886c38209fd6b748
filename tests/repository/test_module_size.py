"""A module can be read in one sitting, a function on one screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.repository.files import ROOT, tracked

MAX_MODULE = 300
MAX_FUNCTION = 60


def modules() -> list[Path]:
    return [path for path in tracked("widget", "plugins") if path.suffix == ".py"]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its lines, from ``def`` to the last."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def test_every_module_can_be_read_in_one_sitting() -> None:
    assert len(modules()) > 100
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_MODULE
    }
    assert not long


def test_every_function_fits_on_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {name}": lines
        for path in modules()
        for name, lines in functions(path)
        if lines > MAX_FUNCTION
    }
    assert not long
