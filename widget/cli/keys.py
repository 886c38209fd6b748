"""``comment-widget keys``."""

import click
from rich.console import Console
from rich.progress import track

from widget.cli.opening import open_parts, write_down
from widget.config import load_config
from widget.domain.audit_log import Action
from widget.domain.errors import ConfigurationError
from widget.store import rotation
from widget.store.keys import load_keys, new_key, rotate_key_file


@click.group("keys", epilog="Example: comment-widget keys rotate")
def command() -> None:
    """Make and rotate the keys that emails and settings are encrypted with."""


@command.command("new", epilog="Example: comment-widget keys new")
def new() -> None:
    """Print a new key, for COMMENT_WIDGET_SECRET_KEYS on several nodes."""
    click.echo(new_key())


@command.command("rotate", epilog="Example: comment-widget keys rotate")
def rotate() -> None:
    """Put a new key first and encrypt everything anew with it. May be interrupted and repeated.

    Where the keys are configured, put the new one first there, restart, then run this.
    """
    config = load_config()
    parts = open_parts(config)
    if not config.secret_keys:
        rotate_key_file(config.home)
    keys = load_keys(config.home, [key.get_secret_value() for key in config.secret_keys])
    done = 0
    with parts.database.read() as session:
        total = rotation.outdated(session, keys)
    console = Console(stderr=True)
    batches = range(0, max(total, 1), rotation.BATCH)
    for _ in track(batches, "Encrypting", console=console, disable=not console.is_terminal):
        with parts.database.write() as session:
            done += rotation.encrypt_anew(session, keys)
    with parts.database.read() as session:
        if rotation.outdated(session, keys):
            raise ConfigurationError("Some values are still under an old key; run this again.")
    write_down(parts, Action.KEYS_ROTATED, values=done)
    click.echo(f"Encrypted {done} values with the newest key. Restart the server.")
