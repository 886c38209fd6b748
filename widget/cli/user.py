"""``comment-widget user``."""

import click


@click.group("user", epilog="Example: comment-widget user add ada@example.org --role admin")
def command() -> None:
    """People who sign in to the dashboard."""
