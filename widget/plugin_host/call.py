"""One hook of one plugin under a deadline; a failure is a value, never raised."""

import logging
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass

from widget.domain.trail import Answer
from widget.plugin_host.registry import LoadedPlugin, Registry

log = logging.getLogger("comment_widget.plugins")

#: Calls of one plugin that may be under way at once. A thread that hangs can't be killed: past
#: this number the plugin is skipped until one comes back.
MAX_OUTSTANDING = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How asking a plugin ended. ``failure`` is ``None`` where it answered at all."""

    value: object = None
    failure: Answer | None = None
    reason: str = ""
    duration_ms: float = 0.0


class Caller:
    """Asks plugins, each call in a thread of its own, so that none can hold up a request."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._outstanding: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._disabled: dict[str, str] = {}

    def disable(self, plugin: LoadedPlugin, reason: str) -> None:
        """Skip a plugin from now on in this process."""
        self._disabled[plugin.name] = reason

    def ask(self, plugin: LoadedPlugin, hook: str, deadline_s: float, **arguments: object) -> Reply:
        """Ask one plugin; an exception, a late answer or a plugin that hangs is a failure."""
        if plugin.name in self._disabled:
            return Reply(failure=Answer.SKIPPED, reason=self._disabled[plugin.name])
        if deadline_s <= 0:
            return Reply(failure=Answer.SKIPPED, reason="No time was left to ask it.")
        with self._lock:
            if self._outstanding[plugin.name] >= MAX_OUTSTANDING:
                return Reply(
                    failure=Answer.SKIPPED,
                    reason=f"{MAX_OUTSTANDING} earlier calls have not come back yet.",
                )
            self._outstanding[plugin.name] += 1
        return self._call(plugin, hook, deadline_s, arguments)

    def _call(
        self, plugin: LoadedPlugin, hook: str, deadline_s: float, arguments: dict[str, object]
    ) -> Reply:
        answers: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        began = time.perf_counter()

        def run() -> None:
            try:
                value = self._registry.call(plugin, hook, **arguments)
                answer = Reply(value=value)
            except BaseException as error:  # also SystemExit: a plugin ends no request
                answer = Reply(failure=Answer.FAILED, reason=_reason(error))
                log.warning("plugin %s failed in %s: %s", plugin.name, hook, answer.reason)
            finally:
                with self._lock:
                    self._outstanding[plugin.name] -= 1
            answers.put(answer)

        threading.Thread(target=run, name=f"{plugin.name}.{hook}", daemon=True).start()
        try:
            answer = answers.get(timeout=deadline_s)
        except queue.Empty:
            answer = Reply(failure=Answer.TIMED_OUT, reason=f"No answer within {deadline_s:.1f} s.")
            log.warning("plugin %s gave no answer to %s in time", plugin.name, hook)
        duration_ms = (time.perf_counter() - began) * 1000
        return Reply(
            value=answer.value,
            failure=answer.failure,
            reason=answer.reason,
            duration_ms=duration_ms,
        )


def _reason(error: BaseException) -> str:
    """Return one line that names the error; a reader never sees it, a moderator does."""
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
