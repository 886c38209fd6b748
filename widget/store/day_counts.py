"""Counts by day: kept as comments change, added up by a task, read by the overview.

A count is never made by looking through comments. Who adds a comment says so (``begins``), and who
changes one, its events or its trail does so first (``touches``). At the end of the transaction what
the comment adds now is set against what it added before, and the difference is written with the
change itself.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.event import listen

from widget.domain.comment import Event, Status
from widget.domain.day_count import Counted, Counts, counts_of
from widget.domain.trail import Mode, TrailEntry
from widget.domain.verdict import Outcome
from widget.store.database import Session
from widget.store.locks import lock_with_thread
from widget.store.tables import CommentRow, DayCountRow, EventRow, TrailRow

#: What a plugin says that objects to a comment.
OBJECTIONS = (Outcome.HOLD.value, Outcome.SPAM.value, Outcome.REJECT.value)
_TOUCHED = "day_counts"
#: Values in one query; databases bound their number.
_BATCH = 500
#: Counts that are added up in one transaction.
_AT_ONCE = 200

#: The counts of some sites.
SiteCounts = Counter[tuple[int, date, Counted, str]]


@dataclass(slots=True)
class _New:
    """A comment that is new in a transaction, and all that happened to it there."""

    row: CommentRow
    events: list[Event] = field(default_factory=list)
    objecting: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Touched:
    """What a transaction changes: new comments, and what others added before."""

    new: dict[int, _New] = field(default_factory=dict)
    before: dict[int, SiteCounts] = field(default_factory=dict)


def begins(session: Session, row: CommentRow) -> None:
    """Say that a comment is new in this transaction: it needn't be looked at again."""
    _touched(session).new[row.id] = _New(row)


def touches(session: Session, comment_id: int) -> None:
    """Say that a comment, its events or its trail are about to change in this transaction.

    Nobody else changes the comment until its end.
    """
    touched = _touched(session)
    if comment_id in touched.new or comment_id in touched.before:
        return
    lock_with_thread(session, comment_id)
    touched.before[comment_id] = _added_by(session, [comment_id])


def decided(session: Session, event: Event) -> None:
    """Say which event was added to a comment that was told by ``begins`` or ``touches``."""
    new = _touched(session).new.get(event.comment_id)
    if new is not None:
        new.events.append(event)


def judged(session: Session, comment_id: int, entries: Iterable[TrailEntry]) -> None:
    """Say what was added to the trail of a comment that was told by ``begins`` or ``touches``."""
    new = _touched(session).new.get(comment_id)
    if new is None:
        return
    for entry in entries:
        outcome = entry.verdict.outcome if entry.verdict else None
        _note(new.objecting, entry.plugin, entry.mode, outcome)


def by_day(
    session: Session, site_id: int, since: date, until: date, whats: Collection[Counted]
) -> Counts:
    """Return some of a site's counts of the days from ``since`` to ``until``."""
    rows = session.execute(
        select(DayCountRow.day, DayCountRow.what, DayCountRow.name, func.sum(DayCountRow.number))
        .where(
            DayCountRow.site_id == site_id,
            DayCountRow.day.between(since, until),
            DayCountRow.what.in_(whats),
        )
        .group_by(DayCountRow.day, DayCountRow.what, DayCountRow.name)
    )
    return Counter({(day, Counted(what), name): int(n) for day, what, name, n in rows})


def totals(
    session: Session, site_id: int, since: date, until: date, whats: Collection[Counted]
) -> Counter[tuple[Counted, str]]:
    """Return some of a site's counts over all days from ``since`` to ``until``."""
    rows = session.execute(
        select(DayCountRow.what, DayCountRow.name, func.sum(DayCountRow.number))
        .where(
            DayCountRow.site_id == site_id,
            DayCountRow.day.between(since, until),
            DayCountRow.what.in_(whats),
        )
        .group_by(DayCountRow.what, DayCountRow.name)
    )
    return Counter({(Counted(what), name): int(number) for what, name, number in rows})


def add_up(session: Session) -> int:
    """Make one row of the rows of some counts; return how many counts that were."""
    key = (DayCountRow.site_id, DayCountRow.day, DayCountRow.what, DayCountRow.name)
    several = select(*key).group_by(*key).having(func.count(DayCountRow.id) > 1).limit(_AT_ONCE)
    keys = [tuple(one) for one in session.execute(several)]
    for site_id, day, what, name in keys:
        same = and_(
            DayCountRow.site_id == site_id,
            DayCountRow.day == day,
            DayCountRow.what == what,
            DayCountRow.name == name,
        )
        # Locked, so that no other process adds the same rows up; a row that comes stays.
        some = select(DayCountRow).where(same).limit(_BATCH).with_for_update()
        rows = session.scalars(some).all()
        session.execute(delete(DayCountRow).where(DayCountRow.id.in_([row.id for row in rows])))
        total = sum(row.number for row in rows)
        if total:
            session.add(DayCountRow(site_id=site_id, day=day, what=what, name=name, number=total))
    return len(keys)


def _touched(session: Session) -> _Touched:
    """Return what this transaction changes, as far as it was told."""
    if _TOUCHED not in session.info:
        session.info[_TOUCHED] = _Touched()
        listen(session, "before_commit", _write)
    touched: _Touched = session.info[_TOUCHED]
    return touched


def _write(session: Session) -> None:
    """Write what has changed, in the transaction that changed it."""
    touched = _touched(session)
    if session.in_nested_transaction() or not (touched.new or touched.before):
        return
    session.flush()
    changed: SiteCounts = Counter()
    for new in touched.new.values():
        _add(changed, new.row.site_id, _of_new(new))
    ids = list(touched.before)
    for begin in range(0, len(ids), _BATCH):
        changed.update(_added_by(session, ids[begin : begin + _BATCH]))
    for before in touched.before.values():
        changed.subtract(before)
    session.info[_TOUCHED] = _Touched()
    rows = [
        {"site_id": site_id, "day": day, "what": what, "name": name, "number": number}
        for (site_id, day, what, name), number in changed.items()
        if number
    ]
    if rows:
        session.execute(insert(DayCountRow), rows)


def _of_new(new: _New) -> Counts:
    row = new.row
    return counts_of(row.created, Status(row.status), new.events, new.objecting)


def _add(counts: SiteCounts, site_id: int, own: Counts) -> None:
    for (day, what, name), number in own.items():
        counts[site_id, day, what, name] += number


def _added_by(session: Session, ids: Sequence[int]) -> SiteCounts:
    """Return what some comments add to their sites' counts; one that is gone adds nothing."""
    rows = session.execute(
        select(CommentRow.id, CommentRow.site_id, CommentRow.created, CommentRow.status).where(
            CommentRow.id.in_(ids)
        )
    ).all()
    events = _events(session, ids)
    objecting = _objecting(session, ids)
    added: SiteCounts = Counter()
    for comment_id, site_id, created, status in rows:
        own = counts_of(created, Status(status), events[comment_id], objecting[comment_id])
        _add(added, site_id, own)
    return added


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    rows = session.execute(
        select(
            EventRow.id,
            EventRow.comment_id,
            EventRow.before,
            EventRow.after,
            EventRow.actor,
            EventRow.undoes,
            EventRow.at,
        )
        .where(EventRow.comment_id.in_(ids))
        .order_by(EventRow.id)
    )
    for row in rows:
        one = Event(
            id=row.id,
            comment_id=row.comment_id,
            before=Status(row.before) if row.before else None,
            after=Status(row.after),
            actor=row.actor,
            reason="",
            at=row.at,
            undoes=row.undoes,
        )
        found[row.comment_id].append(one)
    return found


def _objecting(session: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the plugins that object to some comments, by their last entries on the trails."""
    rows = session.execute(
        select(TrailRow.comment_id, TrailRow.plugin, TrailRow.mode, TrailRow.outcome)
        .where(TrailRow.comment_id.in_(ids))
        .order_by(TrailRow.id)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for comment_id, plugin, mode, outcome in rows:
        _note(found[comment_id], plugin, mode, outcome)
    return found


def _note(objecting: set[str], plugin: str, mode: str, outcome: str | None) -> None:
    """Keep who objects, by the last entry of each plugin."""
    if mode == Mode.ON and outcome in OBJECTIONS:
        objecting.add(plugin)
    else:
        objecting.discard(plugin)
