"""Rate limit: how much one reader may post, and how much one page or site takes.

Counts new comments and edits by address (IPv6 by its /64), by email, by thread and by site, with
Flask-Limiter: all processes of this machine together, or in Redis or Valkey where the server has
one, so that those of all machines do. What is counted under is a keyed hash; emails come here as
hashes only. Where Redis is away, this machine counts for itself. Signed-in moderators are not
counted.
"""

import hmac
import ipaddress
import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import nlargest
from operator import itemgetter
from typing import Annotated, Any

from flask import Flask
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage
from limits.strategies import RateLimiter
from pydantic import AfterValidator, Field

from widget import (
    Mode,
    Occasion,
    PluginInfo,
    PluginSettings,
    Reads,
    ServerInfo,
    Submission,
    Verdict,
    hookimpl,
    joined,
    say,
    try_again_in,
)

log = logging.getLogger("comment_widget.plugins.rate_limit")

A_LOT = say("That was a lot at once.")
HAPPENED = {
    "thread": say("There are many comments on this page right now."),
    "site": say("There are many comments on this site right now."),
}
KEY_PREFIX = "comment_widget:rate_limit"
#: Two counters for each limit, this window and the one before: a reader goes on bit by bit.
STRATEGY = "sliding-window-counter"
#: How long Redis may take to answer, and how often it is asked again while it is away.
REDIS_TIMEOUT_S, PROBE_EVERY_S = 0.2, 5.0
_REDIS_OPTIONS = {
    "key_prefix": KEY_PREFIX, "wrap_exceptions": True,
    "socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S,
}  # fmt: skip
#: Counters that one process holds: some 10 MB. Past it, those that end first are forgotten.
MAX_COUNTERS = 20_000
MAX_LIMITS, MAX_AMOUNT, MAX_WINDOW_S = 4, 1_000_000, 366 * 24 * 3600

_UNITS = "second, minute, hour, day, month or year"
_HINT = f"Write at most four limits, as '5/minute; 30/hour': per {_UNITS}. Or leave it empty."


def _check_limits(text: str) -> str:
    try:
        items = _parse(text)
    except ValueError as error:
        raise ValueError(_HINT) from error
    sane = (1 <= one.amount <= MAX_AMOUNT and one.get_expiry() <= MAX_WINDOW_S for one in items)
    if len(items) > MAX_LIMITS or not all(sane):
        raise ValueError(_HINT)
    return text.strip()


Limits = Annotated[str, Field(max_length=200), AfterValidator(_check_limits)]


class Answer(StrEnum):
    """What becomes of a comment past a limit."""

    REJECT = "reject"
    HOLD = "hold"


class RateLimitSettings(PluginSettings):
    """The limits of one site. Each takes several, separated by ``;``; empty is no limit."""

    mode: Mode = Field(Mode.ON, description="Off, shadow (recorded, decides nothing) or on.")
    per_address: Limits = Field(
        "6/minute; 60/hour", description="For one IP address, which a household may share."
    )
    per_email: Limits = Field("5/minute; 40/hour", description="For one email address.")
    per_thread: Limits = Field("30/minute; 300/hour", description="For one page, all readers.")
    per_site: Limits = Field("60/minute; 1000/hour", description="For the whole site.")
    answer: Answer = Field(
        Answer.REJECT, description="Reject (the reader is told how long to wait) or hold."
    )


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit as it stands for one submission: of what, how many, counted under which key."""

    of: str
    item: RateLimitItem
    key: tuple[str, str, str]


class RateLimit:
    """The plugin; what it counts is made as it is started in a process."""

    _counters: "_Counters"
    _secret: bytes

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock

    @hookimpl
    def plugin_info(self) -> PluginInfo:
        """Return the plugin's card."""
        return PluginInfo(
            name="rate_limit",
            version="1.0",
            description="Limits how much one reader can post, and how much a page or site takes.",
            order=5,
            reads={Reads.ADDRESS, Reads.EMAIL_HASH, Reads.URL, Reads.ROLE},
        )

    @hookimpl
    def plugin_settings(self) -> type[PluginSettings]:
        """Return the settings of a site."""
        return RateLimitSettings

    @hookimpl
    def start_plugin(self, app: Flask, server: ServerInfo) -> None:
        """Make this process's limiter: in Redis where the server has one, else on this machine."""
        secret = app.secret_key or secrets.token_bytes(32)
        self._secret = secret.encode() if isinstance(secret, str) else secret
        here = _limiter(app, server.limits_url, {})
        there = None
        if server.redis_url:
            there = _limiter(app, server.redis_url, _REDIS_OPTIONS)
        self._counters = _Counters(here, there, self._clock)

    @hookimpl
    def check_submission(
        self, submission: Submission, settings: RateLimitSettings
    ) -> Verdict | None:
        """Count a new comment or an edit; reject or hold it where a limit is full."""
        if submission.role or submission.occasion not in (Occasion.NEW, Occasion.EDIT):
            return None
        if not (full := self._counters.take(_limits_of(submission, settings, self._secret))):
            return None
        wait_s, limit = full
        reason = f"The limit of {limit.item} for one {limit.of} is reached."
        if settings.answer is Answer.HOLD:
            return Verdict.hold(reason)
        return Verdict.reject(
            reason,
            message=joined(HAPPENED.get(limit.of, A_LOT), try_again_in(wait_s)),
            retry_after_s=wait_s,
        )


def plugin() -> RateLimit:
    """Return a fresh instance of the plugin."""
    return RateLimit()


@dataclass(eq=False, slots=True)
class _Counters:
    """The counters: in Redis where there is one and it answers, else on this machine."""

    local: RateLimiter
    shared: RateLimiter | None
    clock: Callable[[], float]
    _away: bool = False
    _ask_again_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, limits: Sequence[_Limit]) -> tuple[int, _Limit] | None:
        """Count under all limits; or under none, and return one that is full and for how long."""
        if limits and self.shared is not None and self._may_ask():
            try:
                full = _take(self.shared, limits)
                self._note(None)
                return full
            except StorageError as error:
                self._note(error)
        # In memory, testing and counting are one step: no two threads see the same last place.
        with self._lock:
            _make_room(self.local)
            return _take(self.local, limits)

    def _may_ask(self) -> bool:
        """Tell whether to ask Redis now; while it is away, one caller does, now and then."""
        now = self.clock()
        with self._lock:
            may = not self._away or now >= self._ask_again_at
            if may:
                self._ask_again_at = now + PROBE_EVERY_S
            return may

    def _note(self, error: StorageError | None) -> None:
        """Remember whether Redis answered, and log it where that is new."""
        with self._lock:
            was_away, self._away = self._away, error is not None
        if error and not was_away:
            kind = type(error.storage_error).__name__  # its words may hold a password
            log.warning("Redis does not answer (%s): each machine counts for itself", kind)
        if was_away and not error:
            log.info("Redis answers again: all processes count together")


def _limiter(app: Flask, uri: str, options: dict[str, Any]) -> RateLimiter:
    limiter = Limiter(
        lambda: "",  # only asked for limits on routes, and there are none
        key_prefix=KEY_PREFIX,
        storage_uri=f"redis+{uri}" if uri.startswith("unix:") else uri,
        storage_options=options,
        strategy=STRATEGY,
        headers_enabled=False,
    )
    # An app that knows it already gets none of its hooks around every request: as no route has
    # a limit, all they would do is slow down reading.
    app.extensions.setdefault("limiter", set()).add(limiter)
    try:
        limiter.init_app(app)
        return limiter.limiter
    except (ConfigurationError, ValueError):
        # Its words may hold the address with the password: they end here.
        raise RuntimeError("The Redis address can't be used, or its library is missing.") from None


def _take(limiter: RateLimiter, limits: Sequence[_Limit]) -> tuple[int, _Limit] | None:
    """Test all limits, then count under all: one that is full costs nothing under the others.

    Between the two another process may take the last place. Counting is atomic: no limit is ever
    passed, and this submission is turned away with some of the others counted.
    """
    full = [limit for limit in limits if not limiter.test(limit.item, *limit.key)]
    if not full:
        missed = (limit for limit in limits if not limiter.hit(limit.item, *limit.key))
        full = [one for one in (next(missed, None),) if one]
    # A reset is a time on the library's own clock, and there is a place only after it.
    resets = [(limiter.get_window_stats(one.item, *one.key).reset_time, one) for one in full]
    waits = [(max(0, math.floor(reset - time.time() + 0.01)) + 1, one) for reset, one in resets]
    return max(waits, key=itemgetter(0), default=None)


def _make_room(limiter: RateLimiter) -> None:
    """Keep the counters in memory bounded: those that end first are forgotten."""
    old = limiter.storage
    if not isinstance(old, MemoryStorage) or len(old.expirations) < MAX_COUNTERS:
        return
    kept = nlargest(MAX_COUNTERS // 2, list(old.expirations.items())[::-1], key=itemgetter(1))
    new = MemoryStorage()  # the library's clean-up may be walking through the old one
    new.storage.update({key: old.storage[key] for key, _ in kept})
    new.expirations.update(kept)
    limiter.storage = new


def _limits_of(sent: Submission, settings: RateLimitSettings, secret: bytes) -> list[_Limit]:
    """Return every limit that holds for a submission, the smallest first: it fills up first."""
    site = sent.site.key
    url = sent.url.split("://", 1)[-1]
    counted = (
        ("address", settings.per_address, _network(sent.address)),
        ("email", settings.per_email, sent.author.email_hash or ""),
        ("thread", settings.per_thread, f"id:{sent.thread}" if sent.thread else url),
        ("site", settings.per_site, "all"),
    )
    limits: list[_Limit] = []
    for of, text, who in counted:
        message = "\0".join((site, of, who)).encode("utf-8", "surrogatepass")
        key = (site, of, hmac.digest(secret, message, "sha256").hex()[:32])
        limits += [_Limit(of, item, key) for item in _parse(text) if who]
    return sorted(limits, key=lambda limit: limit.item.amount)


def _parse(text: str) -> list[RateLimitItem]:
    return [item for part in text.split(";") if part.strip() for item in parse_many(part)]


def _network(address: str | None) -> str:
    """Return the address as one reader: IPv4, the /64 of IPv6, or ``unknown``."""
    try:
        parsed = ipaddress.ip_address((address or "").strip().split("%", 1)[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
