"""The processes of ``serve``: one that listens and looks after the others, and workers that answer.

granian, changed in three ways. All workers accept from one socket, so that a connection which
waits is another worker's when one ends (by itself each listens on a socket of its own, and what
waits there is reset). The one that looks after them stays small: a worker loads the application by
itself, and says when it is ready. And a worker is replaced only once its successor is: where the
new one can't start, because of a mistake in the configuration, say, the old one goes on.
"""

import logging
import math
import multiprocessing
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import click
from granian.server.mp import MPServer, WorkerProcess

from widget.cli.listening import TAKE_NO_MORE, take_no_more_when_told
from widget.domain.errors import WidgetError

log = logging.getLogger("comment_widget.serve")

#: How long a worker may take until it answers.
START_S = 60.0
#: With this a worker ends that can't start, and has said why.
CANNOT_START = 78
_LOOK_EVERY_S = 0.02
#: Within this a worker has heard what was asked on the connections that it took last.
_HEAR_S = 0.5
#: Until a worker that died and couldn't be replaced is tried again.
_TRY_AGAIN_S = 10.0
_QUOTA = Path("/sys/fs/cgroup/cpu.max")

Load = Callable[[], Callable[..., Any]]


def cores(quota: Path = _QUOTA) -> int:
    """Return how many cores this process may use: those it runs on, or a container's share."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        usable = os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
        return max(1, min(usable, math.ceil(int(share) / int(period))))
    except (OSError, ValueError):  # no such file, or "max"
        return usable


class _Loader:
    """Loads the application in a worker, and says that it is ready; fails with one line."""

    def __init__(self, load: Load, ready: Event) -> None:
        self._load = load
        self._ready = ready

    def __call__(self) -> Callable[..., Any]:
        try:
            application = self._load()
        except WidgetError as error:
            click.echo(f"Error: {error}", err=True)
            sys.stderr.flush()
            os._exit(CANNOT_START)
        take_no_more_when_told()
        self._ready.set()
        return application


class _Bell:
    """Wakes who waits; may be rung by a signal's handler.

    ``threading.Event``, which the library has in its place, may not: where the signal comes while
    the same thread is about to wait, it waits for itself for ever.
    """

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe()
        os.set_blocking(self._heard, False)
        os.set_blocking(self._rung, False)

    def set(self) -> None:
        with suppress(BlockingIOError):  # rung often enough
            os.write(self._rung, b"!")

    def clear(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._heard, 1024):
                pass

    def wait(self) -> None:
        select.select([self._heard], [], [])


class Processes(MPServer):  # type: ignore[misc]  # the library has no types
    """The server's processes; ``on_ready`` is called when the first worker answers."""

    on_ready: Callable[[], None] | None = None

    def startup(self, spawn_target: Callable[..., None], target_loader: Load) -> None:
        """Begin to listen, and start the workers."""
        self.main_loop_interrupt = _Bell()
        super().startup(spawn_target, target_loader)

    _shd: Any
    _ssp: Any

    def _init_shared_socket(self) -> None:
        super()._init_shared_socket()
        if self._shd is None:
            self._shd = self._ssp.build()
            self._sfd, self._ssp = self._shd.get_fd(), None
            self._sso = socket.socket(fileno=self._sfd)
            self._sso.set_inheritable(True)

    def _spawn_workers(self, spawn_target: Callable[..., None], target_loader: Load) -> None:
        """Start the first worker, which may have to migrate, then the others at once."""
        for group in (range(1), range(1, self.workers)):
            begun = [self._begin(idx, spawn_target, target_loader) for idx in group]
            self.wrks.extend(worker for worker, _ in begun)
            are_ready = [self._is_ready(worker, ready) for worker, ready in begun]
            if self.interrupt_signal:
                return
            if not all(are_ready):
                self.shutdown(exit_code=1)
            for worker, _ in begun:
                worker._watch()
            if group.start == 0 and self.on_ready:
                self.on_ready()
        if self.workers > 1:
            click.echo(f"All {self.workers} workers answer", err=True)

    def _respawn_workers(
        self,
        workers: Sequence[int],
        spawn_target: Callable[..., None],
        target_loader: Load,
        delay: float = 0,
    ) -> None:
        """Replace workers one by one, each once its successor is ready."""
        del delay
        for idx in workers:
            if self.interrupt_signal:
                return
            self.respawned_wrks[idx] = time.monotonic()
            new, ready = self._begin(idx, spawn_target, target_loader)
            if self._is_ready(new, ready):
                old, self.wrks[idx] = self.wrks[idx], new
                new._watch()
                self._end(old)
            elif not self.interrupt_signal:
                self._go_on_without(idx)
                return

    def _go_on_without(self, idx: int) -> None:
        """Leave to those that are there what a worker that can't start was to do."""
        if not any(worker.is_alive() for worker in self.wrks):
            self.shutdown(exit_code=1)
        log.error("the new worker could not start: those that are there go on")
        if not self.wrks[idx].is_alive():
            again = threading.Timer(_TRY_AGAIN_S, self._ask_for, [idx])
            again.daemon = True
            again.start()

    def _ask_for(self, idx: int) -> None:
        self.interrupt_children.append(idx)
        self.main_loop_interrupt.set()

    def _begin(
        self, idx: int, target: Callable[..., None], load: Load
    ) -> tuple[WorkerProcess, Event]:
        ready = multiprocessing.Event()
        worker = self._spawn_worker(idx=idx, target=target, callback_loader=_Loader(load, ready))
        # Not its own start(): what ends before it was ready is not started again.
        worker.inner.start()
        return worker, ready

    def _is_ready(self, worker: WorkerProcess, ready: Event) -> bool:
        """Wait until a worker is ready; one that doesn't become so has ended.

        Also where the server is told to end meanwhile: what has answered nothing may be killed,
        and might not hear anything milder.
        """
        end = time.monotonic() + START_S
        while not ready.wait(_LOOK_EVERY_S):
            if self.interrupt_signal or not worker.is_alive() or time.monotonic() > end:
                worker.kill()
                worker.join()
                return False
        return True

    def _end(self, worker: WorkerProcess) -> None:
        """Let a worker end after the requests under way; kill it where it doesn't."""
        if worker.is_alive() and hasattr(select, "epoll"):
            os.kill(worker.inner.pid, TAKE_NO_MORE)
            time.sleep(_HEAR_S)
        worker.terminate()
        end = time.monotonic() + self.workers_kill_timeout
        # Not by joining it: another thread does, and whoever comes second may be told nothing.
        while worker.is_alive() and time.monotonic() < end:
            time.sleep(_LOOK_EVERY_S)
        if worker.is_alive():
            log.warning("a worker didn't end within %d s and was killed", self.workers_kill_timeout)
            worker.kill()
            worker.join()
