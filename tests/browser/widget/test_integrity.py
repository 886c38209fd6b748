"""A page that pins the script by its integrity runs nothing else of the server."""

import base64
import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.widget.conftest import Host

STATIC = Path(__file__).resolve().parents[3] / "static"


def pinned(host: Host) -> str:
    """Return a page whose script tag has the integrity of the script."""
    digest = hashlib.sha384((STATIC / "embed.js").read_bytes()).digest()
    integrity = f"sha384-{base64.b64encode(digest).decode()}"
    return host.page(attributes=f'integrity="{integrity}" crossorigin="anonymous"')


def test_a_pinned_page_has_its_comments_and_takes_one(host: Host, tab: Page) -> None:
    tab.goto(pinned(host))
    tab.get_by_label("Your comment").fill("From a pinned page.")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.locator("article", has_text="From a pinned page.")).to_be_visible()


@pytest.mark.parametrize("name", ["box.js", "actions.js"])
def test_a_pinned_page_runs_no_module_that_was_changed(host: Host, tab: Page, name: str) -> None:
    def change(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"window.changed = true;{answer.text()}")

    tab.route(f"**/static/{name}?*", change)
    tab.goto(pinned(host))
    if name == "actions.js":
        tab.get_by_label("Your comment").fill("Not sent, not lost.")
        tab.get_by_role("button", name="Post comment").click()
    expect(tab.get_by_text("can’t be")).to_be_visible()
    assert tab.evaluate("window.changed") is None
