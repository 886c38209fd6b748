"""axe-core finds nothing in the states that a reader passes through; what moves can be stilled."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.widget.conftest import WAIT_MS, Host, enter
from tests.browser.widget.test_accessibility import DARK, findings

PHONE = "<meta name=viewport content='width=device-width'>"


def test_while_it_loads_the_box_says_so_and_stands_still_for_who_wants_it(
    host: Host, chromium: Browser
) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    with chromium.new_context(reduced_motion="reduce") as context:
        context.set_default_timeout(WAIT_MS)
        tab = context.new_page()
        tab.route("**/api/v1/thread?**", hold)
        tab.goto(host.page())
        expect(tab.locator("comment-thread [aria-busy=true]")).to_be_visible()
        assert findings(tab) == ""
        assert tab.evaluate("document.getAnimations().length") == 0
        running = "document.querySelector('comment-thread').shadowRoot.getAnimations().length"
        assert tab.evaluate(running) == 0
        waiting[0].continue_()
        expect(tab.get_by_text("No comments yet.")).to_be_visible()


@pytest.mark.parametrize("theme", ["", "paper", "cards", "compact"])
@pytest.mark.parametrize("head", ["", DARK], ids=["light", "dark"])
def test_every_theme_is_readable(host: Host, tab: Page, theme: str, head: str) -> None:
    url = host.page(head=head, attributes=f'data-css="{theme}"' if theme else "")
    first = host.post(url, "A comment with `code`, a [link](https://example.org/) and\n\n> words.")
    host.post(url, "A reply.", first)
    host.server.cli("moderation", "mark", str(first), "--pin", "--feature", "--badge", "author")
    tab.goto(url)
    expect(tab.locator("article")).to_have_count(2)
    if theme:
        expect(tab.locator(f"comment-thread link[href*='{theme}.css']")).to_have_count(1)
    enter(tab)
    assert findings(tab) == ""


def test_the_preview_the_deletion_and_the_mentions_are_accessible(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "An earlier one.", name="Grace Hopper")
    tab.goto(url)
    text = tab.get_by_label("Your comment")
    text.fill("Some **bold** words, @gr")
    text.press("End")
    tab.keyboard.type("a")
    expect(tab.get_by_role("option", name="Grace Hopper")).to_be_visible()
    assert findings(tab) == ""
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Preview").click()
    expect(tab.locator("comment-thread strong", has_text="bold")).to_be_visible()
    assert findings(tab) == ""
    tab.get_by_role("button", name="Post comment").click()
    own = tab.locator("article").nth(1)
    expect(own).to_contain_text("Some bold words")
    own.get_by_role("button", name="Delete").click()
    expect(own.get_by_role("group", name="Delete this comment?")).to_be_visible()
    assert findings(tab) == ""
    own.get_by_role("button", name="Keep").click()
    own.get_by_role("button", name="Edit").click()
    expect(own.get_by_role("form", name="Edit").get_by_role("textbox").first).to_be_focused()
    assert findings(tab) == ""


def test_a_deleted_comment_keeps_its_place_for_its_replies(host: Host, tab: Page) -> None:
    url = host.page()
    gone = host.post(url, "Deleted later.")
    host.post(url, "Its reply stays.", gone)
    host.server.cli("moderation", "delete", str(gone))
    tab.goto(url)
    expect(tab.get_by_text("Its reply stays.")).to_be_visible()
    expect(tab.get_by_text("Deleted later.")).to_have_count(0)
    expect(tab.locator(f"#comment-{gone}")).to_contain_text("deleted")
    assert findings(tab) == ""


def test_in_forced_colours_every_field_and_button_has_an_edge(
    host: Host, chromium: Browser
) -> None:
    url = host.page()
    host.post(url, "A comment.")
    with chromium.new_context(forced_colors="active") as context:
        context.set_default_timeout(WAIT_MS)
        tab = context.new_page()
        tab.goto(url)
        enter(tab)
        bare = tab.locator(
            "comment-thread :is(input:not([type=checkbox]), textarea, button[part~=primary])"
        )
        edges = bare.evaluate_all(
            """(all) => all.map((one) => {
                 const own = getComputedStyle(one), around = getComputedStyle(one.parentElement);
                 const width = parseFloat(own.borderTopWidth) + parseFloat(around.borderTopWidth);
                 return [width, one.outerHTML];
               })"""
        )
        assert edges
        assert [html for width, html in edges if width == 0] == []
        assert findings(tab) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_without_javascript_is_accessible_and_fits_a_phone(
    host: Host, chromium: Browser, scheme: str
) -> None:
    url = host.page()
    first = host.post(url, "A comment with `code` and " + "x" * 90)
    host.post(url, "A reply.", first)
    page = f"{host.server.url}/threads?site=open&url={url}"
    with chromium.new_context(
        color_scheme=scheme, viewport={"width": 320, "height": 640}
    ) as context:
        context.set_default_timeout(WAIT_MS)
        tab = context.new_page()
        for address in (page, f"{page}&reply_to={first}", f"{page}&lang=ar"):
            tab.goto(address)
            expect(tab.get_by_text("A reply.")).to_be_visible()
            assert findings(tab) == ""
            assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        tab.goto(page)
        # The server's words, and not the browser's own about a field.
        tab.locator("form").last.evaluate("(form) => form.noValidate = true")
        tab.locator("form button").last.click()
        expect(tab.locator("[aria-invalid=true]").first).to_be_visible()
        assert findings(tab) == ""
