"""What a plugin may import is said in one place, is enough, and is all that ours import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import click
import flask
import pytest

import widget
from tests.repository.files import tracked
from widget import hookspecs

BUILT_IN = [path for path in tracked("plugins") if path.suffix == ".py"]
#: The core's own, which a plugin's hooks neither get nor return.
NOT_ONLY_FOR_HOOKS = {
    "OutboundAnswer",
    "WidgetError",
    "hookimpl",
    "joined",
    "say",
    "say_n",
    "sign_webhook",
    "try_again_in",
    "webhook_key",
}


def hooks() -> list[object]:
    marked = f"{hookspecs.PROJECT}_spec"
    return [value for value in vars(hookspecs).values() if hasattr(value, marked)]


def own_types(annotation: object) -> Iterator[type]:
    """Yield the types of this package in an annotation, however deep."""
    if isinstance(annotation, type) and annotation.__module__.startswith("widget."):
        yield annotation
    for inner in get_args(annotation):
        yield from own_types(inner)


def reachable() -> set[type]:
    """Return each type that a hook takes or returns, and those of their fields."""
    libraries = {"Flask": flask.Flask, "Blueprint": flask.Blueprint, "Group": click.Group}
    waiting = [
        one
        for hook in hooks()
        for hint in get_type_hints(hook, localns=libraries).values()
        for one in own_types(hint)
    ]
    found: set[type] = set()
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [t for hint in get_type_hints(one).values() for t in own_types(hint)]
    return found


def imports_of_widget(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each import from this package, and of each sibling."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for one in node.names:
                if re.match(r"(widget|plugins)(\.|$)", one.name):
                    yield one.name, "*"
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if re.match(r"\.|(widget|plugins)(\.|$)", module):
                yield from ((module, one.name) for one in node.names)


def test_the_public_names_are_exactly_those_that_hooks_speak_of() -> None:
    assert set(widget.__all__) == {one.__name__ for one in reachable()} | NOT_ONLY_FOR_HOOKS


def test_the_public_names_are_exactly_those_that_are_imported_there() -> None:
    there = {
        name
        for name, value in vars(widget).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "").startswith(("widget.", "pluggy"))
    }
    assert set(widget.__all__) == there
    assert widget.__all__ == sorted(set(widget.__all__))


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda one: one.name)
def test_a_built_in_plugin_imports_public_names_only(path: Path) -> None:
    private = [
        f"{module}.{name}"
        for module, name in imports_of_widget(path)
        if module != "widget" or name not in widget.__all__
    ]
    assert not private
