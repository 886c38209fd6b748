"""What a plugin says of itself and what it may ask of the server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from widget.domain.trail import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """A plugin's card.

    ``name`` is a lower-case identifier, the prefix of its settings. ``order`` says when it is
    asked: cheap local checks first (below 50), remote ones later. ``deadline_s`` is how long
    one call may take; ``sends`` says in words what leaves this server and to whom, e.g.
    ``"the address and text to akismet.com"``.
    """

    name: str
    version: str
    description: str
    order: int = 50
    deadline_s: float = 2.0
    sends: str | None = None


class PluginSettings(BaseModel):
    """Base of every plugin's settings. A secret is a ``pydantic.SecretStr``: write-only."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    mode: Mode = Field(Mode.OFF, description="Off, shadow (recorded, decides nothing) or on.")


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """Why settings can't be used: the setting at fault, and a sentence for the owner."""

    setting: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """What a plugin may know of the server it runs in.

    ``options`` is the operator's own table for this plugin, ``[plugins.<name>]`` in the
    server's TOML file: for what only who runs the server may set. ``test_mode`` is
    set where the server runs for trying things out: a plugin that reports to an outside service
    then marks what it sends as a test.
    """

    public_url: str
    redis_url: str | None
    software: str
    options: Mapping[str, str] = field(default_factory=dict)
    test_mode: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a site's dashboard page. ``html`` is the plugin's own, sanitised when shown."""

    title: str
    html: str


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """Work that is run again and again, ``every_s`` seconds apart, in one process at a time."""

    name: str
    every_s: float
    run: Callable[[datetime], None]
