"""How often one address may ask for something that costs more than reading."""

import logging
import math
import time

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from widget.domain.errors import TooMany
from widget.domain.identity import network_of
from widget.domain.words import joined, say, try_again_in

log = logging.getLogger("comment_widget.http")


class AddressLimits:
    """Counts by address, IPv6 by its network; in Redis where there is one, for all nodes."""

    def __init__(self, redis_url: str, limit: RateLimitItem) -> None:
        self._limit = limit
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._limiter = self._memory
        if redis_url:
            storage = storage_from_string(redis_url, wrap_exceptions=True)
            self._limiter = FixedWindowRateLimiter(storage)

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
            log.warning("%s: Redis is away, this process counts alone", self._limit.namespace)
            self._count(self._memory, network)

    def _count(self, limiter: FixedWindowRateLimiter, network: str) -> None:
        if limiter.hit(self._limit, network):
            return
        reset = limiter.get_window_stats(self._limit, network).reset_time
        wait_s = max(1, math.ceil(reset - time.time()))
        raise TooMany(joined(say("That was a lot at once."), try_again_in(wait_s)), wait_s)
