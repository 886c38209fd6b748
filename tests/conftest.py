"""Fixtures that every kind of test uses: an application on a real database, a real server."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event

from tests.live import LiveServer
from tests.postgresql import PostgreSQL, shared_postgresql
from tests.receiver import Receiver
from tests.redis_server import RedisServer
from tests.smtp_sink import SmtpSink
from tests.web_site import WebSite
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.site import Site, SiteSettings
from widget.publication.parts import Parts
from widget.store import schema, sites
from widget.store.database import connect

PAGE = "https://example.org/article"
ORIGIN = "https://example.org"


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        """Move on by a ``timedelta`` of these arguments."""
        self.time += timedelta(**duration)


@pytest.fixture(autouse=True)
def no_settings_of_others() -> Iterator[None]:
    """Let each test begin without settings in the environment: ``serve`` leaves some there."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COMMENT_WIDGET_")]:
            patch.delenv(name)
        yield
        for name in [name for name in os.environ if name.startswith("COMMENT_WIDGET_")]:
            patch.delenv(name)


@pytest.fixture
def clock() -> Clock:
    """Return the application's clock."""
    return Clock()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the same tests run on either database."""
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="Which database."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start the one PostgreSQL of all test processes before them."""
    config.addinivalue_line("markers", "embedded: about the embedded database only.")
    if config.getoption("--database") == "postgresql":
        server = ExitStack()
        server.enter_context(shared_postgresql())
        config.add_cleanup(server.close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what would be the same: tests without a database, or of SQLite."""
    if config.getoption("--database") == "sqlite":
        return
    chosen = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def _uses_database(item: pytest.Item) -> bool:
    used = set(getattr(item, "fixturenames", ()))
    return "postgresql" in used and item.get_closest_marker("embedded") is None


@pytest.fixture(scope="session")
def postgresql(pytestconfig: pytest.Config) -> Iterator[PostgreSQL | None]:
    """Return the server that the tests share, ``None`` where they run on the embedded database."""
    if pytestconfig.getoption("--database") == "sqlite":
        yield None
        return
    with shared_postgresql() as server:
        yield server


@pytest.fixture
def new_database(postgresql: PostgreSQL | None) -> Iterator[Callable[..., str]]:
    """Return a function that gives the URL of a new database; empty is the embedded one."""
    if postgresql is None:
        yield lambda **_: ""
        return
    made: list[str] = []
    engines: set[Engine] = set()

    def new(**how: bool) -> str:
        made.append(postgresql.new_database(**how))
        return made[-1]

    def connected(connection: Connection) -> None:
        engines.add(connection.engine)

    event.listen(Engine, "engine_connect", connected)
    yield new
    event.remove(Engine, "engine_connect", connected)
    for engine in engines:
        engine.dispose()
    for url in made:
        postgresql.drop_database(url)


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """Return the URL of the test's database; empty is the embedded one."""
    return new_database()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an embedded database with today's schema and nothing in it."""
    path = tmp_path_factory.mktemp("migrated") / "comments.sqlite"
    database = connect(Flask("migrated"), f"sqlite:///{path}")
    schema.upgrade(database)
    database.engine.dispose()
    return path


@pytest.fixture
def config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, migrated: Path
) -> Config:
    """Return the configuration of a home folder with a database of today's schema."""
    home = tmp_path / "home"
    monkeypatch.setenv("COMMENT_WIDGET_HOME", str(home))
    if not database_url:
        home.mkdir(exist_ok=True)
        shutil.copy(migrated, home)  # Migrating each anew would take as long as most tests do.
    return Config(home=home, database_url=database_url)


@pytest.fixture
def web() -> Iterator[WebSite]:
    """Return a web site on this machine, with nothing on it yet."""
    site = WebSite()
    thread = threading.Thread(target=site.serve_forever, args=(0.01,))
    thread.start()
    yield site
    site.ended.set()
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def app(config: Config, clock: Clock) -> Iterator[Flask]:
    """Return an application with the built-in plugins on a migrated SQLite database."""
    app = create_app(config, now=clock)
    parts = parts_of(app)
    yield app
    parts.database.engine.dispose()


@pytest.fixture
def parts(app: Flask) -> Parts:
    """Return the application's parts."""
    return parts_of(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client of the application."""
    return app.test_client()


@pytest.fixture
def add_site(parts: Parts) -> Callable[..., Site]:
    """Return a function that adds a site; by default it publishes at once, with no limits."""

    def add(
        key: str = "blog", hosts: tuple[str, ...] = ("example.org",), **settings: object
    ) -> Site:
        values = {"policy": "publish", **settings}
        site = Site(
            id=0,
            key=key,
            title=key.title(),
            hosts=hosts,
            settings=SiteSettings.model_validate(values),
        )
        with parts.database.write() as session:
            site = sites.add_site(session, site, parts.now())
        for plugin in parts.plugins.of(site):
            if plugin.name == "rate_limit":
                parts.plugins.save(
                    site, plugin.name, {"mode": "off"}, actor="test", now=parts.now()
                )
        with parts.database.read() as session:
            stored = sites.find_site(session, key)
        assert stored is not None
        return stored

    return add


@pytest.fixture
def site(add_site: Callable[..., Site]) -> Site:
    """Return the site ``blog`` of ``example.org``."""
    return add_site()


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., object]:
    """Return a function that posts a comment as a browser on the site's page would."""

    def send(body: str = "A comment.", **fields: object) -> object:
        headers = fields.pop("headers", {})
        assert isinstance(headers, dict)
        submission = {"site": "blog", "url": PAGE, "body": body, **fields}
        return client.post(
            "/api/v1/comments", json=submission, headers={"Origin": ORIGIN, **headers}
        )

    return send


@pytest.fixture
def start_server(
    tmp_path: Path, new_database: Callable[..., str]
) -> Iterator[Callable[..., LiveServer]]:
    """Return a function that makes a real server on a folder and a database of its own."""
    started: list[LiveServer] = []

    def start(**env: str) -> LiveServer:
        url = new_database()
        if url:
            env.setdefault("COMMENT_WIDGET_DATABASE_URL", url)
        server = LiveServer(tmp_path / f"server-{len(started)}", env)
        started.append(server)
        if url:
            server.cli("db", "upgrade")
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a server that takes what is posted to it."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    """Return a mail server on this machine."""
    server = SmtpSink()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Run a Redis for one test."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()
