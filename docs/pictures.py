"""Pictures of the box in each of its states, for the README and to be looked at.

``python docs/pictures.py`` writes them to ``docs/images/``: every state at three widths, light,
dark and from right to left. A real server, a page of another origin, and Chromium.
"""

import functools
import http.server
import itertools
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.live import LiveServer  # noqa: E402 - found by the line above

IMAGES = ROOT / "docs/images"
WIDTHS = (320, 768, 1280)
SITES = {"garden": "publish", "held": "hold"}
_PAGE = """<!doctype html><html lang={lang} dir={dir}><meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel=canonical href="{origin}/{name}">
<style>body{{{colours};font:17px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;
padding:0 1rem}}h1{{line-height:1.2}}</style>
<article><h1>{title}</h1><p>{text}</p></article>
<script src="{server}/embed.js" data-site={site} {more} async></script>
<comment-thread></comment-thread></html>"""
LIGHT, DARK = "background:#fff;color:#1d2126", "background:#121418;color:#e4e6ea"


@dataclass(frozen=True)
class Look:
    """Light, dark, or from right to left."""

    name: str
    lang: str = "en"
    direction: str = "ltr"
    colours: str = LIGHT
    title: str = "Gardens at night"
    text: str = (
        "Some gardens are planted for the evening: white flowers, scents that wait for dusk, "
        "and moths instead of bees."
    )


LOOKS = (
    Look("light"),
    Look("dark", colours=DARK),
    Look(
        "rtl",
        lang="ar",
        direction="rtl",
        title="حدائق الليل",
        text="تُزرع بعض الحدائق للمساء: أزهار بيضاء، وروائح تنتظر الغسق، وفراشات بدل النحل.",
    ),
)


Words = dict[str, str]


@dataclass(frozen=True)
class State:
    """What the box shows: on which site, and what a reader does first."""

    name: str
    thread: str
    act: Callable[[Page, Words], None]
    site: str = "garden"


def _nothing(tab: Page, words: Words) -> None:
    del tab, words


def _reply(tab: Page, words: Words) -> None:
    second = tab.locator("comment-thread article").nth(1)
    second.get_by_role("button", name=words["reply"]).first.click()
    text = tab.get_by_role("textbox", name=words["your_reply"])
    text.fill("Thank you! Mine **smells** best at ten. @em")
    text.press("End")
    tab.keyboard.type("i")
    tab.get_by_role("listbox").wait_for()


def _error(tab: Page, words: Words) -> None:
    tab.get_by_label(words["your_comment"]).fill("A text that is not lost.")
    tab.get_by_role("textbox", name=words["email"]).fill("not an address")
    tab.get_by_role("button", name=words["post"]).click()
    tab.locator("[aria-invalid=true]").wait_for()


def _held(tab: Page, words: Words) -> None:
    text = "The night-scented stock is smaller, and **stronger**."
    tab.get_by_label(words["your_comment"]).fill(text)
    tab.get_by_role("button", name=words["post"]).click()
    tab.get_by_text(words["pending"], exact=True).wait_for()


STATES = (
    State("thread", "full", _nothing),
    State("reply", "full", _reply),
    State("empty", "empty", _nothing),
    State("error", "empty", _error),
    State("held", "empty", _held, site="held"),
    State("closed", "closed", _nothing),
)


class Garden:
    """A site with pages in every look, and a server with its comments."""

    def __init__(self, folder: Path, server: LiveServer, origin: str) -> None:
        self.folder = folder
        self.server = server
        self.origin = origin

    def page(self, state: State, look: Look) -> str:
        """Write the page of a state in a look; return its address."""
        name = f"{state.thread}-{state.site}-{look.name}.html"
        more = f'data-url="{self.origin}/{state.thread}"'
        text = _PAGE.format(
            lang=look.lang,
            dir=look.direction,
            title=look.title,
            text=look.text,
            colours=look.colours,
            origin=self.origin,
            name=state.thread,
            server=self.server.url,
            site=state.site,
            more=more,
        )
        (self.folder / name).write_text(text, "utf-8")
        return f"{self.origin}/{name}"

    def post(self, thread: str, name: str, body: str, parent: int | None = None) -> int:
        """Post a comment; return its id."""
        comment = {"site": "garden", "url": f"{self.origin}/{thread}", "parent": parent}
        answer = httpx.post(
            f"{self.server.api}/comments",
            json=comment | {"author": {"name": name}, "body": body},
            headers={"Origin": self.origin},
        )
        answer.raise_for_status()
        number: int = answer.json()["comment"]["id"]
        return number

    def vote(self, comment: int, times: int) -> None:
        """Let some readers vote a comment up."""
        for number in range(times):
            httpx.post(
                f"{self.server.api}/comments/{comment}/vote",
                json={"value": 1},
                headers={"Origin": self.origin, "User-Agent": f"browser {number}"},
            ).raise_for_status()

    def grow(self) -> None:
        """Write what the pictures show."""
        first = self.post(
            "full",
            "Ada Lovelace",
            "The **evening primrose** opens so fast that you can watch it. We sit beside ours with "
            "a torch every July.\n\n> white flowers, scents that wait for dusk\n\nThat is the "
            "whole recipe.",
        )
        second = self.post(
            "full",
            "Grace Hopper",
            "Does it seed itself about? Mine was everywhere after two years.",
            first,
        )
        self.post(
            "full",
            "Ada Lovelace",
            f"[@Grace Hopper](#comment-{second}) It does, but the seedlings pull out easily. "
            "`Oenothera` is forgiving.",
            second,
        )
        pinned = self.post(
            "full",
            "Mary Somerville",
            "Tobacco plants for the scent, near a window that you open at night.",
        )
        self.post("full", "Émilie du Châtelet", "And leave the lights off: moths need the dark.")
        self.post("closed", "Mary Somerville", "The last word, for this year.")
        for comment, votes in ((first, 7), (pinned, 3), (second, 1)):
            self.vote(comment, votes)
        self.server.cli("moderation", "mark", str(pinned), "--pin", "--badge", "expert")
        self.server.cli("moderation", "mark", str(first), "--badge", "author")
        self.server.cli("moderation", "close", f"{self.origin}/closed", "--site", "garden")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _planted(folder: Path) -> Iterator[Garden]:
    pages = folder / "pages"
    pages.mkdir()
    server = LiveServer(folder / "home")
    for key, policy in SITES.items():
        sets = ("--set", f"site.policy={policy}", "--set", "rate_limit.mode=off")
        server.cli("site", "add", key, "--host", "127.0.0.1", *sets)
    handler = functools.partial(_Quiet, directory=str(pages))
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=web.serve_forever)
    thread.start()
    server.start()
    try:
        garden = Garden(pages, server, f"http://127.0.0.1:{web.server_port}")
        garden.grow()
        yield garden
    finally:
        server.stop()
        web.shutdown()
        web.server_close()
        thread.join()


def _words(lang: str) -> Words:
    if lang == "en":
        files = [ROOT / f"static/src/locale/{name}.json" for name in ("en", "en_actions")]
    else:
        files = [ROOT / f"static/locale/{lang}.json"]
    found: Words = {}
    for file in files:
        found |= json.loads(file.read_text("utf-8"))
    return found


def _draw(browser: Browser, garden: Garden, state: State, look: Look, width: int) -> None:
    """Take one picture; nothing moves in it and no cursor blinks."""
    height = 640 if width == min(WIDTHS) else 800
    options = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce"}
    with browser.new_context(**options) as context:  # type: ignore[arg-type]  # as it says
        tab = context.new_page()
        tab.goto(garden.page(state, look))
        tab.locator("comment-thread .foot").wait_for()
        state.act(tab, _words(look.lang))
        name = f"{state.name}-{look.name}-{width}.png"
        tab.screenshot(path=IMAGES / name, full_page=True, animations="disabled")


def main() -> None:
    """Write all pictures."""
    folder = Path(tempfile.mkdtemp(prefix="cw-pictures-"))
    try:
        with _planted(folder) as garden, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for state, look, width in itertools.product(STATES, LOOKS, WIDTHS):
                _draw(browser, garden, state, look, width)
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
