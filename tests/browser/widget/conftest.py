"""A real server, pages of another origin, and a real browser that reads them."""

import functools
import http.server
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.live import LiveServer

WAIT_MS = 10_000
#: Sites by the one thing in which they differ; none of them limits how fast a test may post.
SITES = {
    "open": ("site.policy=publish",),
    "held": ("site.policy=hold",),
    "strict": (
        "site.policy=publish",
        "site.author_name=required",
        "cookie_consent.consent=required",
    ),
    "paged": ("site.policy=publish", "site.page_size=3", "site.replies_shown=1"),
    "upvotes": ("site.policy=publish", "site.votes=up"),
    "quiet": (
        "site.policy=publish",
        "site.votes=off",
        "site.flags=false",
        "site.numbers=true",
    ),
    "worked": (
        "site.policy=publish",
        "proof_of_work.mode=on",
        "proof_of_work.without=reject",
        "proof_of_work.tries=50",
    ),
    "long": ("site.policy=publish", "site.page_size=50"),
    "mailing": ("site.policy=publish", "site.mail_grace_s=0", "site.subscriptions=true"),
    "short": ("site.policy=publish", "site.max_length=120", "site.max_depth=2"),
}


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the pages with the headers that a test gave them."""

    def __init__(self, *args: object, headers: dict[str, dict[str, str]], **kwargs: object) -> None:
        self.extra = headers
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    def end_headers(self) -> None:
        for name, value in self.extra.get(self.path, {}).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests tell what went wrong."""


class Host:
    """A web site of its own origin, on which the widget is embedded."""

    def __init__(self, folder: Path, server: LiveServer) -> None:
        self.folder = folder
        self.server = server
        self.headers: dict[str, dict[str, str]] = {}
        handler = functools.partial(_Pages, directory=str(folder), headers=self.headers)
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._numbers = itertools.count()
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def script(self, site: str, attributes: str = "") -> str:
        """Return the script tag of a site."""
        said = f'data-site="{site}" {attributes}'
        return f'<script src="{self.server.url}/embed.js" {said} async></script>'

    def page(self, site: str = "open", body: str | None = None, **options: object) -> str:
        """Write a page with the box and return its address.

        ``attributes`` are put on the script, ``head`` in the head; ``csp`` is sent with it.
        """
        name = f"/page-{next(self._numbers)}.html"
        attributes = str(options.get("attributes", ""))
        inside = body or f"{self.script(site, attributes)}<comment-thread></comment-thread>"
        head = f"<meta charset=utf-8><title>A page</title>{options.get('head', '')}"
        main = f"<main><h1>A page</h1>{inside}</main>"
        html = f"<!doctype html><html lang=en><head>{head}</head><body>{main}"
        (self.folder / name[1:]).write_text(html, "utf-8")
        if "csp" in options:
            self.headers[name] = {"Content-Security-Policy": str(options["csp"])}
        return self.origin + name

    def post(
        self,
        url: str,
        body: str,
        parent: int | None = None,
        site: str = "open",
        name: str = "Grace Hopper",
    ) -> int:
        """Post a comment past the browser; return its id."""
        author = {"name": name}
        submission = {"site": site, "url": url, "parent": parent, "author": author, "body": body}
        answer = httpx.post(
            f"{self.server.api}/comments", json=submission, headers={"Origin": self.origin}
        )
        assert answer.status_code in {201, 202}, answer.text
        found: int = answer.json()["comment"]["id"]
        return found

    def import_comments(self, site: str, url: str, count: int) -> None:
        """Give a page many comments at once."""
        file = self.folder / "import.json"
        comments = [
            {
                "id": n,
                "name": f"Reader {n}",
                "body": f"Comment {n}, with a **word** in bold.",
                "created": f"2024-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
            }
            for n in range(count)
        ]
        file.write_text(json.dumps({"title": "A page", "comments": comments}), "utf-8")
        self.server.cli("import", "json", str(file), "--site", site, "--url", url)


def enter(tab: Page) -> None:
    """Enter the form for a new comment, which shows all of itself only then."""
    tab.get_by_label("Your comment").click()
    tab.get_by_role("toolbar").wait_for()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Return a real server with the sites of the tests."""
    folder = tmp_path_factory.mktemp("widget")
    server = LiveServer(folder, {"COMMENT_WIDGET_SMTP_URL": f"folder://{folder}/mails"})
    for key, settings in SITES.items():
        sets = itertools.chain.from_iterable(
            ("--set", setting)
            for setting in ("site.subscriptions=false", *settings, "rate_limit.mode=off")
        )
        server.cli("site", "add", key, "--title", key, "--host", "127.0.0.1", *sets)
    yield server.start()
    server.stop()


@pytest.fixture(scope="package")
def host(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Return the site that embeds the widget, of another origin than the server."""
    host = Host(tmp_path_factory.mktemp("pages"), server)
    yield host
    host.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Return a reader's browser with nothing in it, whose pages threw nothing in the end."""
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    context.set_default_timeout(WAIT_MS)
    thrown: list[str] = []
    context.on("weberror", lambda error: thrown.append(str(error.error)))
    yield context
    context.close()
    assert not thrown


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    """Return an empty tab."""
    return context.new_page()
