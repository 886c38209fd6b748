"""``comment-widget embed``."""

import click
import orjson

from widget import paths
from widget.cli.opening import open_parts, site_of
from widget.embed_check.check import check_embedding
from widget.embed_check.finding import Level
from widget.embed_check.server import this_server

_MARKS = {Level.ERROR: "error", Level.WARNING: "warning", Level.FINE: "fine"}


@click.command("embed", epilog="Example: comment-widget embed --site blog --integrity")
@click.option("--site", "site_key", metavar="KEY", help="The site whose tag is printed.")
@click.option("--integrity", "pinned", is_flag=True, help="Pin the script as it is today.")
@click.option("--check", "page", metavar="URL", help="Say what keeps comments from a page.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    context: click.Context, site_key: str | None, pinned: bool, page: str | None, as_json: bool
) -> None:
    """Print the lines that put a site's comments on a page, or check a page that has them."""
    if (site_key is None) == (page is None):
        raise click.UsageError("Give either --site or --check.")
    if page is not None:
        _check(context, page, as_json)
        return
    parts = open_parts()
    site = site_of(parts, site_key or "")
    server = this_server(parts.config.url, paths.STATIC)
    if not as_json:
        click.echo(server.tag(site.key, pinned=pinned))
        return
    _print({"src": server.script, "integrity": server.integrity, "site": site.key})


def _check(context: click.Context, page: str, as_json: bool) -> None:
    report = check_embedding(open_parts(), page)
    if as_json:
        _print({"url": report.url, "findings": report.findings})
    for finding in () if as_json else report.findings:
        click.echo(f"{_MARKS[finding.level]:8} {finding.title}")
        for line in [finding.mend, *finding.code.splitlines()]:
            if line:
                click.echo(f"         {line}")
    if report.errors:
        context.exit(1)


def _print(value: object) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
