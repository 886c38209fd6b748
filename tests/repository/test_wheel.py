"""The wheel holds what the repository does, and works elsewhere."""

import json
import os
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.live import START_S, free_port

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("widget", "plugins", "static", "migrations")
BUILT_IN = {"akismet", "rate_limit", "cookie_consent", "email_privacy"}


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own, with a folder to work in."""

    folder: Path
    python: Path

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.python), "-m", "widget", *arguments],
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
    for name in tracked():
        target = checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
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
    python = folder / "venv/bin/python"
    (packages,) = (folder / "venv/lib").glob("*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    # What lies about in the working directory must shadow nothing.
    hostile = folder / "plugins"
    hostile.mkdir()
    (hostile / "__init__.py").write_text("raise SystemExit('hostile')\n")
    (hostile / "akismet.py").write_text("raise SystemExit('hostile')\n")
    return Installed(folder, python)


def tracked() -> list[str]:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if (ROOT / name).is_file()]


def test_the_wheel_has_every_file_of_the_four_folders(wheel: Path) -> None:
    expected = {
        name if name.startswith("widget/") else f"widget/{name}"
        for name in tracked()
        if name.split("/")[0] in FOLDERS
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected


def test_its_commands_work_from_an_empty_folder(installed: Installed) -> None:
    assert "site" in installed.run("--help")
    installed.run("db", "upgrade")
    installed.run("site", "add", "blog", "--title", "Blog", "--host", "example.org")
    rows = json.loads(installed.run("plugins", "list", "--json"))
    assert {row["name"] for row in rows if row["origin"] == "built in"} == BUILT_IN
    assert [row["fault"] for row in rows if row["fault"]] == []
    installed.run("check")
    where = [str(installed.python), "-c", "import widget.plugins.akismet as a; print(a.__file__)"]
    said = subprocess.run(where, cwd=installed.folder, capture_output=True, text=True, check=True)
    assert Path(said.stdout.strip()).is_relative_to(installed.folder / "venv")


@pytest.fixture
def served(installed: Installed) -> Iterator[str]:
    """Return the address of a server that runs from the wheel."""
    bind = f"127.0.0.1:{free_port()}"
    command = [str(installed.python), "-m", "widget", "serve", "--bind", bind]
    with subprocess.Popen(command, cwd=installed.folder, env=installed.env()) as process:
        end = time.monotonic() + START_S
        while not _answers(bind):
            assert process.poll() is None
            assert time.monotonic() < end
        yield f"http://{bind}"
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


def _answers(bind: str) -> bool:
    try:
        return httpx.get(f"http://{bind}/health").status_code == 200
    except httpx.TransportError:
        return False
