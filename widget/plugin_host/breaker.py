"""The circuit breaker: a plugin that fails again and again on a site is left alone for a while.

Readers then needn't wait for its deadline each time. While it is paused it is skipped, which means
what its owner wants a failure to mean. When the pause is over one comment is tried on it: an
answer ends the pause, a failure begins a longer one. Pauses lie in the database, where owners see
them and end them by hand.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from widget.domain.trail import UNANSWERED, Answer
from widget.plugin_host.call import Reply
from widget.store import pauses
from widget.store.database import Database, Session
from widget.store.pauses import Pause

log = logging.getLogger("comment_widget.plugins")

#: Failures in a row after which a plugin is paused, and for how long at first and at most.
FAILURES = 5
FIRST_PAUSE_S = 60
LONGEST_PAUSE_S = 900
#: How long a process goes by what it last read of a pause that an owner may have ended.
_LOOK_S = 1.0


@dataclass(slots=True)
class _State:
    failures: int = 0
    pause: Pause | None = None
    tries: bool = False
    looked: float = 0.0


class Breaker:
    """Counts failures in a row by site and plugin, and says when one is to be skipped."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._states: dict[tuple[int, str], _State] = {}

    def reason_to_skip(self, site_id: int, plugin: str) -> str:
        """Return why a plugin isn't asked now, nothing where it is.

        Where it is asked, the caller tells ``record`` how that ended.
        """
        state = self._state(site_id, plugin)
        if state.pause is None:
            return ""
        self._look(state)
        with self._lock:
            pause = state.pause
            if pause is None:
                return ""
            if self._now() >= pause.until and not state.tries:
                state.tries = True
                return ""
        return f"It failed {pause.failures} times in a row and is paused: {pause.reason}"

    def record(self, site_id: int, plugin: str, reply: Reply) -> None:
        """Count how asking a plugin ended."""
        state = self._state(site_id, plugin)
        if reply.failure is Answer.SKIPPED:
            with self._lock:
                state.tries = False
        elif reply.failure in UNANSWERED:
            self._failed(state, site_id, plugin, reply.reason)
        elif state.failures or state.pause:
            self._answered(state, site_id, plugin)

    def resume(
        self, site_id: int, plugin: str, also: Callable[[Session], None] | None = None
    ) -> bool:
        """End a pause by hand: the next comment is tried on it. Tell whether there was one.

        ``also`` is done in the same transaction, if there was one.
        """
        with self._database.write() as session:
            was = pauses.end_pause(session, site_id, plugin)
            if was and also is not None:
                also(session)
        state = self._state(site_id, plugin)
        with self._lock:
            _half_open(state)
        return was

    def _state(self, site_id: int, plugin: str) -> _State:
        known = self._states.get((site_id, plugin))
        if known is not None:
            return known
        with self._database.read() as session:
            pause = pauses.find_pause(session, site_id, plugin)
        state = _State(failures=pause.failures if pause else 0, pause=pause)
        with self._lock:
            return self._states.setdefault((site_id, plugin), state)

    def _look(self, state: _State) -> None:
        """See whether an owner, or another process, has ended the pause meanwhile."""
        moment = time.monotonic()
        pause = state.pause
        if pause is None or moment - state.looked < _LOOK_S:
            return
        state.looked = moment
        with self._database.read() as session:
            found = pauses.find_pause(session, pause.site_id, pause.plugin)
        with self._lock:
            if found is None:
                _half_open(state)
            elif state.pause is not None:
                state.pause = found

    def _failed(self, state: _State, site_id: int, plugin: str, reason: str) -> None:
        now = self._now()
        with self._lock:
            state.failures += 1
            state.tries = False
            if state.failures < FAILURES:
                return
            longer = FIRST_PAUSE_S * 2 ** min(state.failures - FAILURES, 10)
            pause = Pause(
                site_id=site_id,
                plugin=plugin,
                failures=state.failures,
                reason=reason,
                since=now,
                until=now + timedelta(seconds=min(longer, LONGEST_PAUSE_S)),
            )
            state.pause = pause
        with self._database.write() as session:
            pauses.keep_pause(session, pause)
        log.warning("plugin %s is paused on site %d: %s", plugin, site_id, reason)

    def _answered(self, state: _State, site_id: int, plugin: str) -> None:
        with self._lock:
            was = state.pause
            state.failures, state.pause, state.tries = 0, None, False
        if was is not None:
            with self._database.write() as session:
                pauses.end_pause(session, site_id, plugin)
            log.info("plugin %s answers again on site %d", plugin, site_id)


def _half_open(state: _State) -> None:
    """Let the plugin be asked, and pause it again at its next failure."""
    state.pause, state.tries = None, False
    state.failures = min(state.failures, FAILURES - 1)
