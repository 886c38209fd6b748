"""The plugin for WordPress, on a real one, with a theme of blocks and a classic one."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.recipes.conftest import EXAMPLES
from tests.browser.recipes.wordpress import PASSWORD, WordPress, running_wordpress
from tests.live import LiveServer


@pytest.fixture(scope="module")
def wordpress() -> Iterator[WordPress]:
    with running_wordpress(EXAMPLES / "wordpress/comment-widget") as made:
        yield made


@pytest.mark.parametrize("theme", ["twentytwentythree", "twentytwentyone"])
def test_the_comments_stand_under_the_posts_of_a_theme(
    wordpress: WordPress, server: LiveServer, tab: Page, theme: str
) -> None:
    wordpress.php(f"require 'wp-load.php'; switch_theme('{theme}');")
    tab.goto(f"{wordpress.url}/wp-login.php")
    tab.get_by_label("Username or Email Address").fill("owner")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Log In").click()
    tab.goto(f"{wordpress.url}/wp-admin/options-discussion.php")
    tab.get_by_label("Address of the Comment Widget server").fill(f"{server.url}/")
    tab.get_by_label("Key of the site").fill("blog")
    tab.get_by_role("button", name="Save Changes").click()
    expect(tab.get_by_text("Settings saved.")).to_be_visible()
    tab.goto(f"{wordpress.url}/one/")
    tab.get_by_label("Your comment").fill(f"Written under {theme}.")
    tab.get_by_role("button", name="Post comment").click()
    written = tab.locator("comment-thread article", has_text=f"Written under {theme}.")
    expect(written).not_to_contain_text("Sending…")
    query = {"site": "blog", "url": f"{wordpress.url}/one/"}
    thread = httpx.get(f"{server.api}/thread", params=query).json()
    assert theme in str(thread["comments"])
    assert thread["thread"]["title"] == "One"
    tab.goto(f"{wordpress.url}/two/")
    expect(tab.get_by_text("No comments yet.")).to_be_visible()
    tab.goto(f"{wordpress.url}/closed/")
    expect(tab.get_by_role("heading", name="Closed")).to_be_visible()
    expect(tab.locator("comment-thread")).to_have_count(0)
