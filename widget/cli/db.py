"""``comment-widget db``."""

import click

from widget.assembly import open_server
from widget.config import load_config
from widget.logs import write_logs
from widget.store import schema


@click.group("db", epilog="Example: comment-widget db upgrade")
def command() -> None:
    """Look after the database's schema."""


@command.command("upgrade", epilog="Example: comment-widget db upgrade")
def upgrade() -> None:
    """Bring the schema to this version's. Does nothing where it is there already."""
    config = load_config()
    write_logs("WARNING")
    database = open_server(config).database
    before = schema.current(database)
    schema.upgrade(database)
    click.echo(f"Schema: {before or 'none'} -> {schema.current(database)}")
