"""The schema that migrations make is the one that the program means, however they are run."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from tests.integration.conftest import Run
from tests.live import LiveServer
from widget import paths
from widget.domain.errors import ConfigurationError
from widget.store import schema
from widget.store.database import Database, connect
from widget.store.tables import Base


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return connect(Flask("test"), f"sqlite:///{tmp_path / 'x.sqlite'}")


def test_the_migrated_schema_is_the_tables_as_declared(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.engine.connect() as connection:
        options = {"compare_type": True, "include_name": _is_declared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    empty.engine.dispose()


def _is_declared(name: str | None, _type: str, _parents: object) -> bool:
    """Leave out the search index: what it is made of differs from database to database."""
    return not (name or "").startswith("comment_search")


def test_partial_indexes_are_there_as_declared_too(empty: Database, tmp_path: Path) -> None:
    schema.upgrade(empty)
    empty.engine.dispose()
    declared = connect(Flask("other"), f"sqlite:///{tmp_path / 'declared.sqlite'}")
    Base.metadata.create_all(declared.engine)
    declared.engine.dispose()
    assert indexes(tmp_path / "x.sqlite") == indexes(tmp_path / "declared.sqlite")


def indexes(path: Path) -> dict[str, str]:
    """Return each index and how it was made."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with sqlite3.connect(path) as database:
        rows = database.execute(query).fetchall()
    database.close()
    return {name: " ".join(sql.replace('"', "").lower().split()) for name, sql in rows}


def test_the_newest_migration_is_the_one_that_the_others_lead_to() -> None:
    assert ScriptDirectory(str(paths.MIGRATIONS)).get_heads() == [schema.head()]


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    assert schema.current(empty) is None
    schema.upgrade(empty)
    schema.upgrade(empty)
    assert schema.current(empty) == schema.head()
    empty.engine.dispose()


def test_a_schema_of_a_newer_version_is_refused_and_left_alone(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_future'")
    with pytest.raises(ConfigurationError, match="9999_future of a newer version"):
        schema.upgrade(empty)
    assert schema.current(empty) == "9999_future"
    empty.engine.dispose()


@pytest.mark.embedded
def test_a_command_on_a_newer_schema_is_one_clear_line(run: Run, home: Path) -> None:
    assert run("db", "upgrade").code == 0
    with sqlite3.connect(home / "comments.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_future'")
    database.close()
    done = run("site", "list")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "newer version" in done.err


def test_processes_that_start_at_once_on_an_empty_folder_all_get_there(tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "home")
    line = [sys.executable, "-m", "widget", "db", "upgrade"]
    started = [
        subprocess.Popen(line, env=server.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    outputs = [process.communicate()[0].decode() for process in started]
    assert [process.returncode for process in started] == [0] * 2, outputs
    database = connect(Flask("test"), f"sqlite:///{server.home / 'comments.sqlite'}")
    assert schema.current(database) == schema.head()
    database.engine.dispose()
