"""Pictures of the dashboard's overview and of a replay, for the documentation and to be looked at.

``python docs/dashboard_pictures.py`` writes them to ``docs/images/``. A site gets three months of
comments, on a clock of its own; then a real server shows them to Chromium.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from flask.testing import FlaskClient  # noqa: E402 - found by the line above

from tests.live import LiveServer  # noqa: E402
from widget.app import create_app, parts_of  # noqa: E402
from widget.config import Config  # noqa: E402
from widget.domain.comment import Status  # noqa: E402
from widget.moderation.decide import change_status  # noqa: E402
from widget.publication.parts import Parts  # noqa: E402

IMAGES = ROOT / "docs/images"
HOST = "garden.example.org"
DAYS = 100
WIDTHS = {"": 1280, "-phone": 375}
PAGES = {
    "moths": "Moths of the night garden",
    "primrose": "The evening primrose",
    "scent": "Planting for scent",
    "lamps": "Leave the lamps off",
}
GOOD = (
    "Ours opens at nine in July, and the moths come within the minute.",
    "Does it seed itself about? Mine was everywhere after two years.",
    "Tobacco plants near a window that you open at night.",
    "The stock is smaller, and stronger. I sow it every fortnight.",
)
BAD = (
    "Best casino bonus, see https://a.example and https://b.example and https://c.example",
    "Cheap casino: https://a.example https://b.example https://c.example https://d.example",
)
RUDE = "What casino nonsense, all of it."


class Past:
    """A site's last months, lived through in order."""

    def __init__(self, home: Path) -> None:
        self.now = datetime.now(UTC).replace(minute=0) - timedelta(days=DAYS)
        self._app = create_app(Config(home=home), now=lambda: self.now)
        self._chance = random.Random(7)  # noqa: S311 - a picture, not a secret
        self._client: FlaskClient = self._app.test_client()
        self._waiting: list[tuple[datetime, int, Status]] = []

    @property
    def parts(self) -> Parts:
        """Return the server's parts."""
        return parts_of(self._app)

    def live(self) -> None:
        """Let the days go by, each with its comments and decisions."""
        last = datetime.now(UTC)
        while self.now < last:
            busy = 1.0 + 0.6 * (self.now.weekday() in (5, 6)) + (self.now.day == 12)
            if self._chance.random() < 0.3 * busy:
                self._post()
            self._decide(self.now)
            self.now += timedelta(hours=1)
        self.now = last

    def close(self) -> None:
        """Let go of the database."""
        self.parts.database.engine.dispose()

    def _post(self) -> None:
        kind = self._chance.random()
        body, after = (
            (self._chance.choice(GOOD), Status.PUBLISHED)
            if kind < 0.72
            else (self._chance.choice(BAD), Status.SPAM)
            if kind < 0.93
            else (RUDE, Status.REJECTED)
        )
        page = self._chance.choice(list(PAGES))
        name = self._chance.choice(("Ada", "Grace", "Mary", "Émilie", "Sophie", "Hypatia"))
        answer = self._client.post(
            "/api/v1/comments",
            json={
                "site": "garden",
                "url": f"https://{HOST}/{page}",
                "title": PAGES[page],
                "body": body,
                "author": {"name": name, "email": f"{name.lower()}@example.net"},
            },
            headers={"Origin": f"https://{HOST}"},
        ).get_json()
        if answer["status"] == "pending":
            wait = timedelta(hours=self._chance.lognormvariate(0.9, 1.1))
            self._waiting.append((self.now + wait, answer["comment"]["id"], after))

    def _decide(self, until: datetime) -> None:
        due = [one for one in self._waiting if one[0] <= until]
        self._waiting = [one for one in self._waiting if one[0] > until]
        for at, comment, after in sorted(due, key=lambda one: one[0]):
            self.now = at
            change_status(self.parts, comment, after, actor="person:1")
        self.now = until


@contextmanager
def _lived(folder: Path) -> Iterator[LiveServer]:
    server = LiveServer(folder / "home")
    sets = ("--set", "rate_limit.mode=off", "--set", "words.hold=casino")
    server.cli("site", "add", "garden", "--title", "Night garden", "--host", HOST, *sets)
    past = Past(server.home)
    past.live()
    past.close()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _sign_in(browser: Browser, server: LiveServer) -> dict[str, object]:
    said = server.cli("user", "add", "me@example.org", "--role", "admin")
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(said.split()[-1])
        tab.get_by_role("button", name="Sign in").click()
        tab.wait_for_url("**/account/password")
        return dict(context.storage_state())


def _draw(browser: Browser, server: LiveServer, signed_in: dict[str, object], scheme: str) -> None:
    for suffix, width in WIDTHS.items():
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        with browser.new_context(storage_state=signed_in, **options) as context:  # type: ignore[arg-type]  # as it says
            tab = context.new_page()
            tab.goto(f"{server.url}/dashboard/garden/overview?days=90")
            tab.screenshot(path=IMAGES / f"overview-{scheme}{suffix}.png", full_page=True)
            tab.goto(f"{server.url}/dashboard/garden/plugins/links/replays")
            tab.get_by_label("Hold above", exact=True).fill("1")
            tab.screenshot(path=IMAGES / f"replays-{scheme}{suffix}.png", full_page=True)
            tab.get_by_role("button", name="Start").click()
            tab.get_by_role("link", name="Download as CSV").wait_for()
            tab.screenshot(path=IMAGES / f"replay-{scheme}{suffix}.png")


def main() -> None:
    """Write all pictures."""
    folder = Path(tempfile.mkdtemp(prefix="cw-pictures-"))
    try:
        with _lived(folder) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            signed_in = _sign_in(browser, server)
            for scheme in ("light", "dark"):
                _draw(browser, server, signed_in, scheme)
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
