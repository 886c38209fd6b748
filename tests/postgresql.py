"""A real PostgreSQL server for the tests, started by them and gone with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
from flask import Flask

#: Where a test process finds the server of all of them.
FOLDER = "TESTS_POSTGRESQL"
_NAMES = count()
_TEMPLATE = "migrated"
_LOCK = 1
#: It never syncs, nor writes more than it must: a test needs no power cut.
_OPTIONS = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal"
    " -c max_wal_senders=0 -c autovacuum=off -c max_connections=400 -c shared_buffers=64MB"
    " -c checkpoint_timeout=1h -c max_wal_size=4GB"
)
#: As it comes, for what is measured: it syncs.
AS_SHIPPED = ""


class PostgreSQL:
    """A server that listens on a socket in a folder of its own; hands out databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = str(os.getpid())

    def new_database(self, *, empty: bool = False) -> str:
        """Return the URL of a database with today's schema, or of an empty one."""
        name = f"test_{self._name}_{next(_NAMES)}"
        with closing(self._connect()) as connection:
            if empty:
                connection.execute(f"CREATE DATABASE {name}")
            else:
                self._make_template(connection)
                # Copying files is quicker than writing each page to the log.
                connection.execute(
                    f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy"
                )
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = url.removeprefix("postgresql://postgres@/").partition("?")[0]
        with closing(self._connect()) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url_of(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        )

    def _make_template(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Migrate a database once; each new one is a copy of it."""
        known = f"SELECT 1 FROM pg_database WHERE datname = '{_TEMPLATE}'"
        if connection.execute(known).fetchone():
            return
        # Imported here: what is tested is not to be loaded before its coverage is measured.
        from widget.store import schema
        from widget.store.database import connect

        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if not connection.execute(known).fetchone():
            connection.execute(f"CREATE DATABASE {_TEMPLATE}_yet")
            database = connect(Flask("template"), self.url_of(f"{_TEMPLATE}_yet"))
            schema.upgrade(database)
            database.engine.dispose()
            connection.execute(f"ALTER DATABASE {_TEMPLATE}_yet RENAME TO {_TEMPLATE}")
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def running_postgresql(options: str = _OPTIONS) -> Iterator[PostgreSQL]:
    """Start a server and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cw-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        _run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-N")
        listen = f"-k {folder} -h '' {options}"
        log = str(folder / "log")
        _run("pg_ctl", "-D", str(data), "-o", listen, "-l", log, "-w", "start")
        try:
            yield PostgreSQL(folder)
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def shared_postgresql() -> Iterator[PostgreSQL]:
    """Return the server of all test processes: the first that asks starts it, before the others."""
    if FOLDER in os.environ:
        yield PostgreSQL(Path(os.environ[FOLDER]))
        return
    with running_postgresql() as server:
        os.environ[FOLDER] = str(server._folder)
        try:
            yield server
        finally:
            del os.environ[FOLDER]


def _run(program: str, *arguments: str) -> None:
    command = [_program(program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise AssertionError(f"{program} failed: {done.stderr}{done.stdout}")


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = shutil.which(name) or (str(found[-1]) if found else None)
    if path is None:
        raise AssertionError(f"{name} is not installed: make test-tools installs it")
    return path
