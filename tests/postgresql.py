"""A real PostgreSQL server for the tests, started by them and gone with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_NAMES = count()


class PostgreSQL:
    """A server that listens on a socket in a folder of its own; hands out empty databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        name = f"test_{next(_NAMES)}"
        _run("createdb", "-h", str(self._folder), "-U", "postgres", name)
        return f"postgresql://postgres@/{name}?host={self._folder}"


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """Start a server and stop it at the end. It never syncs: a test needs no power cut."""
    folder = Path(tempfile.mkdtemp(prefix="cw-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        _run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust")
        options = f"-k {folder} -h '' -c fsync=off -c max_connections=200"
        log = str(folder / "log")
        _run("pg_ctl", "-D", str(data), "-o", options, "-l", log, "-w", "start")
        try:
            yield PostgreSQL(folder)
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
