"""The audit log: entries are written beside what they tell of, and read with the decisions.

Nothing here changes an entry but the retention, which ends old ones and cuts addresses.
"""

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select

from widget.domain.audit_log import KIND_OF, Action, By, Entry, Kind, LogLine
from widget.domain.errors import FieldError, Malformed
from widget.store.database import Database, Session
from widget.store.keys import KeyRing
from widget.store.tables import AuditRow, EventRow

EMAIL = "audit.email"
PAGE_SIZE = 50
_BATCH = 1000
#: A decision that left the status as it was: an edit, a mark, reports looked at.
NOTED = "noted"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})\.([01])\.([0-9]{1,18})")
#: Written as the condition of the indexes is, or SQLite wouldn't use them.
_BY_SOMEBODY = EventRow.actor != literal_column("'pipeline'")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the log: when, an entry (1) or a decision (0), and its id."""

    at: datetime
    source: int
    id: int

    @property
    def text(self) -> str:
        """Return the place as an address carries it."""
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.source}.{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which lines are asked for, the newest first; without a site those of the whole server."""

    site_id: int | None = None
    actors: Sequence[str] = ()
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines, and where the next page begins."""

    lines: Sequence[LogLine]
    after: Place | None


def write(session: Session, keys: KeyRing, entry: Entry, now: datetime) -> None:
    """Write an entry in the transaction of what it tells of: both are kept, or neither."""
    session.add(
        AuditRow(
            at=now,
            actor=entry.by.actor,
            kind=KIND_OF[entry.action],
            action=entry.action,
            site_id=entry.site_id,
            target=entry.target,
            email=keys.encrypt(entry.email, EMAIL) if entry.email else None,
            details=dict(entry.details),
            address=entry.by.address,
        )
    )


def resumed(by: By, site_id: int, plugin: str) -> Entry:
    """Return the entry that somebody had a paused plugin asked again."""
    return Entry(
        action=Action.PLUGIN_RESUMED,
        by=by,
        site_id=site_id,
        target=f"plugin:{plugin}",
        details={"plugin": plugin},
    )


def place_of(text: str) -> Place | None:
    """Return the place that an address carries, ``None`` for an empty one.

    Raises:
        Malformed: for anything that isn't one.
    """
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        at = _EPOCH + timedelta(microseconds=int(found[1]))
    except (ValueError, OverflowError) as error:
        raise Malformed([FieldError("after", "This is not a place in the log.")]) from error
    return Place(at, int(found[2]), int(found[3]))


def log_page(session: Session, keys: KeyRing, query: LogQuery, size: int = PAGE_SIZE) -> LogPage:
    """Return a page of the log. Each of both tables gives as much as a page, by an index."""
    both = heapq.merge(
        _entries(session, keys, query, size + 1),
        _decisions(session, query, size + 1),
        key=lambda pair: (pair[0].at, pair[0].source, pair[0].id),
        reverse=True,
    )
    found = list(islice(both, size + 1))
    lines = [line for _, line in found[:size]]
    return LogPage(lines, found[size - 1][0] if len(found) > size else None)


def log_of(
    session: Session, keys: KeyRing, target: str, actions: Sequence[Action], limit: int
) -> list[LogLine]:
    """Return what was done to one target, the newest first, as far as the log still has it."""
    rows = session.scalars(
        select(AuditRow)
        .where(AuditRow.target == target, AuditRow.action.in_(actions))
        .order_by(AuditRow.id.desc())
        .limit(limit)
    )
    return [_line_of_entry(keys, row) for row in rows]


def actors_of(session: Session, site_id: int | None) -> list[str]:
    """Return everybody who is in the log of a site, or of the server."""
    found: set[str] = set()
    for table, only in ((AuditRow, []), (EventRow, [_BY_SOMEBODY])):
        own = [*only, table.site_id == site_id] if site_id is not None else only
        # From one to the next along the index, however many lines each has.
        actor: str | None = ""
        while actor is not None:
            following = select(table.actor).where(table.actor > actor, *own)
            actor = session.scalar(following.order_by(table.actor).limit(1))
            if actor is not None:
                found.add(actor)
    return sorted(found)


def _entries(
    session: Session, keys: KeyRing, query: LogQuery, size: int
) -> Iterator[tuple[Place, LogLine]]:
    if query.kind is Kind.COMMENTS:
        return
    asked = _filtered(select(AuditRow), AuditRow, query, 1)
    if query.kind is not None:
        asked = asked.where(AuditRow.kind == query.kind)
    for row in session.scalars(asked.limit(size)):
        yield Place(row.at, 1, row.id), _line_of_entry(keys, row)


def _decisions(session: Session, query: LogQuery, size: int) -> Iterator[tuple[Place, LogLine]]:
    if query.kind not in (None, Kind.COMMENTS):
        return
    asked = _filtered(select(EventRow).where(_BY_SOMEBODY), EventRow, query, 0)
    for row in session.scalars(asked.limit(size)):
        yield Place(row.at, 0, row.id), _line_of_decision(row)


def _filtered(
    asked: Select[Any], table: type[AuditRow] | type[EventRow], query: LogQuery, source: int
) -> Select[Any]:
    wanted: list[ColumnElement[bool]] = []
    if query.site_id is not None:
        wanted.append(table.site_id == query.site_id)
    if len(query.actors) == 1:
        wanted.append(table.actor == query.actors[0])
    elif query.actors:
        wanted.append(table.actor.in_(query.actors))
    if query.since is not None:
        wanted.append(table.at >= query.since)
    if query.until is not None:
        wanted.append(table.at < query.until)
    if query.after is not None:
        wanted.append(_beyond(table, query.after, source))
    return asked.where(*wanted).order_by(table.at.desc(), table.id.desc())


def _beyond(
    table: type[AuditRow] | type[EventRow], place: Place, source: int
) -> ColumnElement[bool]:
    """Return what is older than a place; ``at <=`` by itself lets an index begin there."""
    if source < place.source:
        return table.at <= place.at
    if source > place.source:
        return table.at < place.at
    same = and_(table.at == place.at, table.id < place.id)
    return and_(table.at <= place.at, or_(table.at < place.at, same))


def _line_of_entry(keys: KeyRing, row: AuditRow) -> LogLine:
    return LogLine(
        id=row.id,
        at=row.at,
        actor=row.actor,
        kind=Kind(row.kind),
        action=row.action,
        site_id=row.site_id,
        target=row.target,
        email=keys.decrypt(row.email, EMAIL) if row.email else None,
        details=row.details,
        address=row.address,
    )


def _line_of_decision(row: EventRow) -> LogLine:
    details = {"before": row.before, "reason": row.reason or None, "undoes": row.undoes}
    return LogLine(
        id=row.id,
        at=row.at,
        actor=row.actor,
        kind=Kind.COMMENTS,
        action=NOTED if row.before == row.after else row.after,
        site_id=row.site_id,
        target=f"comment:{row.comment_id}",
        details={name: value for name, value in details.items() if value is not None},
    )


def whole_log(database: Database, keys: KeyRing, query: LogQuery) -> Iterator[LogLine]:
    """Return every line that is asked for, in transactions of a page each: none stays open."""
    while True:
        with database.read() as session:
            page = log_page(session, keys, query, _BATCH)
        yield from page.lines
        if page.after is None:
            return
        query = replace(query, after=page.after)
