"""Plugins as files in a home folder: how they are written, and what each is to do."""

from pathlib import Path
from textwrap import dedent, indent

HEAD = """\
import threading
import time
from dataclasses import replace

from pydantic import Field

import widget
from widget import hookimpl


@hookimpl
def plugin_info():
    return widget.PluginInfo(
        name="{name}", version="1.2", description="A plugin of a test.", order={order},
        deadline_s={deadline_s}, {card}
    )


@hookimpl
def plugin_settings():
    class Settings(widget.PluginSettings):
        mode: widget.Mode = Field(widget.Mode.{mode}, description="Off, shadow or on.")
        limit: int = Field(1, description="A number.")

    return Settings
"""


def write_plugin(
    home: Path,
    name: str,
    hooks: str = "",
    *,
    order: object = 50,
    deadline_s: object = 0.3,
    mode: object = "ON",
    card: object = "reads=set(widget.Reads)",
) -> Path:
    """Write a plugin of some hooks, given as Python source, into the plugin folder.

    ``card`` is what else its card says: unless a test is about that, it reads everything.
    """
    head = HEAD.format(name=name, order=order, deadline_s=deadline_s, mode=mode, card=card)
    return write_file(home, name, head + "\n\n" + dedent(hooks))


def write_file(home: Path, name: str, source: str) -> Path:
    """Write a file into the plugin folder."""
    folder = home / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(source)
    return path


def checks(body: str, arguments: str = "submission") -> str:
    """Return a check_submission hook with this body."""
    return f"@hookimpl\ndef check_submission({arguments}):\n" + indent(dedent(body), "    ")
