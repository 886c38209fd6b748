"""The example packages are distributions of their own: each is installed beside the server's."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.repository.files import ROOT

EXAMPLES = sorted(path.parent for path in (ROOT / "examples/plugins").glob("*/pyproject.toml"))
WANTED = {"remote_check", "house_rules"}


@dataclass(frozen=True)
class Environment:
    """An environment with the server and the examples installed from their wheels."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "venv/bin"

    def run(self, *command: str | Path, cwd: Path | None = None) -> str:
        env = {"PATH": os.defpath, "COMMENT_WIDGET_HOME": str(self.folder / "home")}
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Return the environment; what all of them depend on is that of this environment."""
    made = Environment(tmp_path_factory.mktemp("examples"))
    wheels = made.folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check"]
    offline = ["--quiet", "--no-index", "--no-deps"]
    # As "pip install ./…" does, but with the build tool that is here.
    build = [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels]
    made.run(*build, ROOT, *EXAMPLES)
    venv.create(made.folder / "venv", with_pip=False)
    python = ["--python", made.bin / "python"]
    found = sorted(wheels.glob("*.whl"))
    assert len(found) == 1 + len(EXAMPLES)
    made.run(*pip, *python, "install", *offline, *found)
    (packages,) = (made.folder / "venv/lib").glob("*/site-packages")
    # A path, not a copy: what .pth files lie in that folder, this package's own too, count not.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def project(example: Path) -> dict[str, object]:
    read: dict[str, object] = tomllib.loads((example / "pyproject.toml").read_text())["project"]
    return read


def test_there_is_one_that_asks_a_service_and_one_that_adds_to_the_form() -> None:
    assert {path.name for path in EXAMPLES} == WANTED
    assert all((path / "README.md").is_file() for path in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_its_own_tests_pass_on_what_was_installed(example: Path, environment: Environment) -> None:
    alone = environment.folder / example.name
    shutil.copytree(example / "tests", alone / "tests")
    shutil.copy(example / "pyproject.toml", alone)
    python = environment.bin / "python"
    said = environment.run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=alone)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said
    (module,) = [path.stem for path in example.glob("comment_widget_example_*.py")]
    code = f"import {module}, widget; print({module}.__file__, widget.__file__)"
    files = environment.run(python, "-c", code, cwd=alone).split()
    assert all(Path(file).is_relative_to(environment.folder) for file in files)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_its_own_rules_of_style_are_kept(example: Path) -> None:
    for check in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, str(example)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_the_server_lists_them_as_packages_of_others(environment: Environment) -> None:
    rows = json.loads(
        environment.run(environment.bin / "comment-widget", "plugins", "list", "--json")
    )
    listed = {row["name"]: (row["origin"], row["fault"]) for row in rows}
    for example in EXAMPLES:
        assert listed[example.name] == (f"package {project(example)['name']}", None)


def test_an_owner_can_set_what_they_add(environment: Environment) -> None:
    command = environment.bin / "comment-widget"
    environment.run(command, "site", "add", "blog", "--host", "example.org")
    rules = "house_rules.address=https://example.org/rules"
    environment.run(command, "site", "set", "blog", "--set", rules)
    environment.run(command, "site", "set", "blog", "--set", "house_rules.mode=on")
    tried = environment.run(command, "moderation", "try", "A text.", "--site", "blog")
    assert "house_rules" in tried
    assert "remote_check" not in tried, "it is off until it has a key"
