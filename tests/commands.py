"""``comment-widget`` in a process of its own, forked from one that has its modules loaded already.

Loading them is most of what a command costs, and the tests run hundreds. Each command has its own
process, environment, folder and streams all the same.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.loaded"])


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def run_command(arguments: Sequence[str], env: Mapping[str, str], folder: Path) -> Done:
    """Run ``comment-widget`` with arguments, an environment and a working directory."""
    with tempfile.TemporaryDirectory() as streams:
        out, err = Path(streams, "out"), Path(streams, "err")
        wanted = (list(arguments), dict(env), str(folder), str(out), str(err))
        process = _FORKS.Process(target=_run, args=wanted)
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        return Done(code, out.read_text("utf-8"), err.read_text("utf-8"))


def _run(arguments: list[str], env: dict[str, str], folder: str, out: str, err: str) -> None:
    for path, stream in ((out, 1), (err, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    # As a Python that starts with this environment would have it.
    sys.path[:0] = [one for one in env.get("PYTHONPATH", "").split(os.pathsep) if one]
    sys.argv = ["comment-widget", *arguments]
    from widget.cli import main

    main()
