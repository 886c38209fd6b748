"""The worker: takes due jobs and mails from the database and has huey's threads do them.

What is in the database is what lasts; huey's queue holds only what this process has claimed and
may be lost with it: the claim then ends and another worker takes the job. While a job is under
way its claim is renewed, so that what dies with its process is another's within a minute.
"""

import logging
import threading
from datetime import timedelta

from huey import MemoryHuey

from widget.domain.errors import Busy
from widget.jobs.periodic import promise_periodic
from widget.jobs.tasks import run_job
from widget.publication.parts import Parts
from widget.store import jobs
from widget.store.jobs import Job
from widget.subscriptions.send import Sender

log = logging.getLogger("comment_widget.jobs")

#: Longest time between a promise and its start, seconds.
LOOK_EVERY_S = 0.5
#: After this a claimed job that was not ended or renewed is another worker's.
LEASE = timedelta(minutes=1)
_RENEW_EVERY = 30
_BATCH = 20


class Worker:
    """Runs jobs and sends mails in threads of this process."""

    def __init__(self, parts: Parts, threads: int = 2) -> None:
        self._parts = parts
        self._stop = threading.Event()
        self._huey = MemoryHuey("comment-widget")
        self._run = self._huey.task()(self._run_claimed)
        self._mail = self._huey.task()(self._send_mails)
        self._sender = Sender(parts)
        self._sending = threading.Semaphore(max(1, threads - 1))
        self._claimed: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._consumer = self._huey.create_consumer(
            workers=threads, worker_type="thread", periodic=False, max_delay=LOOK_EVERY_S
        )
        # The signals are the server's: huey would end the process's own handlers.
        self._consumer._set_signal_handlers = lambda: None
        self._relay = threading.Thread(target=self._relay_due, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        promise_periodic(self._parts)
        self._consumer.start()
        self._relay.start()

    def stop(self) -> None:
        """Take no more jobs; return when those under way are done. The others are handed back."""
        self._stop.set()
        self._relay.join()
        self._consumer.stop(graceful=True)
        with self._lock:
            left = sorted(self._claimed)
        if left:
            with self._parts.database.write() as session:
                jobs.hand_back(session, left, self._parts.now())

    def _relay_due(self) -> None:
        looks = 0
        while not self._stop.wait(LOOK_EVERY_S):
            looks += 1
            try:
                if looks % (_RENEW_EVERY / LOOK_EVERY_S) == 0:
                    self._renew()
                claimed = claim_due(self._parts)
            except Busy:
                log.warning("the database gave no jobs; it is asked again")
                continue
            for job in claimed:
                with self._lock:
                    self._claimed[job.id] = job
                self._run(job.id)
            if self._parts.mail is not None and self._sending.acquire(blocking=False):
                self._mail()

    def _renew(self) -> None:
        """Keep what is claimed by this process, waiting or under way, its own."""
        with self._lock:
            ids = sorted(self._claimed)
        if ids:
            with self._parts.database.write() as session:
                jobs.renew(session, ids, self._parts.now() + LEASE)

    def _run_claimed(self, job_id: int) -> None:
        with self._lock:
            job = self._claimed[job_id]
        try:
            run_job(self._parts, job)
        finally:
            with self._lock:
                del self._claimed[job_id]

    def _send_mails(self) -> None:
        try:
            while not self._stop.is_set() and self._sender.send_batch():
                pass
        except Busy:
            log.warning("the database was busy; mails wait")
        finally:
            self._sending.release()


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
