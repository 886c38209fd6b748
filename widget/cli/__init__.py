"""The ``comment-widget`` command."""

import sys
from collections.abc import Sequence
from copy import copy
from importlib import import_module

import click

from widget import __version__
from widget.domain.errors import Invalid, WidgetError

#: The modules of the commands, by name: only that of the asked command is loaded.
_MODULES = {
    "serve": "serve",
    "worker": "worker",
    "demo": "demo",
    "site": "site",
    "embed": "embed",
    "policy": "policy",
    "user": "user",
    "moderation": "moderation",
    "thread": "thread",
    "ban": "ban",
    "plugins": "plugins",
    "import": "imports",
    "mail": "mail",
    "keys": "keys",
    "log": "log",
    "db": "db",
    "check": "check",
}


class Commands(click.Group):
    """The commands, each loaded when it is asked for: a command needn't wait for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *_MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, ``None`` where there is none of that name."""
        if cmd_name not in _MODULES:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"widget.cli.{_MODULES[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(
    cls=Commands,
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


def with_plugins(asked: Sequence[str]) -> click.Group:
    """Return the command with those of plugins, on a copy: this process may have other plugins."""
    group = copy(cli)
    group.commands = dict(cli.commands)
    if asked and not asked[0].startswith("-") and asked[0] not in _MODULES:
        # Loading every plugin takes a while: the core's own commands needn't wait.
        import_module("widget.cli.plugins").add_plugin_commands(group)
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
