"""Every screen: accessible, whole on a telephone, in light and dark."""

import json
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.dashboard.conftest import Desk
from widget.plugin_host.breaker import FAILURES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCREENS = (
    "/",
    "/{key}/queue",
    "/{key}/queue?status=spam",
    "/{key}/queue?q=number&plugin=failing&since=2026-01-01&status=all",
    "/{key}/queue?thread=1&author={comment}&host=example.org&status=all",
    "/{key}/many?q=number",
    "/{key}/comments/{comment}",
    "/{key}/comments/{comment}/like",
    "/{key}/comments/{comment}/edit",
    "/{key}/overview",
    "/{key}/overview?days=365",
    "/{key}/comments/{comment}/move",
    "/{key}/threads",
    "/{key}/threads?q=http://127.0.0.1:9/new",
    "/{key}/threads/{thread}",
    "/{key}/what-if",
    "/{key}/settings",
    "/{key}/plugins/akismet",
    "/{key}/plugins/rate_limit",
    "/{key}/plugins/failing",
    "/{key}/deliveries",
    "/{key}/bans",
    "/{key}/bans?q=adverts",
    "/{key}/bans/new",
    "/{key}/bans/new?comment={comment}",
    "/{key}/comments/{comment}/author",
    "/{key}/comments/{comment}/author?act=delete",
    "/{key}/people",
    "/{key}/log",
    "/people",
    "/log",
    "/{key}/plugins/links/replays",
    "/{key}/plugins/akismet/replays",
    "/account",
    "/account/confirm",
    "/account/passkeys/new",
    "/account/password",
    "/no/such/page/here",
)


@pytest.mark.parametrize(("screen", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_no_screen_has_an_accessibility_fault_or_is_wider_than_the_window(
    desk: Desk,
    open_page: Callable[..., Page],
    screen: str,
    scheme: Literal["light", "dark"],
) -> None:
    comment = desk.post(
        "Long " + "words" * 60 + "\n\n```\n" + "code " * 60 + "\n```", name="N" * 80
    )
    desk.server.cli("site", "set", desk.key, "--set", "failing.mode=on", "--set", "failing.limit=2")
    for number in range(FAILURES):
        desk.post(f"Number {number}, with https://example.org/a/link.")
    site = ("--site", desk.key)
    desk.server.cli("thread", "policy", desk.page, "hold", *site)
    desk.server.cli("thread", "move", str(desk.post("Moved.")), f"{desk.page}-2", *site)
    desk.server.cli("thread", "merge", f"{desk.page}-2", desk.page, *site)
    shown = json.loads(desk.server.cli("thread", "show", desk.page, *site, "--json"))
    page = open_page(desk.queue, screen, color_scheme=scheme)
    for path in SCREENS:
        named = path.format(key=desk.key, comment=comment, thread=shown["id"])
        page.goto(f"{desk.server.url}/dashboard{named}")
        for trail in page.locator("details.trail").all():
            trail.locator("summary").click()
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("window.innerWidth"), path


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_the_door_is_accessible(desk: Desk, open_page: Callable[..., Page], screen: str) -> None:
    page = open_page(desk.queue, screen)
    page.context.clear_cookies()
    page.goto(f"{desk.server.url}/dashboard/sign-in")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("a guess")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()


def test_the_help_is_accessible(desk: Desk, open_page: Callable[..., Page]) -> None:
    page = open_page(desk.queue)
    page.keyboard.press("?")
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()


def test_the_focus_can_be_seen_in_forced_colours(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    desk.post("Forced.")
    page = open_page(desk.queue, forced_colors="active")
    page.keyboard.press("j")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


def test_nothing_moves_for_who_asked_for_less_motion(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    page = open_page(desk.queue, reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((one) => "
        "parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    )
    assert moving == 0
