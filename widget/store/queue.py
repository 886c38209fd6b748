"""The moderation queue: a site's comments by status, with all that a moderator decides by."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from widget.domain.comment import Comment, Event, Status
from widget.domain.errors import NotFound
from widget.domain.search import Search
from widget.domain.thread import Thread
from widget.domain.trail import TrailEntry
from widget.store import moves, reactions, threads, trails
from widget.store.comments import GONE, comment_of
from widget.store.database import Session
from widget.store.earlier import Earlier, earlier_by_author
from widget.store.keys import KeyRing
from widget.store.reactions import Flag
from widget.store.searching import Asked, matching
from widget.store.tables import CommentRow
from widget.store.trails import Record

PAGE_SIZE = 25
#: Counting stops here: "999+" is as good as the number, and stays quick at any size.
COUNT_LIMIT = 1000
#: The list of what readers have reported, whatever its status.
FLAGGED = "flagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """Which comments of a site: of one status or of all, in the order in which they came.

    ``flagged`` asks for those that readers have reported, of any status. ``after`` is the last
    comment of the page before. ``search`` narrows the list.
    """

    site_id: int
    status: Status | None
    flagged: bool = False
    newest_first: bool = True
    after: int | None = None
    search: Search = Search()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A comment with its page, what it answers, its whole trail, and its author's earlier ones."""

    comment: Comment
    thread: Thread
    parent: Comment | None
    judgements: Sequence[Sequence[TrailEntry]]
    events: Sequence[Event]
    records: Sequence[Record]
    flags: Sequence[Flag] = ()
    earlier: Earlier | None = None
    path: moves.Path = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue; ``after`` is where the next begins, ``None`` on the last."""

    items: Sequence[QueueItem]
    after: int | None


def queue_page(
    session: Session, keys: KeyRing, query: QueueQuery, limit: int = PAGE_SIZE
) -> QueuePage:
    """Return a page of the queue. Its cost doesn't grow with the queue.

    Edits that wait belong to the pending ones, although their comments are published. The first
    page begins with those whose authors ask for a review, at most ``limit`` of them. What is
    looked for comes in its order alone.
    """
    if not query.search.is_empty:
        return _found_page(session, keys, query, limit)
    asked = list(session.scalars(_asked(query, limit)))
    ids: set[int] = set()
    for part in _parts_of(query):
        ids.update(session.scalars(_ids(query, part, asked).limit(limit + 1)))
    ordered = sorted(ids, reverse=query.newest_first)
    shown = ordered[:limit]
    first = asked if query.after is None else []
    items = _items(session, keys, [*first, *shown])
    return QueuePage(items=items, after=shown[-1] if len(ordered) > limit else None)


def _found_page(session: Session, keys: KeyRing, query: QueueQuery, limit: int) -> QueuePage:
    ids = list(session.scalars(found_ids(session, query).limit(limit + 1)))
    shown = ids[:limit]
    items = _items(session, keys, shown)
    return QueuePage(items=items, after=shown[-1] if len(ids) > limit else None)


def found_ids(session: Session, query: QueueQuery) -> Select[int]:
    """Return the query for the comments that a search finds, in the order of the list."""
    found, column = matching(session, asked_of(query))
    if query.after is not None:
        found = found.where(column < query.after if query.newest_first else column > query.after)
    return found.order_by(column.desc() if query.newest_first else column)


def count_found(session: Session, query: QueueQuery, most: int) -> int:
    """Return how many comments a search finds, ``most`` if they are more."""
    found, _ = matching(session, asked_of(query))
    return session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0


def last_id(session: Session) -> int:
    """Return the newest comment of all sites, 0 where there is none."""
    return session.scalar(select(func.max(CommentRow.id))) or 0


def asked_of(query: QueueQuery) -> Asked:
    """Return what a query looks for, without its order and place."""
    return Asked(
        site_id=query.site_id, status=query.status, flagged=query.flagged, search=query.search
    )


def queue_item(session: Session, keys: KeyRing, site_id: int, comment_id: int) -> QueueItem:
    """Return one comment of a site as the queue shows it.

    Raises:
        NotFound: where there is none of that id on this site.
    """
    row = session.get(CommentRow, comment_id)
    if row is None or row.site_id != site_id:
        raise NotFound(GONE)
    return _items(session, keys, [comment_id])[0]


def is_on_site(session: Session, comment_id: int, site_id: int) -> bool:
    """Tell whether a comment of that id is the site's."""
    row = session.get(CommentRow, comment_id)
    return row is not None and row.site_id == site_id


def queue_counts(session: Session, site_id: int) -> dict[str, int]:
    """Return how many comments each list has, by status and flagged, up to ``COUNT_LIMIT``."""
    counts: dict[str, int] = {}
    lists = {status.value: QueueQuery(site_id=site_id, status=status) for status in Status}
    lists[FLAGGED] = QueueQuery(site_id=site_id, status=None, flagged=True)
    for name, query in lists.items():
        total = 0
        for part in _parts_of(query):
            some = (
                select(CommentRow.id)
                .where(CommentRow.site_id == site_id, part)
                .limit(COUNT_LIMIT)
                .subquery()
            )
            total += session.scalar(select(func.count()).select_from(some)) or 0
        counts[name] = min(total, COUNT_LIMIT)
    return counts


def _asked(query: QueueQuery, limit: int) -> Select[int]:
    """Return the comments of a list whose authors wait for a review."""
    column = CommentRow.id
    found = select(column).where(
        CommentRow.site_id == query.site_id,
        CommentRow.review_asked.is_not(None),
        CommentRow.review_settled.is_(None),
        CommentRow.status == query.status if query.status else true(),
        CommentRow.flag_count > 0 if query.flagged else true(),
    )
    return found.order_by(column.desc() if query.newest_first else column).limit(limit)


def _parts_of(query: QueueQuery) -> list[ColumnElement[bool]]:
    """Return conditions each of which an index answers in the order of ids."""
    if query.flagged:
        return [CommentRow.flag_count > 0]
    status = query.status
    parts = [CommentRow.status == one for one in Status if status in (None, one)]
    if status is Status.PENDING:
        waiting = CommentRow.proposed_source.is_not(None)
        # An expression, so that SQLite goes by the few edits that wait and not by the many
        # published comments: with a million of them that is 2 ms instead of 200.
        is_published = func.coalesce(CommentRow.status, "") == Status.PUBLISHED
        parts.append(and_(waiting, is_published))
    return parts


def _ids(query: QueueQuery, part: ColumnElement[bool], but: Sequence[int]) -> Select[int]:
    column = CommentRow.id
    found = select(column).where(CommentRow.site_id == query.site_id, part)
    if but:
        found = found.where(column.not_in(but))
    if query.after is not None:
        found = found.where(column < query.after if query.newest_first else column > query.after)
    return found.order_by(column.desc() if query.newest_first else column)


def _items(session: Session, keys: KeyRing, ids: Sequence[int]) -> list[QueueItem]:
    rows = {row.id: row for row in session.scalars(_by_id(ids))}
    parent_ids = [row.parent for row in rows.values() if row.parent is not None]
    parents = {row.id: comment_of(row, keys) for row in session.scalars(_by_id(parent_ids))}
    pages = threads.threads_by_id(session, {row.thread_id for row in rows.values()})
    judgements = trails.judgements_by_comment(session, ids)
    events = trails.events_by_comment(session, ids)
    records = trails.records_by_comment(session, ids)
    flags = reactions.flags_by_comment(session, ids)
    earlier = earlier_by_author(session, list(rows.values()))
    paths = moves.paths_of(session, ids)
    return [
        QueueItem(
            comment=comment_of(rows[one], keys),
            thread=pages[rows[one].thread_id],
            parent=parents.get(rows[one].parent or 0),
            judgements=judgements.get(one, []),
            events=events.get(one, []),
            records=records.get(one, []),
            flags=flags.get(one, []),
            earlier=earlier.get(one),
            path=paths.get(one, []),
        )
        for one in ids
        if one in rows
    ]


def _by_id(ids: Sequence[int]) -> Select[CommentRow]:
    return select(CommentRow).where(CommentRow.id.in_(list(ids)))
