"""Examples, built by their own tools, on a site of its own origin beside a real server."""

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, WebError

from tests.live import LiveServer
from tests.repository.files import ROOT

EXAMPLES = ROOT / "examples"
TOOLS = EXAMPLES / "node_modules"
WAIT_MS = 15_000
#: What the examples say in place of the server and of the blog.
SHOWN_SERVER, SHOWN_BLOG = "https://comments.example.org", "https://blog.example.org"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Blog:
    """A blog that is made of an example; its pages are files in ``public``."""

    def __init__(self, folder: Path, server: LiveServer) -> None:
        # Below the examples: tools look for their modules in the folders above a project.
        self.source = EXAMPLES / "build" / folder.name
        self.public = folder / "public"
        self.public.mkdir(parents=True)
        self.server = server
        handler = functools.partial(_Quiet, directory=str(self.public))
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def take(self, example: str) -> Path:
        """Copy an example with the addresses of this blog and its server; return the copy."""
        shutil.rmtree(self.source, ignore_errors=True)
        shutil.copytree(EXAMPLES / example, self.source)
        for file in self.source.rglob("*"):
            if file.is_file():
                text = file.read_text("utf-8").replace(SHOWN_SERVER, self.server.url)
                file.write_text(text.replace(SHOWN_BLOG, self.origin), "utf-8")
        return self.source

    def run(self, *command: str | Path) -> None:
        """Run a tool in the copy."""
        done = subprocess.run(command, cwd=self.source, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def node(self, tool: str, *arguments: str | Path) -> None:
        """Run one of the tools that npm installed for the examples."""
        self.run(TOOLS / ".bin" / tool, *arguments)

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        shutil.rmtree(self.source, ignore_errors=True)

    def comments(self, path: str) -> list[str]:
        """Return the comments that the server has for a page of the blog."""
        query = {"site": "blog", "url": f"{self.origin}{path}"}
        thread = httpx.get(f"{self.server.api}/thread", params=query).json()
        return [comment["html"] for comment in thread["comments"]]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Return a real server with the site that the examples name."""
    server = LiveServer(tmp_path_factory.mktemp("recipes"))
    sets = ("--set", "site.policy=publish", "--set", "rate_limit.mode=off")
    server.cli("site", "add", "blog", "--host", "127.0.0.1", *sets)
    yield server.start()
    server.stop()


@pytest.fixture
def blog(tmp_path: Path, server: LiveServer) -> Iterator[Blog]:
    """Return a blog without pages yet."""
    blog = Blog(tmp_path, server)
    yield blog
    blog.close()


@pytest.fixture
def tab(chromium: Browser, server: LiveServer) -> Iterator[Page]:
    """Return a tab in which the widget throws nothing, in the end.

    What others throw is theirs: Turbo fetches pages ahead, and a reload ends that.
    """
    thrown: list[str] = []

    def note(error: WebError) -> None:
        if server.url in str(error.error):
            thrown.append(str(error.error))

    with chromium.new_context(viewport={"width": 1000, "height": 800}) as context:
        context.set_default_timeout(WAIT_MS)
        context.on("weberror", note)
        yield context.new_page()
    assert not thrown


@pytest.fixture
def bundle(blog: Blog) -> Callable[[str], None]:
    """Return a function that builds a single-page application with Vite."""

    def build(example: str) -> None:
        blog.take(example)
        blog.node("vite", "build", "--outDir", blog.public, "--emptyOutDir=false")
        # A host of such applications answers every path with the one page.
        for path in ("one", "two"):
            (blog.public / path).mkdir()
            shutil.copy(blog.public / "index.html", blog.public / path)

    return build
