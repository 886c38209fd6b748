"""Writes ``docs/reference/`` from the code: hooks, settings, commands, the API.

``python docs/generate.py`` writes, ``--check`` only tells whether the pages are current.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from widget import hookspecs
from widget.cli import cli
from widget.config import PREFIX, Config
from widget.domain.site import SiteSettings
from widget.http.api.openapi import make_document
from widget.plugin_host.discovery import find_plugins
from widget.plugin_host.registry import Registry

FOLDER = Path(__file__).resolve().parent / "reference"
NOWHERE = Path("no such folder")
MADE = "<!-- Made by docs/generate.py from the code: change it there. -->\n\n"


def hooks_page() -> str:
    """Return the page of all hooks, in the order in which a comment meets them."""
    lines = ["# Hooks", "", inspect.getdoc(hookspecs) or "", ""]
    for name, hook in vars(hookspecs).items():
        if not hasattr(hook, f"{hookspecs.PROJECT}_spec"):
            continue
        arguments = ", ".join(inspect.signature(hook).parameters)
        lines += [f"## {name}({arguments})", "", inspect.getdoc(hook) or "", ""]
    return "\n".join(lines)


def settings_page() -> str:
    """Return the page of the server's, the sites' and the built-in plugins' settings."""
    lines = ["# Settings", "", "## Server", ""]
    lines += [
        "In `comment-widget.toml` in the home folder, or as a variable, which wins.",
        "",
        "| setting | variable | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, field in Config.model_fields.items():
        variable = f"{PREFIX}{name.upper()}"
        lines.append(f"| `{name}` | `{variable}` | {_default(field)} | {field.description} |")
    lines += ["", "## Site", "", "In the dashboard, or by `comment-widget site set KEY --set`.", ""]
    lines += _table("site", SiteSettings)
    for plugin in Registry(find_plugins(NOWHERE)).plugins:
        lines += ["", f"## Plugin {plugin.name}", "", plugin.info.description, ""]
        lines += [f"Sends {plugin.info.sends}.", ""] if plugin.info.sends else []
        lines += _table(plugin.name, plugin.settings_model)
    return "\n".join([*lines, ""])


def commands_page() -> str:
    """Return the page of all commands."""
    lines = ["# Commands", "", inspect.cleandoc(cli.help or ""), ""]
    for path, command in _commands("comment-widget", cli):
        lines += [f"## {path}", "", inspect.cleandoc(command.help or ""), ""]
        rows = [_option(one) for one in command.params]
        if rows:
            lines += ["| argument or option | meaning |", "| --- | --- |", *rows, ""]
        if command.epilog:
            lines += [f"{command.epilog.replace('Example: ', 'Example: `')}`", ""]
    return "\n".join(lines)


def api_page() -> str:
    """Return the page of the public API's calls."""
    document = make_document("https://comments.example.org")
    lines = ["# API", "", document["info"]["description"], ""]
    lines += ["The whole of it, with schemas, is served at `/api/v1/openapi.json`.", ""]
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            lines += [f"## {method.upper()} /api/v1{path}", "", call["summary"], ""]
            lines += [call["description"], ""] if "description" in call else []
            lines += _parameters(call)
            lines += ["| status | answer |", "| --- | --- |"]
            lines += [
                f"| {code} | {one['description']} |" for code, one in call["responses"].items()
            ]
            lines.append("")
    return "\n".join(lines)


PAGES = {
    "hooks.md": hooks_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "api.md": api_page,
}


def main(check: bool) -> int:
    """Write the pages, or say which are not current; return the exit status."""
    stale: list[str] = []
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        page = MADE + make().rstrip() + "\n"
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == page:
            continue
        stale.append(name)
        if not check:
            path.write_text(page, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"Not current: {', '.join(stale)}. Run make docs.\n")
        return 1
    return 0


def _table(owner: str, model: type[BaseModel]) -> list[str]:
    rows = [
        f"| `{owner}.{name}` | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
    ]
    return ["| setting | default | meaning |", "| --- | --- | --- |", *rows]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in ("", (), {}, None):
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield f"{path} {name}", inner
            yield from (
                _commands(f"{path} {name}", inner) if isinstance(inner, click.Group) else ()
            )


def _option(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return f"| `{', '.join(parameter.opts)}` | {parameter.help or ''} |"
    return f"| `{parameter.make_metavar(click.Context(cli))}` | |"


def _parameters(call: dict[str, Any]) -> list[str]:
    found = call.get("parameters", [])
    if not found:
        return []
    rows = [
        f"| `{one['name']}` | {one['in']} | {'yes' if one.get('required') else ''} "
        f"| {one.get('description', '')} |"
        for one in found
    ]
    return ["| parameter | in | required | |", "| --- | --- | --- | --- |", *rows, ""]


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
