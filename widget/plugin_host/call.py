"""One hook of one plugin under a deadline; a failure is a value, never raised."""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from widget.domain.trail import Answer
from widget.plugin_host.failure import reason_of
from widget.plugin_host.registry import LoadedPlugin, Registry
from widget.plugin_host.sound import own_copy

log = logging.getLogger("comment_widget.plugins")

#: Calls of one plugin that may be overdue at once. A thread that hangs can't be killed: past
#: this number the plugin is skipped until one comes back. Calls within their deadline don't
#: count: a burst of comments is no reason to hold them.
MAX_OVERDUE = 16
#: Requests that may wait for slow calls at once, of all plugins together: a part of a worker's
#: threads. Whoever comes past it waits no longer than local plugins take, and the comment is
#: held: with every post waiting for a plugin that hangs, readers still find a thread.
MAX_WAITING = 24
SOON_S = 0.2
#: Threads that wait for a next call, and for how long: starting one takes longer than most calls.
MAX_IDLE = 64
IDLE_S = 5.0

#: Where a thread of the caller's takes its calls from.
_Inbox: TypeAlias = "queue.SimpleQueue[Callable[[_Inbox], bool]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How asking a plugin ended. ``failure`` is ``None`` where it answered at all."""

    value: object = None
    failure: Answer | None = None
    reason: str = ""
    duration_ms: float = 0.0


class Caller:
    """Asks plugins, each call in a thread apart, so that none can hold up a request.

    A thread whose call came back takes the next one; one that hangs is left behind.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._overdue: Counter[str] = Counter()
        self._waiting = 0
        self._ended: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._idle: list[_Inbox] = []
        self._disabled: dict[str, str] = {}

    def disable(self, plugin: LoadedPlugin, reason: str) -> None:
        """Skip a plugin from now on in this process."""
        self._disabled[plugin.name] = reason

    def disabled(self, plugin: LoadedPlugin) -> str:
        """Return why a plugin is skipped in this process, nothing where it isn't."""
        return self._disabled.get(plugin.name, "")

    def ask(self, plugin: LoadedPlugin, hook: str, deadline_s: float, **arguments: object) -> Reply:
        """Ask one plugin; an exception, a late answer or a plugin that hangs is a failure."""
        copies = {name: own_copy(value) for name, value in arguments.items()}
        return self.run(
            plugin, hook, deadline_s, lambda: self._registry.call(plugin, hook, **copies)
        )

    def run(
        self, plugin: LoadedPlugin, what: str, deadline_s: float, work: Callable[[], object]
    ) -> Reply:
        """Run something of a plugin's under a deadline; whatever it does is a value."""
        reason = self._reason_to_skip(plugin, deadline_s)
        if reason:
            return Reply(failure=Answer.SKIPPED, reason=reason)
        call = _Call(work)
        began = time.perf_counter()
        self._free_thread().put(lambda inbox: self._finish(plugin, call, inbox))
        answer = self._await(plugin, call, deadline_s)
        with self._lock:
            self._ended[plugin.name, answer.failure or "answered"] += 1
        if answer.failure:
            log.warning("plugin %s failed in %s: %s", plugin.name, what, answer.reason)
        return replace(answer, duration_ms=(time.perf_counter() - began) * 1000)

    def ended(self) -> dict[tuple[str, str], int]:
        """Return how many calls of each plugin ended how: answered, failed or timed out."""
        with self._lock:
            return dict(self._ended)

    def is_overdue(self, plugin: LoadedPlugin) -> bool:
        """Tell whether a call of the plugin hangs: a reader needn't wait for another."""
        return self._overdue[plugin.name] > 0

    def _reason_to_skip(self, plugin: LoadedPlugin, deadline_s: float) -> str:
        if plugin.name in self._disabled:
            return self._disabled[plugin.name]
        if deadline_s <= 0:
            return "No time was left to ask it."
        if self._overdue[plugin.name] >= MAX_OVERDUE:
            return f"{MAX_OVERDUE} earlier calls have not come back yet."
        return ""

    def _free_thread(self) -> _Inbox:
        """Return the inbox of a thread that waits, of a new one where none does."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        inbox: _Inbox = queue.SimpleQueue()
        threading.Thread(target=self._take, args=(inbox,), name="plugins", daemon=True).start()
        return inbox

    def _take(self, inbox: _Inbox) -> None:
        """Take call after call, until none comes for a while."""
        while True:
            try:
                finish = inbox.get(timeout=IDLE_S)
            except queue.Empty:
                with self._lock:
                    if inbox in self._idle:
                        self._idle.remove(inbox)
                        return
                continue  # a call is on its way
            if not finish(inbox):
                return

    def _finish(self, plugin: LoadedPlugin, call: "_Call", inbox: _Inbox) -> bool:
        """Do a call; tell whether the thread is kept for another one."""
        answer = call.run()
        with self._lock:
            call.has_ended = True
            if call.is_late:
                self._overdue[plugin.name] -= 1
            # Before the answer: who gets it may have a next call at once.
            kept = len(self._idle) < MAX_IDLE
            if kept:
                self._idle.append(inbox)
        call.answers.put(answer)
        return kept

    def _await(self, plugin: LoadedPlugin, call: "_Call", deadline_s: float) -> Reply:
        soon_s = min(SOON_S, deadline_s)
        answer = call.answer_within(soon_s) or self._wait(call, deadline_s - soon_s)
        if answer is not None:
            return answer
        with self._lock:
            # It may have ended in this very moment; then it is late and not hanging.
            if not call.has_ended:
                call.is_late = True
                self._overdue[plugin.name] += 1
        return Reply(failure=Answer.TIMED_OUT, reason=f"No answer within {deadline_s:.1f} s.")

    def _wait(self, call: "_Call", limit_s: float) -> Reply | None:
        """Wait for a slow call, unless so many requests do that none is left for readers."""
        with self._lock:
            if limit_s <= 0 or self._waiting >= MAX_WAITING:
                return None
            self._waiting += 1
        try:
            return call.answer_within(limit_s)
        finally:
            with self._lock:
                self._waiting -= 1


class _Call:
    """One call under way; its flags are read and written under the caller's lock."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.answers: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.is_late = False
        self.has_ended = False
        self._work = work

    def answer_within(self, limit_s: float) -> Reply | None:
        """Return the answer, ``None`` where there is none yet when the time is over."""
        try:
            return self.answers.get(timeout=limit_s)
        except queue.Empty:
            return None

    def run(self) -> Reply:
        """Do the work, here and now."""
        try:
            return Reply(value=self._work())
        except BaseException as error:  # also SystemExit: a plugin ends no request
            return Reply(failure=Answer.FAILED, reason=reason_of(error))
