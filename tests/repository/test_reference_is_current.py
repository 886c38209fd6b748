"""The reference is made from the code, and nothing of the code is missing in it."""

import importlib.util
from pathlib import Path
from types import ModuleType

from flask import Flask

from widget import hookspecs

ROOT = Path(__file__).resolve().parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_of_the_reference_is_as_the_code_says() -> None:
    made = generator()
    for name, make in made.PAGES.items():
        kept = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
        assert kept == made.MADE + make().rstrip() + "\n", f"{name}: run make docs"


def test_every_hook_has_its_heading() -> None:
    page = (ROOT / "docs/reference/hooks.md").read_text(encoding="utf-8")
    hooks = [
        name for name, value in vars(hookspecs).items() if hasattr(value, "comment_widget_spec")
    ]
    assert len(hooks) >= 16
    assert [name for name in hooks if f"## {name}(" not in page] == []


def test_every_route_of_the_api_has_its_heading(app: Flask) -> None:
    page = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    paths = {
        rule.rule.replace("<int:comment_id>", "{comment_id}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
    }
    assert [path for path in sorted(paths) if f" {path}\n" not in page] == []
