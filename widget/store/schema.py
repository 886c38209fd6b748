"""Run and check the migrations.

Which there are is read off the names of their files, and which one a database has from its table:
Alembic, which takes 10 MB and 0.1 s, is loaded only to run one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from widget import paths
from widget.domain.errors import ConfigurationError
from widget.store.database import BUSY_TIMEOUT_S, WRITES, Database

if TYPE_CHECKING:
    from alembic.config import Config

#: PostgreSQL advisory lock: two nodes that upgrade at once take turns.
_LOCK = 7_220_551
#: How long a process waits for another one that upgrades SQLite's database, milliseconds.
_WAIT_MS = 600_000


def upgrade(database: Database) -> None:
    """Bring the schema to this version's; does nothing where it is there already.

    Raises:
        ConfigurationError: where the database was written by a newer version, or can't be used.
    """
    if current(database) == head():
        return
    from alembic import command  # noqa: PLC0415  # see above

    with _opened(database) as plain, _patience(database, plain):
        connection = plain.execution_options(**WRITES)
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _refuse_newer(connection)
            if _current(connection) != head():
                command.upgrade(_alembic(connection), "head")


def make_current(database: Database, *, migrate: bool) -> None:
    """Make sure that the schema is this version's: ``migrate`` it, or refuse any other.

    Raises:
        ConfigurationError: where it is not.
    """
    if migrate:
        upgrade(database)
    elif current(database) != head():
        raise ConfigurationError(
            "The database needs an upgrade: run comment-widget db upgrade first."
        )


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
    return max(_revisions())


@contextmanager
def _opened(database: Database) -> Iterator[Connection]:
    try:
        with database.engine.connect() as connection:
            yield connection
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise ConfigurationError(f"The database can't be used: {reason}.") from error


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _refuse_newer(connection: Connection) -> None:
    revision = _current(connection)
    if revision is not None and revision not in _revisions():
        raise ConfigurationError(
            f"The database has the schema {revision} of a newer version; install that version."
        )


def _revisions() -> list[str]:
    """Return all revisions: each migration's file is named ``<revision>_<what it is about>.py``."""
    files = (paths.MIGRATIONS / "versions").glob("[0-9]*_*.py")
    found = [file.name.partition("_")[0] for file in files]
    if not found:
        raise ConfigurationError("There are no migrations: the installation is incomplete.")
    return found


def _alembic(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.attributes["connection"] = connection
    return config
