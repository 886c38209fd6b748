"""A real server with held comments, and a real browser in which a moderator works."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.integration.plugin_files import checks, write_plugin
from tests.live import LiveServer

WAIT_MS = 10_000
SCREENS = {"desktop": (1280, 900), "phone": (375, 812)}


@dataclass
class Desk:
    """A site of its own on the server, and how to look at it from outside."""

    server: LiveServer
    key: str

    @property
    def page(self) -> str:
        """Return the address of the page that is commented on."""
        return f"http://127.0.0.1:9/{self.key}"

    @property
    def queue(self) -> str:
        """Return the address of the site's queue."""
        return f"{self.server.url}/dashboard/{self.key}/queue"

    def post(self, body: str, name: str = "Ada") -> int:
        """Post a comment, which is held; return its id."""
        answer = httpx.post(
            f"{self.server.api}/comments",
            json={"site": self.key, "url": self.page, "body": body, "author": {"name": name}},
            headers={"Origin": "http://127.0.0.1:9"},
        )
        assert answer.status_code == 202, answer.text
        found: int = answer.json()["comment"]["id"]
        return found

    def published(self) -> set[int]:
        """Return the comments that readers see."""
        answer = httpx.get(f"{self.server.api}/thread", params={"site": self.key, "url": self.page})
        return {one["id"] for one in answer.json()["comments"]}


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Return a real server, with a plugin that fails where a site switches it on."""
    home = tmp_path_factory.mktemp("dashboard")
    write_plugin(home, "failing", checks('raise OSError("its service is down")'), mode="OFF")
    server = LiveServer(home)
    server.cli("db", "upgrade")
    yield server.start()
    server.stop()


@pytest.fixture(scope="package")
def numbers() -> Iterator[int]:
    """Return numbers that are each used once."""
    return itertools.count()


@pytest.fixture
def desk(server: LiveServer, numbers: Iterator[int]) -> Desk:
    """Return a new site on which every comment is held."""
    key = f"site-{next(numbers)}"
    sets = ("--set", "site.policy=hold", "--set", "rate_limit.mode=off")
    server.cli("site", "add", key, "--title", f"Site {key}", "--host", "127.0.0.1:9", *sets)
    return Desk(server, key)


@pytest.fixture(scope="package")
def signed_in(server: LiveServer, chromium: Browser) -> dict[str, object]:
    """Return the cookies of an admin, who came by the link that the command line prints."""
    said = server.cli("user", "add", "admin@example.org", "--role", "admin")
    link = said.split()[-1]
    context = chromium.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/password")
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.fixture
def open_page(chromium: Browser, signed_in: dict[str, object]) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page as the admin; what goes wrong in it fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_one(address: str, screen: str = "desktop", **options: object) -> Page:
        width, height = SCREENS[screen]
        context = chromium.new_context(
            storage_state=signed_in,  # type: ignore[arg-type]  # as it came
            viewport={"width": width, "height": height},
            **options,  # type: ignore[arg-type]  # a test's options
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda line: wrong.append(line.text) if "Content Security" in line.text else None,
        )
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []
