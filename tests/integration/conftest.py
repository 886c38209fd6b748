"""A server's parts with plugins of a test in its home folder, and its command line."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Row, create_engine, text
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE, Clock
from tests.integration.plugin_files import write_file, write_plugin
from widget.app import create_app, parts_of
from widget.cli import main
from widget.config import Config
from widget.domain.comment import Comment, Event, Status
from widget.domain.site import Policy, Site, SiteSettings
from widget.domain.trail import TrailEntry
from widget.jobs.worker import run_due
from widget.publication.parts import Parts
from widget.store import comments, schema, sites, trails


class World:
    """One server and its site ``blog``; its plugins are files, written before it starts."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self._parts: Parts | None = None

    @property
    def parts(self) -> Parts:
        """Return the server's parts."""
        assert self._parts is not None, "start() comes first"
        return self._parts

    @property
    def site(self) -> Site:
        """Return the site as it is stored now."""
        with self.parts.database.read() as session:
            site = sites.find_site(session, "blog")
        assert site is not None
        return site

    def plugin(self, name: str, hooks: str = "", **card: object) -> "World":
        """Write a plugin; see ``write_plugin``."""
        write_plugin(self.config.home, name, hooks, **card)
        return self

    def file(self, name: str, source: str) -> "World":
        """Write any file into the plugin folder."""
        write_file(self.config.home, name, source)
        return self

    def start(self, **settings: object) -> "World":
        """Start a server process; the site is made the first time, with these settings."""
        self.stop()
        self.app = create_app(self.config, now=self.clock)
        self._parts = parts_of(self.app)
        schema.upgrade(self.parts.database)
        self.client = self.app.test_client()
        with self.parts.database.write() as session:
            if sites.find_site(session, "blog") is None:
                values = {"policy": Policy.PUBLISH, **settings}
                chosen = SiteSettings.model_validate(values)
                site = Site(id=0, key="blog", title="Blog", hosts=("example.org",), settings=chosen)
                sites.add_site(session, site, self.clock())
        if self.parts.plugins.registry.get("rate_limit"):
            # Limits are another test's matter; here many comments come from one address.
            self.set("rate_limit", mode="off")
        return self

    def stop(self) -> None:
        """End the server process."""
        if self._parts is not None:
            self._parts.database.engine.dispose()

    def set(self, plugin: str, **values: object) -> None:
        """Change a plugin's settings on the site."""
        self.parts.plugins.save(self.site, plugin, values, actor="test", now=self.clock())

    def post(self, body: str = "A comment.", **fields: object) -> TestResponse:
        """Post a comment as a browser on the site's page would."""
        submission = {"site": "blog", "url": PAGE, "body": body, **fields}
        return self.client.post("/api/v1/comments", json=submission, headers={"Origin": ORIGIN})

    def posted(self, body: str = "A comment.", **fields: object) -> int:
        """Post a comment that is stored, published or held; return its id."""
        answer = self.post(body, **fields)
        assert answer.status_code in (201, 202), answer.get_json()
        return int(answer.get_json()["comment"]["id"])

    def comment(self, comment_id: int) -> Comment:
        """Return a stored comment."""
        with self.parts.database.read() as session:
            return comments.get_comment(session, self.parts.keys, comment_id)

    def status(self, comment_id: int) -> Status:
        """Return a comment's status."""
        return self.comment(comment_id).status

    def trail(self, comment_id: int) -> dict[str, TrailEntry]:
        """Return each plugin's latest entry on a comment's trail."""
        with self.parts.database.read() as session:
            return {entry.plugin: entry for entry in trails.last_judgement(session, comment_id)}

    def events(self, comment_id: int) -> list[Event]:
        """Return the decisions on a comment."""
        with self.parts.database.read() as session:
            return trails.events_of(session, comment_id)

    def thread(self, **asked: str) -> dict[str, Any]:
        """Return the thread's page as a reader gets it."""
        query = {"site": "blog", "url": PAGE, **asked}
        answer = self.client.get("/api/v1/thread", query_string=query)
        assert answer.status_code == 200, answer.get_json()
        page: dict[str, Any] = answer.get_json()
        return page

    def shown(self) -> list[int]:
        """Return the ids of the top-level comments that readers see."""
        return [comment["id"] for comment in self.thread()["comments"]]

    def wait(self, **duration: float) -> int:
        """Let time go by and run what is due by then; return how many jobs ran."""
        self.clock.advance(**duration)
        return run_due(self.parts)


@pytest.fixture
def world(config: Config, clock: Clock) -> Iterator[World]:
    """Return a server that is not started yet."""
    made = World(config, clock)
    yield made
    made.stop()


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> Any:  # noqa: ANN401  # whatever the command prints
        """Return what was printed as JSON."""
        return json.loads(self.out)


Run = Callable[..., Done]


def environment_of(config: Config) -> dict[str, str]:
    """Return the environment of a command on the same server."""
    return {
        "COMMENT_WIDGET_HOME": str(config.home),
        "COMMENT_WIDGET_DATABASE_URL": config.database_url,
    }


def execute(home: Path, *statements: str) -> list[Sequence[Row[Any]]]:
    """Run statements beside the server; return the rows of each."""
    url = os.environ.get("COMMENT_WIDGET_DATABASE_URL") or f"sqlite:///{home / 'comments.sqlite'}"
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        done = [connection.execute(text(statement)) for statement in statements]
        found = [result.all() if result.returns_rows else [] for result in done]
    engine.dispose()
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("COMMENT_WIDGET_HOME", str(folder))
    if database_url:
        monkeypatch.setenv("COMMENT_WIDGET_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Return a function that runs ``comment-widget`` with arguments."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run_main(*arguments: str) -> Done:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["comment-widget", *arguments])
        root.handlers[:] = []
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        out, err = capfd.readouterr()
        return Done(code, out, err)

    yield run_main
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def react(client: FlaskClient) -> Callable[..., TestResponse]:
    """Return a function that reacts to a comment as one reader's browser, or another's."""

    def send(
        comment_id: int, act: str, reader: int = 1, *, token: str | None = None, **body: object
    ) -> TestResponse:
        headers = {"Origin": ORIGIN, "User-Agent": "Browser"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return client.post(
            f"/api/v1/comments/{comment_id}/{act}",
            json=body,
            headers=headers,
            environ_base={"REMOTE_ADDR": f"10.0.{reader // 250}.{reader % 250}"},
        )

    return send


@pytest.fixture
def published(site: Site, post: Callable[..., TestResponse]) -> int:
    """Return a comment that everybody sees."""
    assert site
    return int(post().get_json()["comment"]["id"])
