"""``comment-widget import``."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from widget.cli.opening import open_parts, site_of, write_down
from widget.domain.audit_log import Action
from widget.transfer.importer import Report, import_thread
from widget.transfer.plain_json import read_plain_json


@click.group("import", epilog="Example: comment-widget import json thread.json --site blog --url U")
def command() -> None:
    """Comments from elsewhere."""


@command.command(
    "json",
    epilog="Example: comment-widget import json thread.json --site blog "
    "--url https://example.org/a --dry-run",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", "site_key", required=True, metavar="KEY", help="The site to import into.")
@click.option("--url", help="The page. Without it: the first host's page named after the file.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def plain_json(file: Path, site_key: str, url: str | None, dry_run: bool) -> None:
    """Import one thread: {"title", "comments": [{"id", "parent", "name", "body"}]}.

    May be repeated: comments that were imported before are known.
    """
    parts = open_parts()
    site = site_of(parts, site_key)
    foreign = read_plain_json(file)
    page = url or _page_of_file(site.hosts, file)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Importing", total=len(foreign.comments))
        report = import_thread(
            parts, site, page, foreign, dry_run=dry_run, advance=lambda: progress.advance(task)
        )
    if not dry_run:
        write_down(parts, Action.COMMENTS_IMPORTED, site, url=page, added=report.added)
    _tell(report, page, dry_run)


def _page_of_file(hosts: tuple[str, ...], file: Path) -> str:
    host = hosts[0].removeprefix("*.")
    return f"{host if '://' in host else f'https://{host}'}/{file.stem}"


def _tell(report: Report, page: str, dry_run: bool) -> None:
    verb = "Would add" if dry_run else "Added"
    click.echo(f"{verb} {report.added} comments to {page}; {report.known} were known.")
    for line in report.left_out:
        click.echo(f"Left out {line}")
