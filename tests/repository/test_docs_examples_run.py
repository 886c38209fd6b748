"""What the documentation shows works when it is run."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.commands import run_command
from tests.live import LiveServer
from tests.repository.files import ROOT

GUIDE = ROOT / "docs/plugins.md"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
#: These serve until they are stopped; the wheel's test and make run them.
SERVING = ("comment-widget serve", "comment-widget demo")
#: What the pages say of the machine around the product; the wheel's test installs it.
AROUND = ("make ", "python3 -m venv ", "pip install ", "venv/bin/pip install ")
#: What the guide makes and installs beside the server.
OWN_PACKAGE = "pip install -e ./"
SHOWN_SERVER = "http://127.0.0.1:8080"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code of a page: its language, its text, and the words before it."""

    language: str
    text: str
    before: str

    @property
    def file(self) -> str | None:
        """Return the name of the file that the block is, if it is one."""
        if self.language == "json":
            named = re.search(r"`([\w.-]+\.json)`:\s*\Z", self.before)
        else:
            named = re.match(r"# (plugins/\w+\.py)\n", self.text)
        return named[1] if named else None


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        yield Block(found[1], found[2], text[: found.start()])


def commands(block: Block) -> list[str]:
    if block.language != "console":
        return []
    lines = block.text.replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


class Owner:
    """Somebody who does what a page says, line by line, in a folder of their own."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.is_serving = False
        self.ran = 0
        self.shown = ""

    def read(self, page: Path) -> None:
        for block in blocks(page):
            if block.file:
                self.write(block.file, block.text)
            for line in commands(block):
                self.do(line)

    def write(self, name: str, text: str) -> None:
        target = self.server.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def do(self, line: str) -> None:
        if line.startswith(OWN_PACKAGE):
            self.install(line.removeprefix(OWN_PACKAGE))
        if line.startswith((*SERVING, *AROUND)):
            return
        name, *arguments = shlex.split(line)
        assert name in ("comment-widget", "curl"), f"Nothing here runs {line!r}."
        self.ran += 1
        said = self.run(arguments) if name == "comment-widget" else self.post(arguments)
        if arguments[:2] == ["moderation", "show"]:
            self.shown = said

    def run(self, arguments: list[str]) -> str:
        done = run_command(arguments, self.server.env, self.server.home)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def install(self, package: str) -> None:
        """Install a package that a page made, for this owner's server alone."""
        beside = self.server.home / "installed"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        options = ["--no-build-isolation", "--target", str(beside)]
        subprocess.run([*pip, *options, f"./{package}"], cwd=self.server.home, check=True)
        self.server.also(PYTHONPATH=str(beside))

    def post(self, arguments: list[str]) -> str:
        """Send what ``curl URL -H HEADER -d BODY`` sends, to the server of the test."""
        url, header, kind, data, body = arguments
        assert (header, data) == ("-H", "-d")
        if not self.is_serving:
            self.server.start()
            self.is_serving = True
        name, _, value = kind.partition(": ")
        address = url.replace(SHOWN_SERVER, self.server.url)
        answer = httpx.post(address, content=body.encode(), headers={name: value})
        assert answer.is_success, answer.text
        return answer.text


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    made = Owner(LiveServer(tmp_path / "home"))
    yield made
    if made.is_serving:
        made.server.stop()


def has_commands(page: Path) -> bool:
    lines = [line for block in blocks(page) for line in commands(block)]
    return any(line.startswith("comment-widget ") for line in lines)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page != GUIDE and has_commands(page)],
    ids=lambda one: one.name,
)
def test_the_commands_of_a_page_work_in_their_order(page: Path, owner: Owner) -> None:
    owner.read(page)
    assert owner.ran > 0


def test_the_commands_of_the_plugins_pages_work(owner: Owner) -> None:
    owner.run(["site", "add", "debates", "--host", "example.org"])
    for page in sorted((ROOT / "docs/plugins").glob("*.md")):
        owner.read(page)
    assert owner.ran > 0


def test_the_guides_comment_is_held_with_the_reason_that_it_shows(owner: Owner) -> None:
    owner.read(GUIDE)
    (shown,) = [block.text for block in blocks(GUIDE) if block.language == "text"]
    assert _without_times(owner.shown) == _without_times(shown)


def test_the_guides_code_does_what_it_says(tmp_path: Path) -> None:
    tests: list[str] = []
    for block in blocks(GUIDE):
        if block.file:
            Owner(LiveServer(tmp_path)).write(block.file, block.text)
        elif block.language == "python":
            tests.append(block.text)
    assert len(tests) == 8
    script = tmp_path / "guide.py"
    script.write_text("\n".join(tests), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": f"{tmp_path / 'plugins'}:{ROOT}", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr


def test_the_guides_package_is_found_by_its_entry_point(tmp_path: Path) -> None:
    (written,) = [block.text for block in blocks(GUIDE) if block.language == "toml"]
    project = tomllib.loads(written)["project"]
    code = next(block.text for block in blocks(GUIDE) if block.file == "plugins/shouting.py")
    points = project["entry-points"]["comment_widget"]
    _install(tmp_path / "site", project["name"], points, code)
    server = LiveServer(tmp_path / "home", env={"PYTHONPATH": f"{tmp_path / 'site'}:{ROOT}"})
    rows = json.loads(Owner(server).run(["plugins", "list", "--json"]))
    (found,) = [row for row in rows if row["name"] == "shouting"]
    assert (found["origin"], found["fault"]) == (f"package {project['name']}", None)


def test_the_readme_gets_to_comments_on_ones_own_page_in_ten_lines() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quick = readme.split("## Comments on your own page")[1].split("##")[0]
    lines = [found[2] for found in _BLOCK.finditer(quick) if found[1] in ("console", "html")]
    assert len("".join(lines).splitlines()) <= 10
    assert "<comment-thread>" in lines[-1]


def _without_times(said: str) -> list[str]:
    said = re.sub(r"\s+\d+\.\d ms", " MS", said)
    said = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "WHEN", said)
    return [line.rstrip() for line in said.strip().splitlines()]


def _install(folder: Path, name: str, points: dict[str, str], code: str) -> None:
    """Put a distribution into a folder as an installer leaves it."""
    about = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n")
    lines = [f"{point} = {module}\n" for point, module in points.items()]
    (about / "entry_points.txt").write_text("[comment_widget]\n" + "".join(lines))
    for module in points.values():
        (folder / f"{module}.py").write_text(code, encoding="utf-8")
