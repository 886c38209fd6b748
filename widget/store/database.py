"""The engine, and transactions that read or write."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from widget.domain.errors import Busy, ConfigurationError
from widget.domain.words import say
from widget.store.tables import Base

__all__ = ["WRITES", "Database", "Session", "connect"]

BUSY_TIMEOUT_S = 5
#: The execution option of a transaction that writes.
WRITES = {"comment_widget_writes": True}
_BUSY = say("The server is busy. Nothing was lost; please try again in a moment.")


class Database:
    """Hands out transactions. ``read`` never waits for ``write``, nor the other way round."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that reads.

        Raises:
            Busy: where the database can't be reached.
        """
        try:
            with self._sessions() as session:
                yield session
        except (OperationalError, PoolTimeout) as error:
            raise Busy(_BUSY) from error

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that writes; it is committed at the end of the block.

        SQLite has one writer at a time: the writers of this process take turns in order, and
        each begins with ``BEGIN IMMEDIATE``, so that what it read can't have changed when it
        writes.

        Raises:
            Busy: where another process holds the database, or it can't be reached.
        """
        if self.is_sqlite and not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise Busy(_BUSY)
        try:
            with self._sessions() as session:
                session.connection(execution_options=WRITES)
                yield session
                session.commit()
        except (OperationalError, PoolTimeout) as error:
            raise Busy(_BUSY) from error
        finally:
            if self.is_sqlite:
                self._turn.release()

    def is_reachable(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self.read() as session:
                session.execute(text("SELECT 1"))
        except Busy:
            return False
        return True


def connect(app: Flask, url: str) -> Database:
    """Join Flask-SQLAlchemy to the application and return its database.

    The extension's own session isn't used: a transaction here says whether it writes, and
    belongs to a block, also outside a request.

    Raises:
        ConfigurationError: where the URL can't be read or its driver isn't installed.
    """
    options: dict[str, Any] = {"pool_pre_ping": not url.startswith("sqlite")}
    if url.startswith("sqlite"):
        options |= {"connect_args": {"timeout": BUSY_TIMEOUT_S}}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # What a statement carries, as names and texts of readers, belongs into no message or log.
    options |= {"pool_size": 16, "max_overflow": 64, "hide_parameters": True}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    try:
        extension = SQLAlchemy(app, metadata=Base.metadata)
        with app.app_context():
            engine = extension.engine
    except (ArgumentError, ImportError) as error:
        # Neither error is quoted: what they couldn't read may hold a password.
        message = "database_url: this is no address of a database, or its driver is missing."
        raise ConfigurationError(message) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return Database(engine)


def _prepare_sqlite(engine: Engine) -> None:
    """Let readers and the writer pass each other, and begin transactions ourselves.

    Python's driver would begin one only at the first write: two that have read the same row
    then both write it, and one update is lost.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            # FULL: a commit that was acknowledged survives a power cut, too.
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = WRITES.items() <= connection.get_execution_options().items()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
