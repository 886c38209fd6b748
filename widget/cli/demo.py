"""``comment-widget demo``: everything at once, to try it out."""

import click

from widget.cli.opening import open_parts
from widget.cli.serve import run, settle


@click.command("demo", epilog="Example: comment-widget demo --bind 127.0.0.1:8080")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen.")
def command(bind: str | None) -> None:
    """Serve a demo article with a first admin; what is there already is kept."""
    config = settle(bind, None)
    open_parts(config).database.engine.dispose()
    run(config)
