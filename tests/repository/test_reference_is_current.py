"""The reference is made from the code, and nothing of the code is missing in it."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from flask import Flask

from tests.repository.files import ROOT
from widget import hookspecs
from widget.cli import cli
from widget.config import Config
from widget.domain.site import SiteSettings
from widget.publication.parts import Parts

REFERENCE = ROOT / "docs/reference"
#: A part of a route, as ``<int:comment_id>``.
CONVERTED, DOCUMENTED = r"<(?:[^:<>]+:)?(\w+)>", r"{\1}"
PAGES = ("hooks.md", "settings.md", "commands.md", "api.md")


def kept(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def first_cells(page: str) -> set[str]:
    """Return what stands between backticks at the beginning of the tables' rows."""
    return set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))


def headings(page: str) -> list[str]:
    return re.findall(r"^## (.+)$", page, re.MULTILINE)


def all_commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from all_commands(f"{path} {name}", inner)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_says(generator: ModuleType, name: str) -> None:
    assert kept(name) == generator.made_page(name), "run make docs"


def test_there_are_no_other_pages(generator: ModuleType) -> None:
    assert set(generator.PAGES) == set(PAGES) == {path.name for path in REFERENCE.iterdir()}


def test_the_pages_are_the_same_on_any_machine(
    generator: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "plugins").mkdir(parents=True)
    (home / "plugins/shout.py").write_text("raise SystemExit('loaded')\n")
    (home / "comment-widget.toml").write_text("workers = 7\n")
    monkeypatch.chdir(home)
    monkeypatch.setenv("COMMENT_WIDGET_HOME", str(home))
    monkeypatch.setenv("COMMENT_WIDGET_THREADS", "3")
    for name in PAGES:
        assert generator.made_page(name) == kept(name)


def test_stale_pages_are_told_and_then_written(
    generator: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(generator, "FOLDER", tmp_path / "reference")
    assert generator.main(check=True) == 1
    assert generator.main(check=False) == 0
    assert generator.main(check=True) == 0
    (tmp_path / "reference/api.md").write_text("by hand")
    assert generator.main(check=True) == 1


def test_every_hook_is_there_in_its_order() -> None:
    marked = f"{hookspecs.PROJECT}_spec"
    hooks = [name for name, value in vars(hookspecs).items() if hasattr(value, marked)]
    assert len(hooks) >= 16
    assert [heading.split("(")[0] for heading in headings(kept("hooks.md"))] == hooks


def test_every_setting_is_there(parts: Parts) -> None:
    page = kept("settings.md")
    wanted = set(Config.model_fields) | {f"site.{name}" for name in SiteSettings.model_fields}
    for plugin in parts.plugins.registry.plugins:
        wanted |= {f"{plugin.name}.{name}" for name in plugin.settings_model.model_fields}
    assert first_cells(page) == wanted
    for name in Config.model_fields:
        assert f"| `{name}` | `COMMENT_WIDGET_{name.upper()}` |" in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row for row in rows if not row[-1].removesuffix(" |").strip()] == []


def test_every_command_is_there_with_its_options_and_an_example() -> None:
    page = kept("commands.md")
    sections = dict(re.findall(r"^##? (.+)\n((?:(?!^#).*\n)*)", page, re.MULTILINE))
    sections["comment-widget"] = sections.pop("Commands")
    found = dict(all_commands("comment-widget", cli))
    assert set(sections) == set(found)
    for path, command in found.items():
        assert f"Example: `{path}" in sections[path] or isinstance(command, click.Group), path
        assert "Example: `comment-widget " in sections[path], path
        options = [opt for one in command.params for opt in one.opts if opt.startswith("-")]
        assert [opt for opt in options if f"`{opt}" not in sections[path]] == [], path


def test_every_route_of_the_api_is_there(app: Flask) -> None:
    wanted = {
        f"{method} {re.sub(CONVERTED, DOCUMENTED, rule.rule)}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    found = {heading for heading in headings(kept("api.md")) if heading != "Values"}
    assert found == wanted


@pytest.mark.parametrize("name", PAGES)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(name: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", kept(name), re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(cells) == 1, table


def test_every_link_inside_the_api_page_leads_to_a_value() -> None:
    page = kept("api.md")
    anchors = {name.lower() for name in re.findall(r"^### (\w+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", page)) <= anchors
