"""Which comments a search finds: one question to the index, in the words of each database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    cast,
    false,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from widget.domain.comment import Status
from widget.domain.search import Search, Term, phrase, span_tags, tag, terms_in
from widget.store.database import Session
from widget.store.search_index import FLAGGED, FTS5, VECTORS, host_tag
from widget.store.tables import CommentRow, ThreadRow

#: So many pages that fit are looked through; a search that fits more should say more.
_MAX_PAGES = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the index: of each list of tags one, and all of the terms."""

    tags: Sequence[Sequence[str]]
    text: Sequence[Term]
    reason: Sequence[Term]


@dataclass(frozen=True, slots=True)
class Found:
    """The index's ids and the condition that finds them."""

    id: ColumnElement[int]
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search on a site: in a status, or what readers have reported, or in everything."""

    site_id: int
    status: Status | None
    flagged: bool
    search: Search


def matching(session: Session, asked: Asked) -> tuple[Select[int], ColumnElement[int]]:
    """Return the query for the ids of the comments that a search finds, and its id column.

    The caller orders and limits it. An author's comments are few: they are found by who wrote
    them. All else is one question to the index, which has the answer in the order of ids.
    """
    if asked.search.is_by_author:
        column: ColumnElement[int] = CommentRow.__table__.c.id
        return _by_author(session, asked), column
    found = _found(session, _wanted(session, asked))
    return select(found.id).where(found.condition), found.id


def _by_author(session: Session, asked: Asked) -> Select[int]:
    search = asked.search
    query = select(CommentRow.id).where(
        CommentRow.site_id == asked.site_id, _of_author(session, asked.site_id, search)
    )
    if asked.flagged:
        query = query.where(CommentRow.flag_count > 0)
    if asked.status is not None:
        query = query.where(CommentRow.status == asked.status)
    if search.since:
        query = query.where(CommentRow.created >= _midnight(search.since))
    if search.until:
        query = query.where(CommentRow.created < _midnight(search.until + timedelta(days=1)))
    if search.thread is not None:
        query = query.where(CommentRow.thread_id == search.thread)
    if any((search.text, search.plugin, search.reason, search.host, search.page)):
        bare = replace(search, author=None, author_hash="", since=None, until=None)
        found = _found(session, _wanted(session, replace(asked, search=bare)))
        query = query.where(
            select(found.id).where(found.id == CommentRow.id, found.condition).exists()
        )
    return query


def _wanted(session: Session, asked: Asked) -> Wanted:
    search = asked.search
    tags = [[tag("site", asked.site_id)]]
    if asked.status is not None:
        tags.append([tag("status", asked.status)])
    if asked.flagged:
        tags.append([FLAGGED])
    if search.thread is not None:
        tags.append([tag("thread", search.thread)])
    if search.page:
        pages = pages_like(session, asked.site_id, search.page)
        tags.append([tag("thread", one) for one in pages])
    if search.plugin:
        tags.append([tag("plugin", search.plugin)])
    if search.host:
        tags.append([host_tag(search.host)])
    if search.since or search.until:
        tags.append(span_tags(search.since, search.until, datetime.now(UTC).date()))
    return Wanted(tags, terms_in(search.text), phrase(search.reason))


def pages_like(session: Session, site_id: int, text: str) -> list[int]:
    """Return the threads of a site whose title or address has a text in it."""
    return list(
        session.scalars(
            select(ThreadRow.id)
            .where(
                ThreadRow.site_id == site_id,
                or_(
                    ThreadRow.title.icontains(text, autoescape=True),
                    ThreadRow.url.icontains(text, autoescape=True),
                ),
            )
            .order_by(ThreadRow.id.desc())
            .limit(_MAX_PAGES)
        )
    )


def _found(session: Session, wanted: Wanted) -> Found:
    """Return how the index of the session's database is asked."""
    if not all(wanted.tags):
        return Found(literal_column("0"), false())
    if session.get_bind().dialect.name == "sqlite":
        match = literal_column("comment_search").op("MATCH", is_comparison=True)
        return Found(FTS5.c.rowid, match(literal(_fts5(wanted))))
    match = VECTORS.c.words.op("@@", is_comparison=True)
    return Found(VECTORS.c.comment_id, match(cast(_tsquery(wanted), TSQUERY)))


def _of_author(session: Session, site_id: int, search: Search) -> ColumnElement[bool]:
    """Return the condition that a comment is by the author that a search means."""
    if search.author_hash:
        return or_(
            CommentRow.email_hash == search.author_hash,
            CommentRow.address_hash == search.author_hash,
        )
    row = session.get(CommentRow, search.author)
    if row is None or row.site_id != site_id:
        return false()
    if row.email_hash:
        return CommentRow.email_hash == row.email_hash
    if row.address_hash:
        return CommentRow.address_hash == row.address_hash
    return CommentRow.id == row.id


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _fts5(wanted: Wanted) -> str:
    """Return a question in the language of SQLite's FTS5."""
    all_tags = " AND ".join(
        "(" + " OR ".join(f'"{one}"' for one in options) + ")" for options in wanted.tags
    )
    parts = [f"tags : ({all_tags})"]
    parts += [f"{{body author}} : {_fts5_term(one)}" for one in wanted.text if not one.is_unwanted]
    parts += [f"reason : {_fts5_term(one)}" for one in wanted.reason]
    asked = " AND ".join(f"({part})" for part in parts)
    for one in wanted.text:
        if one.is_unwanted:
            asked = f"({asked}) NOT ({{body author}} : {_fts5_term(one)})"
    return asked


def _fts5_term(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.is_begun else ""}'


def _tsquery(wanted: Wanted) -> str:
    """Return a question in the language of PostgreSQL's ``tsquery``."""
    parts = ["(" + " | ".join(f"'{one}':C" for one in options) + ")" for options in wanted.tags]
    parts += [_tsquery_term(one, "AD") for one in wanted.text]
    parts += [_tsquery_term(one, "B") for one in wanted.reason]
    return " & ".join(parts)


def _tsquery_term(term: Term, weights: str) -> str:
    last = len(term.words) - 1
    words = [
        f"'{word}':{'*' if term.is_begun and place == last else ''}{weights}"
        for place, word in enumerate(term.words)
    ]
    return f"{'!' if term.is_unwanted else ''}({' <-> '.join(words)})"
