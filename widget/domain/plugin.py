"""What a plugin says of itself and what it may ask of the server."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from widget.domain.needs import UNDECLARED, Reads, Sends, in_words
from widget.domain.trail import Mode, OnFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """A plugin's card.

    ``name`` is a lower-case identifier, the prefix of its settings. ``order`` says when it is
    asked: cheap local checks first (below 50), remote ones later; owners may change it.
    ``deadline_s`` is how long one call may take. ``requires`` are the versions of the hooks that
    it works with (PEP 440), as ``">=1.0,<2"``.

    ``reads`` is what it gets of a comment, and nothing else; ``reads_if`` what it gets besides
    while a setting of its own is on, by the setting's name. Without ``reads`` it gets the text
    and the page. ``sends`` is what of that leaves this server, and to whom: owners are told.
    ``needs_consent`` is set where it may not be asked about a comment whose reader didn't agree
    to that; without it, the owner of a site may want consent for any plugin that sends.
    """

    name: str
    version: str
    description: str
    order: int = 50
    deadline_s: float = 2.0
    requires: str = ""
    reads: Collection[Reads] | None = None
    reads_if: Mapping[str, Collection[Reads]] = field(default_factory=dict)
    sends: Sends | None = None
    needs_consent: bool = False

    @property
    def always_reads(self) -> frozenset[Reads]:
        """Return what it gets whatever its settings are."""
        return UNDECLARED if self.reads is None else frozenset(self.reads)

    @property
    def may_read(self) -> frozenset[Reads]:
        """Return all that it gets with some settings."""
        return self.always_reads.union(*self.reads_if.values())

    def reads_with(self, settings: object) -> frozenset[Reads]:
        """Return what it gets with these settings."""
        more = [more for name, more in self.reads_if.items() if getattr(settings, name, False)]
        return self.always_reads.union(*more) if more else self.always_reads

    @property
    def reads_in_words(self) -> str:
        """Return what it reads, as a part of a sentence."""
        return self._in_words(self.may_read, "")

    @property
    def sends_in_words(self) -> str:
        """Return what it sends and to whom, as a part of a sentence; empty where it doesn't."""
        return self._in_words(self.sends.fields, f" to {self.sends.to}") if self.sends else ""

    def _in_words(self, fields: Collection[Reads], to: str) -> str:
        by_setting = {
            name: set(more) & set(fields) - self.always_reads
            for name, more in self.reads_if.items()
        }
        always = set(fields).difference(*by_setting.values())
        parts = [f"{in_words(always)}{to}"]
        parts += [f"with {name} {in_words(more)}, too" for name, more in by_setting.items() if more]
        return "; ".join(parts)


class WithoutConsent(StrEnum):
    """What becomes of a comment that a plugin may not be asked about."""

    HOLD = "hold"
    IGNORE = "ignore"


class PluginSettings(BaseModel):
    """Base of every plugin's settings. A secret is a ``pydantic.SecretStr``: write-only.

    ``on_failure`` and ``order`` are the owner's: the host goes by them. To the settings of a
    plugin that sends it adds ``needs_consent`` and ``without_consent``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    mode: Mode = Field(Mode.OFF, description="Off, shadow (recorded, decides nothing) or on.")
    on_failure: OnFailure = Field(
        OnFailure.HOLD,
        description="What becomes of a comment that it can't check: hold, ignore or reject.",
    )
    order: int = Field(
        0,
        ge=0,
        le=1000,
        description="When it is asked, those with low numbers first; 0 is the plugin's own place.",
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
    ``limits_url`` is where the processes of this machine count together what is limited, as the
    library ``limits`` takes it; ``redis_url`` is where those of all machines do, if anywhere.

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
    limits_url: str = "memory://"


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
