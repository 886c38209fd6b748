"""How often one address may ask for something that costs more than reading."""

import logging
import math
import time

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from widget.domain.errors import TooMany
from widget.domain.identity import network_of
from widget.domain.words import joined, say, try_again_in
from widget.publication.parts import Parts
from widget.store.shared_limits import limits_in_redis

log = logging.getLogger("comment_widget.http")


class AddressLimits:
    """Counts by address, IPv6 by its network; in Redis where there is one, for all machines."""

    def __init__(self, parts: Parts, limit: RateLimitItem) -> None:
        self._limit = limit
        self._here = FixedWindowRateLimiter(storage_from_string(parts.limits_url))
        self._limiter = self._here
        if parts.config.redis_url:
            self._limiter = FixedWindowRateLimiter(limits_in_redis(parts.config.redis_url))

    def count(self, address: str | None) -> None:
        """Count one; where the address isn't known there is nothing to count by.

        Raises:
            TooMany: after as many as the limit says.
        """
        if not address:
            return
        network = network_of(address)
        try:
            self._count(self._limiter, network)
        except StorageError:
            log.warning("%s: Redis is away, this machine counts alone", self._limit.namespace)
            self._count(self._here, network)

    def _count(self, limiter: FixedWindowRateLimiter, network: str) -> None:
        if limiter.hit(self._limit, network):
            return
        reset = limiter.get_window_stats(self._limit, network).reset_time
        wait_s = max(1, math.ceil(reset - time.time()))
        raise TooMany(joined(say("That was a lot at once."), try_again_in(wait_s)), wait_s)
