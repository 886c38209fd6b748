"""From an idea to a held comment: the package that ``plugins new`` makes works as it is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.live import LiveServer
from widget.testing.contract import PluginContract

PAGE = "https://blog.example.org/page"


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    env = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new package, installed beside it in ``site``."""
    folder = tmp_path_factory.mktemp("idea")
    maker = LiveServer(folder / "home")
    package = folder / "comment-widget-two-words"
    said = maker.cli("plugins", "new", "two_words", "--folder", str(package))
    assert f"pip install -e {package}" in said
    # As "pip install ./…" does, but with the build tool that is here.
    install = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--target", "site"]
    run(sys.executable, "-m", "pip", *install, package, cwd=folder)
    return package


def test_its_own_tests_pass_on_what_was_installed(made: Path) -> None:
    said = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests",
        cwd=made, path=made.parent / "site",
    )  # fmt: skip
    found = re.search(r"^(\d+) passed in", said, re.MULTILINE)
    promises = [name for name in vars(PluginContract) if name.startswith("test_")]
    assert found is not None, said
    assert int(found[1]) == 4 + len(promises)


def test_it_keeps_to_the_rules_of_a_careful_reader(made: Path) -> None:
    strict = ["--select", "E,F,W,I,B,UP,SIM,ANN,RET,PL,C90", "--line-length", "100"]
    run(sys.executable, "-m", "ruff", "check", "--isolated", *strict, ".", cwd=made)
    run(sys.executable, "-m", "ruff", "format", "--check", "--line-length", "100", ".", cwd=made)


def test_a_comment_is_held_with_its_reason_after_five_commands(made: Path) -> None:
    # 1: plugins new, 2: pip install, and:
    server = LiveServer(made.parent / "server", {"PYTHONPATH": str(made.parent / "site")})
    server.cli("site", "add", "blog", "--host", "blog.example.org", "--set", "site.policy=publish")
    server.cli("site", "set", "blog", "--set", "two_words.phrases=casino")  # 3
    server.start()  # 4
    try:
        body = {"site": "blog", "url": PAGE, "body": "To the CASINO!"}  # 5, from the box
        answer = httpx.post(f"{server.api}/comments", json=body)
        assert (answer.status_code, answer.json()["status"]) == (202, "pending")
        shown = server.cli("moderation", "show", str(answer.json()["comment"]["id"]))
        assert "two_words: It says casino." in shown
        listed = server.cli("plugins", "list", "--site", "blog")
        assert "two_words" in listed
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["Words", "2words", "a-b", "class", "akismet", "../up"])
def test_a_name_that_no_plugin_can_have_makes_nothing(tmp_path: Path, name: str) -> None:
    server = LiveServer(tmp_path / "home")
    with pytest.raises(AssertionError, match="Error: name"):
        server.cli("plugins", "new", name, "--folder", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_folder_with_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/kept").write_text("kept")
    server = LiveServer(tmp_path / "home")
    with pytest.raises(AssertionError, match="is there already"):
        server.cli("plugins", "new", "phrases", "--folder", str(tmp_path / "new"))
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["kept"]
