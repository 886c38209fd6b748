"""``comment-widget policy``."""

from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from widget.cli.opening import open_parts, site_of
from widget.domain.errors import FieldError, Invalid
from widget.transfer.policy import Change, diff_policy, export_policy, import_policy, read_policy

ACTOR = "command line"

site_option = click.option("--site", "site_key", metavar="KEY", required=True, help="Which site.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
file_argument = click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)


@click.group("policy", epilog="Example: comment-widget policy export --site blog")
def command() -> None:
    """Keep a site's settings and those of its plugins as one TOML file."""


@command.command(
    "export", epilog="Example: comment-widget policy export --site blog --out blog.toml"
)
@site_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
def export(site_key: str, out: Path | None) -> None:
    """Print a site's policy; secrets are left out."""
    parts = open_parts()
    text = export_policy(parts, site_of(parts, site_key))
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {out}.")


@command.command("diff", epilog="Example: comment-widget policy diff blog.toml --site blog")
@file_argument
@site_option
@json_option
@click.pass_context
def diff(context: click.Context, file: Path, site_key: str, as_json: bool) -> None:
    """Say what an import would change; exit status 1 where it would change anything."""
    parts = open_parts()
    changes = diff_policy(parts, site_of(parts, site_key), read_policy(_text(file)))
    _print(changes, as_json)
    if changes:
        context.exit(1)


@command.command("import", epilog="Example: comment-widget policy import blog.toml --site blog")
@file_argument
@site_option
@json_option
def take(file: Path, site_key: str, as_json: bool) -> None:
    """Give a site the policy of a file. What the file doesn't name stays as it is."""
    parts = open_parts()
    wanted = read_policy(_text(file))
    changes = import_policy(parts, site_of(parts, site_key), wanted, actor=ACTOR)
    _print(changes, as_json)


def _text(file: Path) -> str:
    try:
        with click.open_file(str(file), encoding="utf-8") as opened:
            return str(opened.read())
    except UnicodeDecodeError as error:
        raise Invalid([FieldError("file", f"{file} is not UTF-8.")]) from error


def _print(changes: Sequence[Change], as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(changes, option=orjson.OPT_INDENT_2).decode())
        return
    for change in changes:
        click.echo(f"{change.path}: {_said(change.before)} -> {_said(change.after)}")
    if not changes:
        click.echo("Nothing differs.")


def _said(value: object) -> str:
    return orjson.dumps(value).decode()
