"""The search index: the words and tags that each comment is found by, kept as comments change.

SQLite keeps them in an FTS5 table, PostgreSQL as a ``tsvector``; both get the words as
``domain.search`` cuts them. Who adds a comment says so (``begins``), and who changes what it is
found by says so as well (``touches``); at the end of the transaction the index follows, in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from sqlalchemy import Integer, MetaData, Table, Text, column, insert, select, table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.event import listen
from sqlalchemy.schema import Column

from widget.domain.comment import PIPELINE, Event, Status
from widget.domain.search import MAX_WORDS, Indexed, day_tags, hosts_in, joined, tag, words_in
from widget.domain.trail import Mode, TrailEntry
from widget.store.database import Session
from widget.store.day_counts import OBJECTIONS
from widget.store.tables import CommentRow, EventRow, TrailRow
from widget.store.trail_rows import entry_of

FLAGGED = "flagged"
POLICY = "policy"
#: SQLite's table; its row id is the comment's.
FTS5 = table(
    "comment_search",
    column("rowid", Integer),
    column("body", Text),
    column("author", Text),
    column("reason", Text),
    column("tags", Text),
)
#: PostgreSQL's; not among the tables of the models, as there is none such on SQLite.
VECTORS = Table(
    "comment_search",
    MetaData(),
    Column("comment_id", Integer, primary_key=True),
    Column("words", TSVECTOR, nullable=False),
)
_TOUCHED = "search_index"
#: PostgreSQL counts positions up to this, and takes any that is greater for it.
_LAST_POSITION = 16_383
#: Between the fields of one comment, so that no phrase reaches from one into the next.
_GAP = 20
#: Comments whose rows are read in one query.
_BATCH = 500


@dataclass(slots=True)
class _New:
    """A comment that is new in a transaction, and what was said of it there."""

    row: CommentRow
    entries: list[TrailEntry] = field(default_factory=list)
    reason: str = ""


@dataclass(slots=True)
class _Touched:
    """What a transaction changes of the index."""

    new: dict[int, _New] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)


def begins(session: Session, row: CommentRow) -> None:
    """Say that a comment is new in this transaction: it needn't be looked at again."""
    _touched(session).new[row.id] = _New(row)


def is_new(session: Session, comment_id: int) -> bool:
    """Tell whether a comment was begun in this transaction."""
    return comment_id in _touched(session).new


def touches(session: Session, comment_id: int) -> None:
    """Say that what a comment is found by changes in this transaction."""
    touched = _touched(session)
    if comment_id not in touched.new:
        touched.ids.add(comment_id)


def judged(session: Session, comment_id: int, entries: Iterable[TrailEntry]) -> None:
    """Say what was added to the trail of a comment."""
    new = _touched(session).new.get(comment_id)
    if new is None:
        touches(session, comment_id)
    else:
        new.entries.extend(entries)


def decided(session: Session, event: Event) -> None:
    """Say which event was added to a comment."""
    new = _touched(session).new.get(event.comment_id)
    if new is not None and event.actor == PIPELINE:
        new.reason = event.reason
    elif new is None:
        touches(session, event.comment_id)


def index(session: Session, ids: Sequence[int]) -> None:
    """Index some comments as they are now; one that is gone is left out."""
    for begin in range(0, len(ids), _BATCH):
        batch = ids[begin : begin + _BATCH]
        rows = session.scalars(select(CommentRow).where(CommentRow.id.in_(batch))).all()
        entries, reasons = _last_entries(session, batch), _policy_reasons(session, batch)
        _put(
            session,
            [(row.id, _indexed(row, entries[row.id], reasons.get(row.id, ""))) for row in rows],
        )


def index_below(session: Session, below: int, limit: int) -> int | None:
    """Index the newest comments below an id; return the last one's, ``None`` where none was."""
    ids = session.scalars(
        select(CommentRow.id)
        .where(CommentRow.id < below)
        .order_by(CommentRow.id.desc())
        .limit(limit)
    ).all()
    index(session, ids)
    return ids[-1] if ids else None


def _touched(session: Session) -> _Touched:
    if _TOUCHED not in session.info:
        session.info[_TOUCHED] = _Touched()
        listen(session, "before_commit", _write)
    touched: _Touched = session.info[_TOUCHED]
    return touched


def _write(session: Session) -> None:
    """Bring the index up to what this transaction has changed."""
    touched = _touched(session)
    if session.in_nested_transaction() or not (touched.new or touched.ids):
        return
    session.flush()
    _put(
        session,
        [(one, _indexed(new.row, new.entries, new.reason)) for one, new in touched.new.items()],
    )
    index(session, sorted(touched.ids))
    session.info[_TOUCHED] = _Touched()


def _indexed(row: CommentRow, entries: Iterable[TrailEntry], reason: str) -> Indexed:
    """Return what a comment is found by; ``reason`` is the pipeline's last."""
    objecting = {
        entry.plugin: entry.reason
        for entry in entries
        if entry.mode is Mode.ON and entry.outcome in OBJECTIONS
    }
    reasons = list(objecting.values())
    if not objecting and _is_of_policy(reason):
        objecting, reasons = {POLICY: reason}, [reason]
    return Indexed(
        body=words_in(f"{row.source}\n{row.proposed_source or ''}")[:MAX_WORDS],
        author=words_in(f"{row.name or ''} {row.website or ''}"),
        reason=words_in("\n".join(reasons))[:MAX_WORDS],
        tags=[*_tags(row), *(tag("plugin", name) for name in objecting)],
    )


def _tags(row: CommentRow) -> Iterator[str]:
    yield tag("site", row.site_id)
    yield tag("thread", row.thread_id)
    yield tag("status", row.status)
    if row.proposed_source is not None and row.status == Status.PUBLISHED:
        # An edit that waits is among what waits, although its comment is public.
        yield tag("status", Status.PENDING)
    if row.flag_count:
        yield FLAGGED
    yield from day_tags(row.created.astimezone(UTC).date())
    for host in hosts_in(row.html + (row.proposed_html or ""), row.website):
        yield host_tag(host)


def host_tag(host: str) -> str:
    """Return the tag of a host; what is between its dots is no word of its own."""
    return tag("host", host.casefold().encode().hex())


def _is_of_policy(reason: str) -> bool:
    return reason.startswith(f"{POLICY}:")


def _last_entries(session: Session, ids: Sequence[int]) -> dict[int, list[TrailEntry]]:
    """Return each plugin's last entry on the trails of some comments."""
    rows = session.scalars(
        select(TrailRow).where(TrailRow.comment_id.in_(ids)).order_by(TrailRow.id)
    )
    found: dict[int, dict[str, TrailEntry]] = defaultdict(dict)
    for row in rows:
        found[row.comment_id][row.plugin] = entry_of(row)
    return defaultdict(list, {one: list(entries.values()) for one, entries in found.items()})


def _policy_reasons(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(EventRow.comment_id, EventRow.reason)
        .where(EventRow.comment_id.in_(ids), EventRow.actor == PIPELINE)
        .order_by(EventRow.id)
    )
    return {comment_id: reason for comment_id, reason in rows}


def _put(session: Session, found: Sequence[tuple[int, Indexed]]) -> None:
    """Write what some comments are found by, in place of what was there."""
    if not found:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.execute(
            insert(FTS5).prefix_with("OR REPLACE"),
            [
                {
                    "rowid": one,
                    "body": joined(indexed.body),
                    "author": joined(indexed.author),
                    "reason": joined(indexed.reason),
                    "tags": joined(indexed.tags),
                }
                for one, indexed in found
            ],
        )
        return
    put = pg_insert(VECTORS)
    session.execute(
        put.on_conflict_do_update(
            index_elements=[VECTORS.c.comment_id], set_={"words": put.excluded.words}
        ),
        [{"comment_id": one, "words": _vector(indexed)} for one, indexed in found],
    )


def _vector(indexed: Indexed) -> str:
    """Return the literal of a ``tsvector``: authors weigh A, reasons B, tags C, texts D."""
    parts, position = [], 0
    for weight, words in (
        ("A", indexed.author),
        ("B", indexed.reason),
        ("C", indexed.tags),
        ("D", indexed.body),
    ):
        for word in words:
            position += 1
            parts.append(f"'{word}':{min(position, _LAST_POSITION)}{weight}")
        position += _GAP
    return " ".join(parts)
