"""The wheel holds what the repository does, and works elsewhere."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import time
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.live import START_S, free_port
from tests.repository.files import ROOT, tracked_names

FOLDERS = ("widget", "plugins", "static", "migrations")
BUILT_IN = {
    "duplicates",
    "learned_spam",
    "webhook_check",
    "akismet",
    "rate_limit",
    "apprise",
    "closing",
    "cookie_consent",
    "email_privacy",
    "honeypot",
    "links",
    "words",
    "known_authors",
    "proof_of_work",
}


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own, with a folder to work in."""

    folder: Path
    bin: Path

    @property
    def command(self) -> str:
        return str(self.bin / "comment-widget")

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.env(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def env(self) -> dict[str, str]:
        return {"PATH": os.defpath, "COMMENT_WIDGET_HOME": str(self.folder / "home")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel, built by way of the source distribution from what git has."""
    checkout, made = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    for name in tracked_names():
        target = checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    # What git ignores lies about in every checkout, and is nobody else's business.
    (checkout / "plugins/__pycache__").mkdir()
    (checkout / "plugins/__pycache__/left.pyc").write_bytes(b"left over")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(made), str(checkout)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False)
    python = str(folder / "venv/bin/python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--isolated"]
    install = [*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (packages,) = (folder / "venv/lib").glob("*/site-packages")
    # A path, not a copy: what .pth files lie in that folder, this package's own too, count not.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    # What lies about in the working directory must shadow nothing.
    hostile = folder / "plugins"
    hostile.mkdir()
    for name in ("__init__.py", "akismet.py"):
        (hostile / name).write_text("raise SystemExit('hostile')\n")
    return Installed(folder, folder / "venv/bin")


def test_the_wheel_has_every_file_of_the_four_folders(wheel: Path) -> None:
    expected = {
        name if name.startswith("widget/") else f"widget/{name}" for name in tracked_names(*FOLDERS)
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected


def test_the_wheel_names_its_command_and_its_dependencies(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (points,) = [one for one in archive.namelist() if one.endswith("/entry_points.txt")]
        assert "comment-widget = widget.cli:main" in archive.read(points).decode()
        metadata = archive.read(points.replace("entry_points.txt", "METADATA")).decode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"]
    required = re.findall(r"^Requires-Dist: ([^;\s]+)$", metadata, re.MULTILINE)
    names = [{re.split(r"[<>=]", one)[0] for one in ones} for ones in (required, wanted)]
    assert names[0] == names[1]


def test_its_commands_work_from_an_empty_folder(installed: Installed) -> None:
    assert "site" in installed.run("--help")
    installed.run("db", "upgrade")
    installed.run("site", "add", "blog", "--title", "Blog", "--host", "example.org")
    rows = json.loads(installed.run("plugins", "list", "--json"))
    assert {row["name"] for row in rows if row["origin"] == "built in"} == BUILT_IN
    assert [row["fault"] for row in rows if row["fault"]] == []
    installed.run("check")


def test_its_plugins_are_the_wheels_not_those_that_lie_about(installed: Installed) -> None:
    code = "import importlib, sys; print(importlib.import_module(sys.argv[1]).__file__)"
    # With -c the working directory is first on the path: worse than what a user would do.
    for name in ("widget", *(f"widget.plugins.{plugin}" for plugin in sorted(BUILT_IN))):
        said = subprocess.run(
            [str(installed.bin / "python"), "-c", code, name],
            cwd=installed.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        assert Path(said.stdout.strip()).is_relative_to(installed.bin.parent), name


@pytest.fixture
def served(installed: Installed) -> Iterator[str]:
    """Return the address of a server that runs from the wheel."""
    bind = f"127.0.0.1:{free_port()}"
    command = [installed.command, "serve", "--bind", bind]
    with subprocess.Popen(command, cwd=installed.folder, env=installed.env()) as process:
        try:
            end = time.monotonic() + START_S
            while not _answers(bind):
                assert process.poll() is None
                assert time.monotonic() < end
            yield f"http://{bind}"
        finally:
            process.terminate()


def test_it_serves_the_box_the_thread_and_the_dashboard(served: str) -> None:
    for path in (
        "/embed.js",
        "/static/box.js",
        "/static/actions.js",
        "/api/v1/thread?site=blog&url=https://example.org/a",
        "/api/v1/openapi.json",
        "/api/v1/docs",
        "/threads?site=blog&url=https://example.org/a",
        "/dashboard/sign-in",
    ):
        answer = httpx.get(served + path)
        assert (answer.status_code, bool(answer.content)) == (200, True), path


def test_it_serves_the_very_files_of_the_repository(served: str) -> None:
    for path, name in (("/embed.js", "embed.js"), ("/static/box.js", "box.js")):
        assert httpx.get(served + path).content == (ROOT / "static" / name).read_bytes()


def _answers(bind: str) -> bool:
    try:
        return httpx.get(f"http://{bind}/health").status_code == 200
    except httpx.TransportError:
        return False
