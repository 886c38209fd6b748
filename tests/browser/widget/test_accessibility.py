"""axe-core finds nothing, in light and dark; the box fits a small screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.widget.conftest import WAIT_MS, Host, enter

DARK = "<style>body{background:#121418;color:#e4e6ea}</style>"
SCHEMES = [("", ""), (DARK, ""), ("", 'data-theme="dark"'), (DARK, 'data-theme="light"')]


def findings(tab: Page) -> str:
    """Return what axe-core finds wrong on the page, as text."""
    results = Axe().run(tab)
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize(
    ("head", "attributes"), SCHEMES, ids=["light", "dark", "forced dark", "forced light"]
)
def test_axe_finds_nothing_in_any_state(host: Host, tab: Page, head: str, attributes: str) -> None:
    url = host.page("held", head=head, attributes=attributes)
    tab.goto(url)
    expect(tab.get_by_text("No comments yet.")).to_be_visible()
    assert findings(tab) == ""
    tab.get_by_role("textbox", name="Email").fill("wrong")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.get_by_text("Please write something.")).to_be_visible()
    assert findings(tab) == ""
    tab.get_by_role("textbox", name="Email").fill("")
    tab.get_by_label("Your comment").fill("Held, with `code` and a [link](https://example.org/).")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.get_by_text("Awaiting moderation")).to_be_visible()
    tab.get_by_role("button", name="Privacy").click()
    assert findings(tab) == ""
    held = (tab.locator("article").get_attribute("id") or "").removeprefix("comment-")
    host.server.cli("moderation", "approve", held)
    tab.reload()
    tab.get_by_role("button", name="Reply").click()
    expect(tab.get_by_role("textbox", name="Your reply")).to_be_focused()
    assert findings(tab) == ""


def test_the_unreachable_server_is_said_accessibly(host: Host, tab: Page) -> None:
    tab.route("**/api/v1/thread?**", lambda route: route.abort())
    tab.goto(host.page())
    expect(tab.get_by_role("button", name="Try again")).to_be_visible()
    assert findings(tab) == ""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_runs_over_the_edge_at_320_pixels(
    chromium: Browser, host: Host, direction: str
) -> None:
    url = host.page(head="<meta name=viewport content='width=device-width'>")
    parent = None
    for _ in range(8):
        parent = host.post(url, "word " * 20 + "x" * 80, parent)
    with chromium.new_context(viewport={"width": 320, "height": 640}) as context:
        context.set_default_timeout(WAIT_MS)
        tab = context.new_page()
        tab.add_init_script(
            f"""addEventListener("DOMContentLoaded",
                () => document.documentElement.dir = {direction!r})"""
        )
        tab.goto(url)
        expect(tab.locator("article")).to_have_count(8)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_target_is_large_enough(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "A comment.")
    tab.goto(url)
    expect(tab.get_by_text("A comment.")).to_be_visible()
    small = tab.locator("comment-thread :is(button, input, select)").evaluate_all(
        """(all) => all.filter((one) => one.offsetWidth < 24 || one.offsetHeight < 24)
            .map((one) => one.outerHTML)"""
    )
    assert small == []


def test_keys_alone_reach_everything_in_order(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    reached = []
    for _ in range(7):
        tab.keyboard.press("Tab")
        reached.append(
            tab.evaluate(
                """() => {
                  const at = document.querySelector("comment-thread").shadowRoot.activeElement;
                  const label = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent;
                  return label ?? at.textContent;
                }"""
            )
        )
    assert [words.split()[0] for words in reached] == [
        "Bold", "Preview", "Name", "Email", "Website", "Remember", "Post",
    ]  # fmt: skip
    tab.get_by_role("button", name="Bold").focus()
    tab.keyboard.press("ArrowRight")
    expect(tab.get_by_role("button", name="Italic")).to_be_focused()
