"""One act on all comments that a search finds: counted first, done in slices, taken back.

Each comment is decided on in a transaction of its own, together with the note that the act did it.
So a worker that dies leaves an act that another goes on with, and nothing is done twice.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from widget.domain.comment import Event, Status
from widget.domain.errors import Conflict, FieldError, Invalid, NotFound
from widget.domain.search import Search
from widget.moderation.decide import Act, announce, decide, undo
from widget.publication.parts import Parts
from widget.store import bulk_acts, comments, jobs, queue
from widget.store.bulk_acts import BulkAct, NewBulkAct, State
from widget.store.queue import QueueQuery

BULK = "bulk"
#: What can be done to many at once.
ACTS = (Status.PUBLISHED, Status.SPAM, Status.REJECTED, Status.DELETED)
#: So many are done before the answer; more are done by a worker.
AT_ONCE = 50
#: Counting stops here, and so many can be done in one act.
MAX_COUNT = 100_000
#: How long a worker goes on with one act before it looks for other work.
SLICE_S = 5.0
_BATCH = 50


class _Over(Exception):
    """An act was ended, or another worker goes on with it: what was begun is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants done to all comments of a list."""

    query: QueueQuery
    after: Status
    actor: str


def count(parts: Parts, query: QueueQuery) -> int:
    """Return how many comments a list has, ``MAX_COUNT`` if they are more."""
    with parts.database.read() as session:
        return queue.count_found(session, query, MAX_COUNT)


def start(parts: Parts, wanted: Wanted, last_id: int) -> BulkAct:
    """Begin an act on all comments of a list up to ``last_id``; a short one is done on return.

    Raises:
        Invalid: where there is no such act, or nothing to do it to.
        Conflict: where another act on many is under way on the site.
    """
    if wanted.after not in ACTS:
        raise Invalid([FieldError("act", "This can't be done to many at once.")])
    now, total = parts.now(), count(parts, wanted.query)
    if not total:
        raise Invalid([FieldError("act", "No comment is found any more.")])
    new = NewBulkAct(
        site_id=wanted.query.site_id,
        actor=wanted.actor,
        after=wanted.after,
        asked=asked_as_json(wanted.query),
        total=total,
        last_id=last_id,
    )
    with parts.database.write() as session:
        _refuse_second(bulk_acts.active_on(session, new.site_id))
        act = bulk_acts.add(session, new, now)
        jobs.promise(session, BULK, {"bulk": act.id}, due=now, now=now)
    if total <= AT_ONCE:
        go_on(parts, act.id)
    return _fresh(parts, act)


def cancel(parts: Parts, act: BulkAct) -> bool:
    """End an act that is under way; what it has done stays. Tell whether it was."""
    with parts.database.write() as session:
        return bulk_acts.end(session, act.id, State.CANCELLED, parts.now())


def take_back(parts: Parts, act: BulkAct, *, actor: str) -> BulkAct:
    """Take back all that an act did; what somebody has decided on since stays as it is.

    Raises:
        Conflict: where there is nothing to take back, or another act is under way on the site.
    """
    now = parts.now()
    with parts.database.write() as session:
        _refuse_second(bulk_acts.active_on(session, act.site_id))
        if not bulk_acts.begin_undo(session, act.id, now):
            raise Conflict("There is nothing of it to take back.")
        jobs.promise(session, BULK, {"bulk": act.id, "actor": actor}, due=now, now=now)
    if act.done <= AT_ONCE:
        go_on(parts, act.id, actor)
    return _fresh(parts, act)


def go_on(parts: Parts, bulk_id: int, actor: str | None = None, slice_s: float = SLICE_S) -> None:
    """Do a slice of an act, or of its taking back by ``actor``; promise the next slice."""
    until = time.monotonic() + slice_s
    while time.monotonic() < until:
        with parts.database.read() as session:
            act = bulk_acts.find(session, bulk_id)
        if act is None or not act.is_active:
            return
        if act.state is State.RUNNING:
            is_over = _do_some(parts, act)
        else:
            is_over = _undo_some(parts, act, actor or act.actor)
        if is_over:
            state = State.DONE if act.state is State.RUNNING else State.UNDONE
            with parts.database.write() as session:
                bulk_acts.end(session, bulk_id, state, parts.now())
            return
    now = parts.now()
    with parts.database.write() as session:
        jobs.promise(session, BULK, {"bulk": bulk_id, "actor": actor}, due=now, now=now)


def asked_as_json(query: QueueQuery) -> dict[str, Any]:
    """Return what a list has in it, to be kept with an act."""
    return {
        "status": query.status.value if query.status else None,
        "flagged": query.flagged,
        "search": query.search.as_json(),
    }


def asked_from_json(site_id: int, kept: Mapping[str, Any]) -> QueueQuery:
    """Return the list that ``asked_as_json`` kept, the oldest comment first."""
    return QueueQuery(
        site_id=site_id,
        status=Status(kept["status"]) if kept["status"] else None,
        flagged=kept["flagged"],
        newest_first=False,
        search=Search.from_json(kept["search"]),
    )


def _do_some(parts: Parts, act: BulkAct) -> bool:
    """Decide on the next comments; tell whether none was left."""
    query = replace(asked_from_json(act.site_id, act.asked), after=act.position)
    with parts.database.read() as session:
        ids = list(session.scalars(queue.found_ids(session, query).limit(_BATCH)))
    meant = [one for one in ids if one <= act.last_id]
    try:
        for comment_id in meant:
            _do_one(parts, act, comment_id)
    except _Over:
        return False
    return len(meant) < _BATCH


def _do_one(parts: Parts, act: BulkAct, comment_id: int) -> None:
    with parts.database.write() as session:
        try:
            before = comments.get_comment(session, parts.keys, comment_id)
        except NotFound:
            return
        event: Event | None = None
        if before.status not in (act.after, Status.DELETED):
            done = Act(actor=act.actor, reason=f"One of {act.total:,} in act {act.id} on many.")
            event = decide(parts, session, comment_id, act.after, act=done).event
        if not bulk_acts.moved(session, act.id, comment_id, event, parts.now()):
            raise _Over
    if event is not None:
        announce(parts, before)


def _undo_some(parts: Parts, act: BulkAct, actor: str) -> bool:
    """Take back the next decisions; tell whether none was left."""
    with parts.database.read() as session:
        decisions = bulk_acts.decisions_before(session, act, _BATCH)
    for row, comment_id, event_id in decisions:
        is_back = True
        try:
            undo(parts, comment_id, actor=actor, event_id=event_id)
        except (Conflict, NotFound, Invalid):
            is_back = False
        with parts.database.write() as session:
            bulk_acts.undone(session, act.id, row, is_back=is_back, now=parts.now())
    return len(decisions) < _BATCH


def _refuse_second(other: BulkAct | None) -> None:
    if other is not None:
        raise Conflict("Another act on many comments is under way. Wait for it, or cancel it.")


def _fresh(parts: Parts, act: BulkAct) -> BulkAct:
    with parts.database.read() as session:
        return bulk_acts.find(session, act.id) or act
