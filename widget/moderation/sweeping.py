"""Sweeps: an act on everything that somebody wrote, in small transactions, and its undo.

What is little is done before the answer, by who starts it. What is more is a job, done in slices
of a few seconds: a worker that dies leaves a sweep that another one goes on with.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from widget.domain.errors import Conflict, NotFound
from widget.domain.site import Site
from widget.domain.sweep import AFTER, CHANGES, Sweep, SweepAct, SweepState
from widget.moderation.decide import Act, decide, undo
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.store import authored, bans, comments, jobs, sites, sweeps, threads
from widget.store.authored import Whose
from widget.store.database import Session
from widget.store.sweeps import NewSweep

SWEEP = "sweep"
#: So many comments are changed before the answer; more are left to a job.
AT_ONCE = 100
#: Days for which a sweep can be taken back.
KEPT_DAYS = 14
#: How long one slice works, and how many decisions it makes until it says how far it is.
SLICE_S = 5.0
_STEP = 25
#: When a job looks again at a sweep that somebody else works on.
_LATER = timedelta(seconds=60)
BY_THE_AUTHOR = "With everything else by this author."

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be done with whose comments, up to the id ``through``."""

    site: Site
    whose: Whose
    act: SweepAct
    through: int
    ban_id: int | None = None


def start(parts: Parts, wanted: Wanted, *, actor: str, at_once: int = AT_ONCE) -> Sweep:
    """Keep a sweep and a promise that it is done; one of a few comments is done by now.

    ``at_once`` 0 leaves all of it to who calls ``work``, or to a job some time later.
    """
    with parts.database.read() as session:
        (wrote,) = authored.look(session, parts.keys, [wanted.whose], wanted.through)
    total, now = wrote.of(CHANGES[wanted.act]), parts.now()
    new = NewSweep(
        act=wanted.act,
        whose=wanted.whose,
        through=wanted.through,
        total=total,
        actor=actor,
        ban_id=wanted.ban_id,
    )
    is_job = 0 < at_once < total
    with parts.database.write() as session:
        sweep = sweeps.add(session, new, now)
        promise(parts, session, sweep, now_due=is_job)
    return sweep if is_job or not at_once else work(parts, sweep)


def take_back(parts: Parts, sweep: Sweep, *, actor: str, at_once: int = AT_ONCE) -> Sweep:
    """Stop a sweep, and take back each of its decisions that is the last one on its comment.

    Raises:
        Conflict: where that was begun already.
    """
    with parts.database.write() as session:
        undoing = sweeps.begin_undo(session, sweep.id, actor)
        if undoing is None:
            raise Conflict("This was taken back already.")
        is_job = 0 < at_once < sweeps.changed_by(session, sweep.id)
        promise(parts, session, undoing, now_due=is_job)
    return undoing if is_job or not at_once else work(parts, undoing)


def promise(parts: Parts, session: Session, sweep: Sweep, *, now_due: bool) -> None:
    """Promise that somebody goes on with a sweep: now, or once nobody else seems to."""
    now = parts.now()
    payload = {"sweep": sweep.id, "state": sweep.state.value, "position": sweep.position}
    jobs.promise(session, SWEEP, payload, due=now if now_due else now + _LATER, now=now)


def go_on(parts: Parts, sweep_id: int, state: str, position: int) -> None:
    """Do a slice of a sweep that is where it was when this was promised; promise the next.

    One that has come further is somebody else's at the moment: it is looked at again later.
    """
    with parts.database.read() as session:
        sweep = sweeps.find(session, sweep_id)
    if sweep is None or not sweep.is_active or sweep.state != state:
        return
    is_here = sweep.position == position
    after = work(parts, sweep, until=time.monotonic() + SLICE_S) if is_here else sweep
    if after.is_active and after.state is sweep.state:
        with parts.database.write() as session:
            promise(parts, session, after, now_due=is_here)


def work(
    parts: Parts,
    sweep: Sweep,
    *,
    until: float | None = None,
    progress: Progress = lambda done: None,
) -> Sweep:
    """Work on a sweep until it has ended, or the time is over; return it as it is then.

    ``progress`` gets how many comments were looked at since.
    """
    with parts.database.read() as session:
        site = sites.site_by_id(session, sweep.site_id)
    if site is None:
        return sweep
    step = _Work(parts, site)
    steps = step.back(sweep) if sweep.state is SweepState.UNDOING else step.forth(sweep)
    for moved, done in steps:
        progress(done)
        sweep = moved
        if until is not None and time.monotonic() >= until:
            break
    with parts.database.read() as session:
        return sweeps.find(session, sweep.id) or sweep


@dataclass(frozen=True, slots=True)
class _Work:
    """Works on a sweep of a site, step by step; each says how far it is."""

    parts: Parts
    site: Site

    def forth(self, sweep: Sweep) -> Iterator[tuple[Sweep, int]]:
        """Make the decisions, until there are no more comments or somebody stops it."""
        parts, statuses = self.parts, CHANGES[sweep.act]
        while True:
            with parts.database.read() as session:
                whose = self._whose(session, sweep)
                if whose is None:
                    break
                span = sweep.position, sweep.through
                batch = authored.next_batch(session, parts.keys, whose, statuses, span)
            for begin in range(0, len(batch.ids), _STEP):
                some = batch.ids[begin : begin + _STEP]
                if not all(self._decide(sweep, one) for one in some):
                    return
                moved = self._move(sweep, some[-1])
                if moved is None:
                    return
                sweep = moved
                yield sweep, len(some)
            if batch.is_last:
                break
            moved = self._move(sweep, batch.after)
            if moved is None:
                return
            sweep = moved
            yield sweep, 0
        self._end(sweep)

    def back(self, sweep: Sweep) -> Iterator[tuple[Sweep, int]]:
        """Take back the decisions, the last first; who decided since has the last word."""
        actor = sweep.undone_by or sweep.actor
        while True:
            with self.parts.database.read() as session:
                made = sweeps.decisions_before(session, sweep.id, sweep.position)
            for begin in range(0, len(made), _STEP):
                some = made[begin : begin + _STEP]
                for event_id, comment_id in some:
                    try:
                        undo(self.parts, comment_id, actor=actor, event_id=event_id)
                    except (Conflict, NotFound):
                        continue
                moved = self._move(sweep, some[-1][0])
                if moved is None:
                    return
                sweep = moved
                yield sweep, len(some)
            if not made:
                break
        self._end(sweep)

    def _decide(self, sweep: Sweep, comment_id: int) -> bool:
        """Decide on a comment that is still as it was meant; tell whether the sweep goes on."""
        parts = self.parts
        with parts.database.write() as session:
            if not sweeps.is_still(session, sweep.id, SweepState.WORKING):
                return False
            try:
                comments.lock_comment(session, comment_id)
            except NotFound:
                return True
            before = comments.get_comment(session, parts.keys, comment_id)
            if before.status not in CHANGES[sweep.act]:
                return True
            reason = f"Ban {sweep.ban_id}." if sweep.ban_id else BY_THE_AUTHOR
            act = Act(actor=sweep.actor, reason=reason)
            decision = decide(parts, session, comment_id, AFTER[sweep.act], act=act)
            sweeps.did(session, sweep.id, decision.event.id)
            thread = threads.thread_by_id(session, before.thread_id)
        if thread is not None:
            publish(parts, self.site, thread)
        return True

    def _whose(self, session: Session, sweep: Sweep) -> Whose | None:
        """Return whose comments these are; ``None`` where nobody knows that any more."""
        hashes, begin = sweeps.hashes_of(session, sweep.id)
        whose = Whose(site_id=sweep.site_id, known_by=sweep.known_by, hashes=hashes, begin=begin)
        if hashes:
            return whose
        if sweep.ban_id is None:
            return None
        try:
            ban = bans.get_ban(session, self.parts.keys, sweep.site_id, sweep.ban_id)
        except NotFound:
            return None
        return replace(whose, target=ban.value)

    def _move(self, sweep: Sweep, position: int) -> Sweep | None:
        with self.parts.database.write() as session:
            is_moved = sweeps.move(session, sweep, position)
        return replace(sweep, position=position) if is_moved else None

    def _end(self, sweep: Sweep) -> None:
        with self.parts.database.write() as session:
            sweeps.end(session, sweep)
