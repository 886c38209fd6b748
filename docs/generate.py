"""Writes ``docs/reference/`` from the code: hooks, settings, commands, the API.

``python docs/generate.py`` writes, ``--check`` only tells whether the pages are current. The
pages depend on the code alone: not on the day, the machine, its settings or what is installed.
"""

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from widget import hookspecs
from widget.cli import cli
from widget.config import FILE_NAME, PREFIX, Config
from widget.domain.site import SiteSettings
from widget.http.api.openapi import PREFIX as API
from widget.http.api.openapi import make_document
from widget.plugin_host.discovery import find_plugins
from widget.plugin_host.registry import LoadedPlugin, Registry

FOLDER = Path(__file__).resolve().parent / "reference"
NOWHERE = Path("no such folder")
MADE = "<!-- Made by docs/generate.py from the code: change it there. -->\n\n"


def hooks_page() -> str:
    """Return the page of all hooks, in the order in which a comment meets them."""
    lines = ["# Hooks", "", *_prose(hookspecs)]
    for name, hook in vars(hookspecs).items():
        marks = getattr(hook, f"{hookspecs.PROJECT}_spec", None)
        if marks is None:
            continue
        signature = inspect.signature(hook)
        lines += [f"## {name}({', '.join(signature.parameters)})", "", *_prose(hook)]
        rows = [
            [f"`{one.name}`", f"`{one.annotation}`", _promise(one.annotation)]
            for one in signature.parameters.values()
        ]
        lines += _table(["argument", "type", "what it is"], rows)
        if signature.return_annotation != "None":
            lines += [f"Returns `{signature.return_annotation}`.", ""]
    return "\n".join(lines)


def settings_page() -> str:
    """Return the page of the server's, the sites' and the built-in plugins' settings."""
    lines = [
        "# Settings",
        "",
        "## Server",
        "",
        f"In `{FILE_NAME}` in the home folder (`{PREFIX}HOME`), or as a variable, which wins. In a"
        " variable, a list is separated by commas. What a plugin takes from `[plugins.NAME]` is on"
        f" [its own page](../plugins/); as a variable it is `{PREFIX}PLUGINS__NAME__OPTION`.",
        "",
    ]
    rows = [
        [f"`{name}`", f"`{PREFIX}{name.upper()}`", *facts] for name, *facts in _settings(Config)
    ]
    lines += _table(["TOML", "variable", "default", "values", "meaning"], rows)
    lines += ["## Site", "", "In the dashboard, or by `comment-widget site set KEY --set X.Y=Z`."]
    lines += ["", *_owners_table("site", SiteSettings)]
    for plugin in built_in_plugins():
        lines += [f"## Plugin {plugin.name}", "", plugin.info.description, ""]
        lines += [f"Sends {plugin.info.sends_in_words}.", ""] if plugin.info.sends else []
        lines += [f"Reads {plugin.info.reads_in_words}.", ""]
        lines += _owners_table(plugin.name, plugin.settings_model)
    return "\n".join(lines)


def commands_page() -> str:
    """Return the page of all commands."""
    lines = ["# Commands", "", *_prose(cli.callback), *_about("comment-widget", cli)]
    for path, command in commands("comment-widget", cli):
        lines += [f"## {path}", "", *_prose(command.callback), *_about(path, command)]
    return "\n".join(lines)


def api_page() -> str:
    """Return the page of the public API's calls and of what they take and answer."""
    document = make_document("https://comments.example.org")
    lines = ["# API", "", document["info"]["description"], ""]
    lines += [f"The whole of it, with examples, is served at `{API}/openapi.json`.", ""]
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            lines += [f"## {method.upper()} {API}{path}", "", f"{call['summary']}.", ""]
            lines += _call(call)
    lines += ["## Values", ""]
    for name, schema in document["components"]["schemas"].items():
        lines += [f"### {name}", "", schema["description"], ""]
        if "enum" in schema:
            lines += [f"Is {_values(schema)}.", ""]
        needed = schema.get("required", ())
        fields = [
            [f"`{field}`", _type(one), "" if field in needed else "may be left out", _values(one)]
            for field, one in schema.get("properties", {}).items()
        ]
        lines += _table(["field", "type", "", "values"], fields)
    return "\n".join(lines)


PAGES = {
    "hooks.md": hooks_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "api.md": api_page,
}


def made_page(name: str) -> str:
    """Return a whole page as it is written."""
    return MADE + PAGES[name]().rstrip() + "\n"


def main(check: bool) -> int:
    """Write the pages, or say which are not current; return the exit status."""
    pages = {FOLDER / name: made_page(name) for name in PAGES}
    kept = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = [path for path, page in pages.items() if kept.get(path) != page]
    if check and stale:
        sys.stderr.write(f"Not current: {', '.join(one.name for one in stale)}. Run make docs.\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    return 0


def built_in_plugins() -> list[LoadedPlugin]:
    """Return the plugins of this repository, in the order in which they are asked."""
    ours = (one for one in find_plugins(NOWHERE) if one.origin == "built in")
    return Registry(ours).plugins


def commands(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Yield each command below a group with its words, in the order of the alphabet."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None  # noqa: S101  # it is on the list
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(f"{path} {name}", command)


def _prose(thing: object) -> list[str]:
    """Return a docstring as Markdown: its ``When:`` and ``Return:`` are a list."""
    words = (inspect.getdoc(thing) or "").replace("``", "`")
    listed = re.sub(
        r"(?:^|(?<=\. ))(?=(?:When|Gets|Runs|Return|Fails|Example): )", "\n- ", words, flags=re.M
    )
    return [re.sub(r" *\n+- ", "\n- ", listed).replace(".\n- When", ".\n\n- When"), ""]


def _promise(annotation: str) -> str:
    """Return what the first documented type of an annotation says of itself."""
    for name in re.findall(r"\w+", annotation):
        known = vars(hookspecs).get(name)
        if isinstance(known, type) and known.__module__.startswith("widget."):
            return (inspect.getdoc(known) or "").splitlines()[0].replace("``", "`")
    return ""


def _owners_table(owner: str, model: type[BaseModel]) -> list[str]:
    rows = [[f"`{owner}.{name}`", *facts] for name, *facts in _settings(model)]
    return _table(["setting", "default", "values", "meaning"], rows)


def _settings(model: type[BaseModel]) -> Iterator[list[str]]:
    """Yield each setting's name, default, acceptable values and description."""
    schema = model.model_json_schema()
    for name, field in model.model_fields.items():
        described = schema["properties"][name]
        reference = described.get("$ref", "").rpartition("/")[2]
        values = _values(schema["$defs"][reference] if reference else described)
        yield [name, _default(field), values, field.description or ""]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in ("", (), {}, None):
        return "empty"
    if isinstance(value, bool | Enum):
        value = str(value).lower()
    return f"`{value}`"


def _about(path: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=path)
    rows = [[_usage(one, context), _meaning(one)] for one in command.params]
    lines = _table(["argument or option", "meaning"], rows)
    if command.epilog:
        lines += [f"Example: `{command.epilog.removeprefix('Example: ')}`", ""]
    return lines


def _usage(parameter: click.Parameter, context: click.Context) -> str:
    if not isinstance(parameter, click.Option):
        return f"`{parameter.make_metavar(context)}`"
    value = "" if parameter.is_flag else f" {parameter.metavar or 'VALUE'}"
    return f"`{', '.join(parameter.opts)}{value}`"


def _meaning(parameter: click.Parameter) -> str:
    words = [parameter.help or ""] if isinstance(parameter, click.Option) else []
    if isinstance(parameter.type, click.Choice):
        words.append(f"One of {_quoted(parameter.type.choices)}.")
    if isinstance(parameter.type, click.IntRange):
        words.append(f"From {parameter.type.min} to {parameter.type.max}.")
    # Not a flag's False, nor an empty text, nor click's own mark for none.
    if isinstance(parameter.default, str | int) and parameter.default:
        words.append(f"Default: `{parameter.default}`.")
    if parameter.required:
        words.append("Required.")
    return " ".join(words)


def _call(call: dict[str, Any]) -> list[str]:
    lines = [call["description"], ""] if "description" in call else []
    if call["security"]:
        word = "May come with" if {} in call["security"] else "Comes with"
        lines += [f"{word} the comment's edit token: `Authorization: Bearer TOKEN`.", ""]
    rows = [
        [
            f"`{one['name']}`",
            one["in"],
            "yes" if one["required"] else "",
            _values(one["schema"]),
            one["description"] + _otherwise(one["schema"]),
        ]
        for one in call.get("parameters", ())
    ]
    lines += _table(["parameter", "in", "required", "values", "meaning"], rows)
    if "requestBody" in call:
        lines += [f"Body: {_content(call['requestBody'])}.", ""]
    answers = [
        [status, _content(one), one["description"]] for status, one in call["responses"].items()
    ]
    return lines + _table(["status", "answer", "meaning"], answers)


def _otherwise(schema: dict[str, Any]) -> str:
    return f" Default: `{schema['default']}`." if "default" in schema else ""


def _content(holder: dict[str, Any]) -> str:
    parts = holder.get("content", {}).items()
    return ", ".join(f"{_type(one['schema'])} as `{media_type}`" for media_type, one in parts)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return str(schema.get("format", schema["type"]))


def _values(schema: dict[str, Any]) -> str:
    """Say which values a schema accepts, where it says more than their type."""
    (real,) = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"][:1]
    words = [f"one of {_quoted(real['enum'])}"] if "enum" in real else []
    # A pattern that is a plain list of words reads as one.
    listed = re.fullmatch(r"\^\((\w+(?:\|\w+)*)\)\$", real.get("pattern", ""))
    words += [f"one of {_quoted(listed[1].split('|'))}"] if listed else []
    for key, phrase in (
        ("minimum", "at least {}"),
        ("exclusiveMinimum", "more than {}"),
        ("maximum", "at most {}"),
        ("maxLength", "at most {} characters"),
    ):
        words += [phrase.format(real[key])] if key in real else []
    return ", ".join(words)


def _quoted(values: Iterable[object]) -> str:
    return ", ".join(f"`{getattr(one, 'value', one)}`" for one in values)


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """Return a Markdown table with an empty line after it; without rows, nothing."""
    if not rows:
        return []
    lines = [heads, ["---"] * len(heads), *rows]
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return [*(f"| {' | '.join(line)} |" for line in cells), ""]


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
