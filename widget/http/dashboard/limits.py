"""How often a password may be tried: by account, and by address."""

import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from widget.domain.errors import TooMany
from widget.domain.identity import network_of
from widget.publication.parts import Parts
from widget.store.shared_limits import limits_in_redis

log = logging.getLogger("comment_widget.dashboard")

WINDOW_MINUTES = 15
BY_ACCOUNT = RateLimitItemPerMinute(5, WINDOW_MINUTES, namespace="sign-in-account")
BY_ADDRESS = RateLimitItemPerMinute(30, WINDOW_MINUTES, namespace="sign-in-address")
#: Each beginning keeps something in the database for ten minutes.
BEGUN = RateLimitItemPerMinute(60, WINDOW_MINUTES, namespace="sign-in-begun")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a password: the hash of the account's email, and where it comes from."""

    account: str
    address: str | None


class SignInLimits:
    """Counts tries; in Redis where there is one, so that all nodes count together.

    Each try counts before the password is looked at, so that many at once count, too.
    """

    def __init__(self, parts: Parts) -> None:
        self._here = FixedWindowRateLimiter(storage_from_string(parts.limits_url))
        self._limiter = self._here
        if parts.config.redis_url:
            self._limiter = FixedWindowRateLimiter(limits_in_redis(parts.config.redis_url))

    def count(self, attempt: Attempt) -> None:
        """Count a try.

        Raises:
            TooMany: after five wrong ones for the account or thirty from the address; it says
                how long to wait, and the right password is refused meanwhile, too.
        """
        checks: list[tuple[RateLimitItem, str]] = [(BY_ACCOUNT, attempt.account)]
        if attempt.address:
            checks.append((BY_ADDRESS, network_of(attempt.address)))
        self._count_all(checks)

    def count_begun(self, address: str | None) -> None:
        """Count that somebody begins to sign in by a passkey, of whom only the address is known.

        Raises:
            TooMany: after sixty from the address.
        """
        self._count_all([(BEGUN, network_of(address or ""))])

    def _count_all(self, checks: list[tuple[RateLimitItem, str]]) -> None:
        try:
            _count(self._limiter, checks)
        except StorageError:
            log.warning("sign-in limits: the storage is away, this machine counts alone")
            _count(self._here, checks)

    def succeeded(self, attempt: Attempt) -> None:
        """Forget the account's wrong tries; those of the address stay."""
        with suppress(StorageError):
            self._limiter.clear(BY_ACCOUNT, attempt.account)
        self._here.clear(BY_ACCOUNT, attempt.account)


def _count(limiter: FixedWindowRateLimiter, checks: list[tuple[RateLimitItem, str]]) -> None:
    # All are counted, whichever refuses: one attacker isn't hidden behind the other.
    refused = [pair for pair in checks if not limiter.hit(*pair)]
    if refused:
        wait_s = max(limiter.get_window_stats(*pair).reset_time - time.time() for pair in refused)
        minutes = max(1, math.ceil(wait_s / 60))
        unit = "minute" if minutes == 1 else "minutes"
        raise TooMany(
            f"Too many attempts. Please wait {minutes} {unit} and try again; until then "
            "even the right password or code isn't taken.",
            max(1, math.ceil(wait_s)),
        )
