"""What the documentation shows works when it is run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import LiveServer

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
#: These serve until they are stopped; the wheel's test and make run them.
SERVING = ("comment-widget serve", "comment-widget demo")


def blocks(document: Path, language: str) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(document: Path) -> list[str]:
    lines = "\n".join(blocks(document, "console")).splitlines()
    shown = [line.removeprefix("$ ") for line in lines if line.startswith("$ comment-widget ")]
    return [line for line in shown if not line.startswith(SERVING)]


def write_plugins(folder: Path) -> None:
    folder.mkdir(parents=True)
    for source in blocks(ROOT / "docs/plugins.md", "python"):
        name = re.match(r"# plugins/(\w+\.py)\n", source)
        if name:
            (folder / name[1]).write_text(source, encoding="utf-8")


def test_the_plugin_guides_code_does_what_it_says(tmp_path: Path) -> None:
    write_plugins(tmp_path / "plugins")
    tests = [block for block in blocks(ROOT / "docs/plugins.md", "python") if block[0] != "#"]
    assert len(tests) == 2
    for number, source in enumerate(tests):
        script = tmp_path / "plugins" / f"run_{number}.py"
        script.write_text(source, encoding="utf-8")
        env_path = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, check=False, env=env_path
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "document", [page for page in PAGES if commands(page)], ids=lambda one: one.name
)
def test_the_commands_of_a_page_work_in_their_order(document: Path, tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "home")
    write_plugins(server.home / "plugins")
    for line in commands(document):
        server.cli(*shlex.split(line)[1:])


@pytest.mark.parametrize("document", PAGES, ids=lambda one: one.name)
def test_a_link_between_pages_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (document.parent / link).exists()
    ]
    assert not missing


def test_the_readme_gets_to_comments_on_ones_own_page_in_ten_lines() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quick = readme.split("## Comments on your own page")[1].split("##")[0]
    lines = re.findall(r"^```(?:console|html)\n(.*?)^```$", quick, re.DOTALL | re.MULTILINE)
    assert len("".join(lines).splitlines()) <= 10
    assert "<comment-thread>" in lines[-1]
