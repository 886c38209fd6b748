"""What a reader or a moderator waits for is answered by an index, however large a thread is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from widget.domain.comment import Status
from widget.domain.cursor import Cursor
from widget.domain.sweep import KnownBy
from widget.domain.thread_page import Sort
from widget.store import audit_log, authored, pages, queue, schema, thread_list, to_do
from widget.store.audit_log import LogQuery, Place
from widget.store.authored import Whose
from widget.store.database import Database, Session, connect
from widget.store.keys import KeyRing, load_keys
from widget.store.queue import QueueQuery
from widget.store.thread_list import ThreadQuery

THEN = datetime(2026, 1, 2, tzinfo=UTC)
Ask = Callable[[Session, KeyRing], object]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return an empty SQLite database: a plan doesn't depend on what is in it."""
    made = connect(Flask("test"), f"sqlite:///{tmp_path / 'x.sqlite'}")
    schema.upgrade(made)
    yield made
    made.engine.dispose()


def plans(
    database: Database,
    keys: KeyRing,
    ask: Ask,
    tables: tuple[str, ...] = ("comment",),
    but: tuple[str, ...] = (" IN (",),
) -> list[str]:
    """Return how SQLite answers the queries on some tables that a question makes."""
    asked: list[tuple[str, object]] = []

    def on_query(*parts: object) -> None:
        asked.append((str(parts[2]), parts[3]))

    with database.read() as session:
        event.listen(database.engine, "before_cursor_execute", on_query)
        ask(session, keys)
        event.remove(database.engine, "before_cursor_execute", on_query)
        connection = session.connection()
        return [
            " / ".join(
                row[3]
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)  # type: ignore[arg-type]  # as it came
            )
            for query, values in asked
            if any(f"FROM {table}" in query for table in tables)
            and not any(part in query for part in but)
        ]


@pytest.mark.parametrize("known_by", [KnownBy.EMAIL, KnownBy.ADDRESS])
def test_all_that_somebody_wrote_is_found_by_an_index_in_the_order_of_ids(
    database: Database, tmp_path: Path, known_by: KnownBy
) -> None:
    keys = load_keys(tmp_path, [])
    whose = Whose(site_id=1, known_by=known_by, hashes=("one",))
    held = frozenset({Status.PENDING})
    index = f"ix_comment_{known_by} (site_id=? AND {known_by}_hash=?"
    (some,) = plans(
        database,
        keys,
        lambda s, k: authored.next_batch(s, k, whose, held, (5, 99)),
        but=(),
    )
    assert f"{index} AND rowid>? AND rowid<?)" in some
    assert "TEMP B-TREE" not in some
    counted = plans(database, keys, lambda s, k: authored.look(s, k, [whose], 99), but=())
    several = replace(whose, hashes=("one", "two"))
    counted += plans(database, keys, lambda s, k: authored.look(s, k, [several], 99), but=())
    assert counted
    assert all(index in plan for plan in counted)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda s, k: pages.top_level(s, k, 1, Cursor(Sort.OLDEST), 26), "ix_comment_top"),
        (lambda s, k: pages.top_level(s, k, 1, Cursor(Sort.NEWEST), 26), "ix_comment_top"),
        (lambda s, k: pages.top_level(s, k, 1, Cursor(Sort.BEST), 26), "ix_comment_best"),
        (
            lambda s, k: pages.top_level(s, k, 1, Cursor(Sort.NEWEST, (THEN, 9)), 26),
            "ix_comment_top (thread_id=? AND created<?)",
        ),
        (
            lambda s, k: pages.top_level(s, k, 1, Cursor(Sort.BEST, (5, 9)), 26),
            "ix_comment_best (thread_id=? AND score<?)",
        ),
        (lambda s, k: pages.replies_after(s, k, 1, 9, 26), "ix_comment_replies"),
    ],
)
def test_a_page_of_a_thread_costs_what_it_shows(
    database: Database, tmp_path: Path, ask: Ask, index: str
) -> None:
    (plan,) = plans(database, load_keys(tmp_path, []), ask)
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_pinned_comments_are_found_without_reading_the_thread(
    database: Database, tmp_path: Path
) -> None:
    keys = load_keys(tmp_path, [])
    (plan,) = plans(database, keys, lambda s, k: pages.pinned(s, k, 1, Cursor(Sort.BEST)))
    assert "ix_comment_pinned" in plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (QueueQuery(site_id=1, status=None, flagged=True), "ix_comment_flagged"),
        (QueueQuery(site_id=1, status=Status.PENDING), "ix_comment_review"),
    ],
)
def test_a_page_of_the_queue_costs_what_it_shows(
    database: Database, tmp_path: Path, query: QueueQuery, index: str
) -> None:
    found = plans(database, load_keys(tmp_path, []), lambda s, k: queue.queue_page(s, k, query))
    assert any(index in plan for plan in found)
    assert not any("TEMP B-TREE" in plan or "SCAN" in plan for plan in found), found


@pytest.mark.parametrize(
    "query",
    [
        LogQuery(),
        LogQuery(site_id=1),
        LogQuery(actors=("person:1",)),
        LogQuery(site_id=1, since=THEN, until=THEN),
        LogQuery(site_id=1, after=Place(THEN, 1, 9)),
        LogQuery(after=Place(THEN, 0, 9)),
    ],
)
def test_a_page_of_the_log_costs_what_it_shows(
    database: Database, tmp_path: Path, query: LogQuery
) -> None:
    keys = load_keys(tmp_path, [])
    found = plans(database, keys, lambda s, k: audit_log.log_page(s, k, query), ("audit", "event"))
    assert len(found) == 2
    for plan in found:
        assert "INDEX ix_" in plan
        assert "TEMP B-TREE" not in plan, plan
        assert "SCAN" not in plan or query.site_id is None, plan


def test_the_pages_with_most_to_do_are_found_by_what_waits(
    database: Database, tmp_path: Path
) -> None:
    keys = load_keys(tmp_path, [])
    (plan,) = plans(database, keys, lambda s, k: to_do.pages_to_do(s, 1, 10))
    for index in ("ix_comment_waiting", "ix_comment_proposed", "ix_comment_flagged"):
        assert index in plan
    assert "SCAN comment" not in plan


@pytest.mark.parametrize("after", [None, (THEN, 9)])
def test_a_page_of_the_list_of_pages_costs_what_it_shows(
    database: Database, tmp_path: Path, after: tuple[datetime, int] | None
) -> None:
    query = ThreadQuery(site_id=1, after=after)
    keys = load_keys(tmp_path, [])
    (plan,) = plans(database, keys, lambda s, k: thread_list.list_threads(s, query), ("thread",))
    assert "ix_thread_active" in plan
    assert "TEMP B-TREE" not in plan
