"""Charts that anybody can read, and a replay that is watched."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.dashboard.conftest import Desk
from tests.browser.dashboard.test_screens import RULES

Opens = Callable[..., Page]


def overview(desk: Desk, days: int = 30) -> str:
    return f"{desk.server.url}/dashboard/{desk.key}/overview?days={days}"


@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_overview_is_whole_at_320_pixels_with_text_of_its_size(
    desk: Desk, open_page: Opens, days: int
) -> None:
    comment = desk.post("Held.")
    desk.server.cli("moderation", "approve", str(comment))
    page = open_page(overview(desk, days), "phone")
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    sizes = page.evaluate(
        "[...document.querySelectorAll('.ticks text, .along span')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 11
    for label in page.locator(".ticks text").all():
        box = label.bounding_box()
        assert box is not None
        assert box["x"] >= 0


def test_a_chart_says_what_it_shows_and_has_a_table(desk: Desk, open_page: Opens) -> None:
    for number in range(3):
        desk.post(f"Number {number}.")
    page = open_page(overview(desk))
    chart = page.get_by_role("img", name="Comments from")
    assert "3 held" in (chart.locator("desc").text_content() or "")
    page.get_by_text("Show as table").first.click()
    table = page.get_by_role("region", name="Comments as a table").get_by_role("table")
    expect(table.get_by_role("row").last).to_contain_text("3")
    expect(page.get_by_role("region", name="Pages as a table")).to_contain_text(desk.page)
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()


def test_parts_of_a_bar_differ_by_more_than_colour(desk: Desk, open_page: Opens) -> None:
    ids = [desk.post(f"Number {number}.") for number in range(3)]
    desk.server.cli("moderation", "approve", str(ids[0]))
    desk.server.cli("moderation", "spam", str(ids[1]))
    page = open_page(overview(desk))
    fills = page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby^=stand] .column rect:not(.room)')]"
        ".map((one) => one.getAttribute('fill') ?? 'plain')"
    )
    assert sorted(fills) == ["plain", "url(#stand-1)", "url(#stand-2)"]


def test_from_right_to_left_the_newest_day_is_at_the_left(desk: Desk, open_page: Opens) -> None:
    desk.post("Today.")
    page = open_page(overview(desk))

    def places() -> tuple[float, float]:
        bar = page.locator(".column rect:not(.room)").first.bounding_box()
        chart = page.locator(".plot").first.bounding_box()
        assert bar is not None
        assert chart is not None
        return bar["x"] - chart["x"], chart["width"]

    offset, width = places()
    assert offset > width * 0.9
    page.evaluate("document.documentElement.dir = 'rtl'")
    offset, _ = places()
    assert offset < width * 0.1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def start(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.server.url}/dashboard/{desk.key}/plugins/links")
    page.get_by_role("link", name="Replay over past comments").click()
    page.get_by_label("Hold above", exact=True).fill("0")
    page.get_by_role("button", name="Start").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_a_replay_is_watched_until_it_says_what_would_change(
    desk: Desk, open_page: Opens, screen: str, scheme: Literal["light", "dark"]
) -> None:
    quiet = desk.post("Nothing here.")
    linked = desk.post("See https://a.example/x for more.")
    for comment in (quiet, linked):
        desk.server.cli("moderation", "approve", str(comment))
    page = open_page(desk.queue, screen, color_scheme=scheme)
    start(desk, page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Done")
    expect(page.locator("#progress")).to_contain_text("2 of 2 comments")
    change = page.locator(".changes li").first
    expect(change).to_contain_text("Hold")
    expect(page.get_by_text("false alarm")).to_be_visible()
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("window.innerWidth")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name=f"Comment {linked}").first.click()
    expect(page.locator(f"#comment-{linked}")).to_be_visible()


def test_a_replay_is_watched_without_a_script_by_looking_again(
    desk: Desk, open_page: Opens
) -> None:
    desk.post("See https://a.example/x for more.")
    page = open_page(desk.queue, java_script_enabled=False)
    start(desk, page)
    heading = page.get_by_role("heading", level=1)
    again = page.get_by_role("link", name="Look again")
    while again.count():
        again.click()
    expect(heading).to_contain_text("Done")
