"""The ``comment-widget`` command."""

import sys
from collections.abc import Sequence
from copy import copy

import click

from widget import __version__
from widget.cli import (
    ban,
    check,
    db,
    demo,
    embed,
    imports,
    keys,
    log,
    mail,
    moderation,
    plugins,
    policy,
    serve,
    site,
    user,
    worker,
)
from widget.domain.errors import Invalid, WidgetError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: comment-widget site add blog --title 'My blog' --host blog.example.org",
)
@click.version_option(__version__, prog_name="comment-widget")
def cli() -> None:
    """Comments for any page, moderated by plugins.

    Where things are kept, and on which address the server listens, is said by
    comment-widget.toml in $COMMENT_WIDGET_HOME (./var by default) and by COMMENT_WIDGET_*
    variables.
    """


for _module in (
    serve,
    worker,
    demo,
    site,
    embed,
    policy,
    user,
    moderation,
    ban,
    plugins,
    imports,
    mail,
    keys,
    log,
    db,
    check,
):
    cli.add_command(_module.command)


def with_plugins(asked: Sequence[str]) -> click.Group:
    """Return the command with those of plugins, on a copy: this process may have other plugins."""
    group = copy(cli)
    group.commands = dict(cli.commands)
    plugins.add_plugin_commands(group, asked)
    return group


def main() -> None:
    """Run the command; a failure is one line on standard error and exit status 1."""
    try:
        with_plugins(sys.argv[1:2])(standalone_mode=True)
    except Invalid as error:
        for fault in error.errors:
            click.echo(f"Error: {fault.field}: {fault.message}", err=True)
        sys.exit(1)
    except WidgetError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
