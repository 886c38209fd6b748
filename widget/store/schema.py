"""Run and check the migrations."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from widget import paths
from widget.domain.errors import ConfigurationError
from widget.store.database import BUSY_TIMEOUT_S, WRITES, Database

#: PostgreSQL advisory lock: two nodes that upgrade at once take turns.
_LOCK = 7_220_551
#: How long a process waits for another one that upgrades SQLite's database, milliseconds.
_WAIT_MS = 600_000


def upgrade(database: Database) -> None:
    """Bring the schema to this version's; does nothing where it is there already.

    Raises:
        ConfigurationError: where the database was written by a newer version, or can't be used.
    """
    with _opened(database) as plain, _patience(database, plain):
        connection = plain.execution_options(**WRITES)
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _refuse_newer(connection)
            if _current(connection) != head():
                command.upgrade(_alembic(connection), "head")


@contextmanager
def _patience(database: Database, connection: Connection) -> Iterator[None]:
    """Let SQLite wait: whoever upgrades first may have much to do."""
    if not database.is_sqlite:
        yield
        return
    _set_wait(connection, _WAIT_MS)
    try:
        yield
    finally:
        _set_wait(connection, BUSY_TIMEOUT_S * 1000)


def _set_wait(connection: Connection, milliseconds: int) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
    connection.rollback()


def current(database: Database) -> str | None:
    """Return the revision that the database has, ``None`` where it has no schema."""
    with _opened(database) as connection:
        return _current(connection)


def head() -> str:
    """Return the revision that this version needs."""
    revision = _scripts().get_current_head()
    if revision is None:
        raise ConfigurationError("There are no migrations: the installation is incomplete.")
    return revision


@contextmanager
def _opened(database: Database) -> Iterator[Connection]:
    try:
        with database.engine.connect() as connection:
            yield connection
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise ConfigurationError(f"The database can't be used: {reason}.") from error


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(connection: Connection) -> None:
    revision = _current(connection)
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigurationError(
            f"The database has the schema {revision} of a newer version; install that version."
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(paths.MIGRATIONS))


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.attributes["connection"] = connection
    return config
