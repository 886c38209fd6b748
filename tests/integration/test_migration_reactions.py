"""What was written before votes and numbers came is there afterwards, whole and numbered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import text

from widget import paths
from widget.store import audit, schema
from widget.store.database import WRITES, Database, connect

THEN = "2026-01-02 03:04:05"
COMMENTS = (
    # id, thread, parent, status, visible, replies, score
    (1, 1, None, "published", True, 1, 0),
    (2, 1, None, "pending", False, 0, 0),
    (3, 2, None, "published", True, 0, 5),
    (4, 1, 1, "published", True, 0, 0),
    (5, 1, None, "deleted", False, 0, 0),
    (6, 1, None, "published", True, 0, -2),
)


@pytest.fixture
def old(tmp_path: Path, new_database: Callable[..., str]) -> Iterator[Database]:
    """Return a database with the first schema and comments in it."""
    url = new_database(empty=True) or f"sqlite:///{tmp_path / 'old.sqlite'}"
    database = connect(Flask("test"), url)
    with database.engine.connect().execution_options(**WRITES) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(paths.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO site (id, key, title, hosts, settings, version, created)"
                f" VALUES (1, 'blog', 'Blog', '[]', '{{}}', 1, '{THEN}')"
            )
        )
        for thread, count in ((1, 3), (2, 1)):
            connection.execute(
                text(
                    "INSERT INTO thread (id, site_id, key, url, state, version, count, created)"
                    f" VALUES ({thread}, 1, 'url:{thread}', 'u', 'open', 4, {count}, '{THEN}')"
                )
            )
        for row in COMMENTS:
            _add(connection.execute, row)
    yield database
    database.engine.dispose()


def _add(execute: Callable[..., object], row: tuple[object, ...]) -> None:
    names = ("id", "thread", "parent", "status", "visible", "replies", "score")
    execute(
        text(
            "INSERT INTO comment (id, site_id, thread_id, parent, root, status, visible,"
            " reply_count, avatar, answers, source, html, created, score, pinned, featured)"
            " VALUES (:id, 1, :thread, :parent, :parent, :status, :visible, :replies, 'a', '{}',"
            f" 'Text.', '<p>Text.</p>', '{THEN}', :score, :no, :no)"
        ),
        {**dict(zip(names, row, strict=True)), "no": False},
    )
    execute(
        text(
            "INSERT INTO event (comment_id, after, actor, reason, at)"
            f" VALUES (:id, 'published', 'pipeline', '', '{THEN}')"
        ),
        {"id": row[0]},
    )


def test_published_comments_are_numbered_in_their_order_in_each_thread(old: Database) -> None:
    schema.upgrade(old)
    with old.read() as session:
        numbers = session.execute(text("SELECT id, number FROM comment ORDER BY id")).all()
        given = session.execute(text("SELECT id, numbered FROM thread ORDER BY id")).all()
    assert [tuple(row) for row in numbers] == [
        (1, 1), (2, None), (3, 1), (4, 2), (5, None), (6, 3),
    ]  # fmt: skip
    assert [tuple(row) for row in given] == [(1, 3), (2, 1)]


def test_nothing_is_lost_and_every_counter_is_right(old: Database) -> None:
    schema.upgrade(old)
    with old.read() as session:
        kept = session.execute(text("SELECT id, score FROM comment ORDER BY id")).all()
        events = session.execute(text("SELECT count(*) FROM event")).scalar()
        faults = audit.wrong_counts(session)
    assert [tuple(row) for row in kept] == [(row[0], row[6]) for row in COMMENTS]
    assert events == len(COMMENTS)
    assert faults == []
