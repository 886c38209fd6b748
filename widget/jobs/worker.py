"""The worker: takes due jobs and mails from the database and has huey's threads do them.

What is in the database is what lasts. huey's queue, in this process or in Redis, holds only what
was claimed, and may be lost: the claim then ends and the job is claimed again. Whoever takes a job
from the queue begins it by renewing its claim, which only one can; while it is under way the claim
is renewed, so that what dies with its process is another's within a minute.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

from huey import Huey, MemoryHuey, RedisHuey
from huey.serializer import SignedSerializer

from widget.domain.errors import Busy
from widget.domain.identity import keyed_hash
from widget.jobs.periodic import promise_periodic
from widget.jobs.tasks import run_job
from widget.publication.parts import Parts
from widget.store import jobs
from widget.store.jobs import Job
from widget.subscriptions.send import Sender

#: What Redis being away raises, where it is there at all: it is an extra.
_AWAY: type[Exception] = ConnectionError
with suppress(ImportError):
    from redis.exceptions import RedisError

    _AWAY = RedisError

log = logging.getLogger("comment_widget.jobs")

QUEUE = "comment-widget"
#: Longest time between a promise and its start, seconds.
LOOK_EVERY_S = 0.5
#: After this a claimed job that was not ended or renewed is another worker's.
LEASE = timedelta(minutes=1)
_RENEW_EVERY_S = 15.0
_BATCH = 20
#: So many claimed jobs may wait in the queue before more are claimed.
_BACKLOG = 100


class Worker:
    """Runs jobs and sends mails in threads of this process."""

    def __init__(self, parts: Parts, threads: int = 2) -> None:
        self._parts = parts
        self._stop, self._ended = threading.Event(), threading.Event()
        self._huey = _queue(parts)
        self._run = self._huey.task(name="run")(self._run_claimed)
        self._sender = Sender(parts)
        # Mails have threads of their own: a slow mail server keeps no job waiting.
        connections = max(1, threads // 2)
        self._sending = threading.Semaphore(connections)
        self._mails = ThreadPoolExecutor(connections, thread_name_prefix="mail")
        self._under_way: set[int] = set()
        self._lock = threading.Lock()
        self._consumer = self._huey.create_consumer(
            workers=threads, worker_type="thread", periodic=False, max_delay=LOOK_EVERY_S
        )
        # The signals are the server's: huey would end the process's own handlers.
        self._consumer._set_signal_handlers = lambda: None
        self._relay = threading.Thread(target=self._relay_due, name="outbox", daemon=True)
        self._keeper = threading.Thread(target=self._renew, name="claims", daemon=True)

    @property
    def queue(self) -> str:
        """Return the name of the queue."""
        return str(self._huey.name)

    def start(self) -> None:
        """Begin to take jobs."""
        promise_periodic(self._parts)
        self._consumer.start()
        self._relay.start()
        self._keeper.start()

    def stop(self) -> None:
        """Take no more jobs; return when those under way are done."""
        self._stop.set()
        self._relay.join()
        self._consumer.stop(graceful=True)
        self._mails.shutdown()
        self._ended.set()
        self._keeper.join()

    def _relay_due(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                if self._huey.pending_count() < _BACKLOG:
                    for job in claim_due(self._parts):
                        self._run(job.id, job.attempts)
            except Busy:
                log.warning("the database gave no jobs; it is asked again")
            except _AWAY as error:
                # What was claimed and not queued is claimed again when its lease ends.
                log.warning("the queue can't be reached: %s", error)
            if self._parts.mail is not None and self._sending.acquire(blocking=False):
                self._mails.submit(self._send_mails)

    def _renew(self) -> None:
        """Keep what is under way in this process its own."""
        while not self._ended.wait(_RENEW_EVERY_S):
            with self._lock:
                ids = sorted(self._under_way)
            if not ids:
                continue
            try:
                with self._parts.database.write() as session:
                    jobs.renew(session, ids, self._parts.now() + LEASE)
            except Busy:
                log.warning("the database was busy; claims are renewed later")

    def _run_claimed(self, job_id: int, attempts: int) -> None:
        """Run a job that this message still stands for: another may have been claimed since."""
        with self._parts.database.write() as session:
            job = jobs.begin(session, job_id, attempts, self._parts.now() + LEASE)
        if job is None:
            return
        with self._lock:
            self._under_way.add(job_id)
        try:
            run_job(self._parts, job)
        finally:
            with self._lock:
                self._under_way.discard(job_id)

    def _send_mails(self) -> None:
        try:
            while not self._stop.is_set() and self._sender.send_batch():
                pass
        except Busy:
            log.warning("the database was busy; mails wait")
        finally:
            self._sending.release()


def _queue(parts: Parts) -> Huey:
    """Return huey's queue: in Redis, where there is one, for the workers of all nodes.

    Messages are signed: whoever can write to Redis must not run code here by that (huey pickles
    them). The queue's name is that of the keys, as several servers may share a Redis.
    """
    keys = parts.keys
    name = f"{QUEUE}-{keyed_hash(keys.lookup, 'queue')[:12]}"
    if not parts.config.redis_url:
        return MemoryHuey(name, results=False)
    serializer = SignedSerializer(secret=keys.signing[-1], salt=QUEUE)
    return RedisHuey(name, results=False, serializer=serializer, url=parts.config.redis_url)


def claim_due(parts: Parts) -> list[Job]:
    """Claim the jobs that are due now; asks without a write transaction first."""
    now = parts.now()
    with parts.database.read() as session:
        due = jobs.next_due(session)
    if due is None or due > now:
        return []
    with parts.database.write() as session:
        return jobs.claim(session, now, LEASE, _BATCH)


def run_due(parts: Parts) -> int:
    """Run here and now every job that is due; return how many. For tests and the CLI."""
    done = 0
    while claimed := claim_due(parts):
        for job in claimed:
            run_job(parts, job)
        done += len(claimed)
    return done
