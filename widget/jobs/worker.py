"""The worker: takes due jobs from the outbox and has huey's threads run them.

The outbox in the database is what lasts; huey's queue holds only what this process has claimed
and may be lost with it: the claim then ends and another worker takes the job.
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

log = logging.getLogger("comment_widget.jobs")

#: Longest time between a promise and its start, seconds.
LOOK_EVERY_S = 0.5
#: After this a claimed job that was not ended is another worker's.
LEASE = timedelta(minutes=5)
_BATCH = 20


class Worker:
    """Runs jobs in threads of this process, beside its requests."""

    def __init__(self, parts: Parts, threads: int = 2) -> None:
        self._parts = parts
        self._stop = threading.Event()
        self._huey = MemoryHuey("comment-widget")
        self._run = self._huey.task()(self._run_claimed)
        self._claimed: dict[int, Job] = {}
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
        """Take no more jobs; return when those under way are done."""
        self._stop.set()
        self._relay.join()
        self._consumer.stop(graceful=True)

    def _relay_due(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                claimed = claim_due(self._parts)
            except Busy:
                log.warning("the database gave no jobs; it is asked again")
                continue
            for job in claimed:
                self._claimed[job.id] = job
                self._run(job.id)

    def _run_claimed(self, job_id: int) -> None:
        run_job(self._parts, self._claimed.pop(job_id))


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
