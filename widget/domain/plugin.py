"""What a plugin says of itself and what it may ask of the server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from widget.domain.trail import Mode, OnFailure


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
    """Base of every plugin's settings. A secret is a ``pydantic.SecretStr``: write-only.

    ``on_failure`` is the owner's: the host goes by it where the plugin gives no answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    mode: Mode = Field(Mode.OFF, description="Off, shadow (recorded, decides nothing) or on.")
    on_failure: OnFailure = Field(
        OnFailure.HOLD,
        description="What becomes of a comment that it can't check: hold, ignore or reject.",
    )


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """Why settings can't be used: the setting at fault, and a sentence for the owner."""

    setting: str
    message: str


class Memory(Protocol):
    """What a plugin keeps in the server's database, for each site apart.

    It is the plugin's own: no other plugin sees it, every process and node does. A key has at
    most 80 characters, a value at most 1 MB. Whoever writes last wins; a write is whole or not
    at all. What is kept of a person ends with ``keep_days``.
    """

    def read(self, site_id: int, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the values of those keys that are there."""
        ...

    def write(
        self, site_id: int, values: Mapping[str, bytes], *, keep_days: int | None = None
    ) -> None:
        """Keep values, for ever or for so many days.

        Raises:
            ValueError: where a key or a value is too long.
        """
        ...

    def forget(self, site_id: int, keys: Sequence[str]) -> None:
        """Forget those keys; ones that aren't there are no fault."""
        ...

    def find(self, site_id: int, prefix: str, limit: int) -> Mapping[str, bytes]:
        """Return the values whose keys begin so, those written last first."""
        ...

    def sites(self) -> Sequence[int]:
        """Return the sites for which anything is kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundAnswer:
    """What another server answered: the HTTP status, and the body's first 64 KiB."""

    status: int
    body: bytes


class Outbound(Protocol):
    """The way out to addresses that an owner has typed in.

    It reaches public addresses only, looked up once and connected to as looked up: an owner of
    one site must not reach the network that the server stands in.
    """

    def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], limit_s: float
    ) -> OutboundAnswer:
        """Send a POST and return the answer; no redirect is followed.

        Raises:
            ConnectionError: with a sentence for the owner: a wrong or private address, no
                answer within ``limit_s`` seconds, a broken one.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """What a plugin may know of the server it runs in.

    ``memory`` is what it keeps from call to call, ``outbound`` its way to other servers.

    ``options`` is the operator's own table for this plugin, ``[plugins.<name>]`` in the
    server's TOML file: for what only who runs the server may set. ``test_mode`` is
    set where the server runs for trying things out: a plugin that reports to an outside service
    then marks what it sends as a test.
    """

    public_url: str
    redis_url: str | None
    software: str
    memory: Memory
    outbound: Outbound
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
