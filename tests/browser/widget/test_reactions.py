"""Votes, reports, badges, and asking the moderators to look."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.widget.conftest import WAIT_MS, Host
from tests.browser.widget.test_accessibility import findings


def moderated(host: Host, *arguments: str) -> str:
    """Run a command of the moderators'."""
    return host.server.cli("moderation", *arguments)


def test_a_vote_counts_at_once_for_everybody_and_can_be_taken_back(
    host: Host, tab: Page, chromium: Browser
) -> None:
    url = host.page()
    host.post(url, "To be voted on.")
    tab.goto(url)
    up = tab.get_by_role("button", name="Vote up")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(".score")).to_have_text("1")
    with chromium.new_context() as other:
        other.set_default_timeout(WAIT_MS)
        reader = other.new_page()
        reader.goto(url)
        expect(reader.locator(".score")).to_have_text("1")
        expect(reader.get_by_role("button", name="Vote up")).to_have_attribute(
            "aria-pressed", "false"
        )
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(tab.locator(".score")).to_have_text("")
    tab.get_by_role("button", name="Vote down").click()
    expect(tab.locator(".score")).to_have_text("-1")


def test_an_own_comment_takes_no_vote_of_its_author(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    tab.get_by_label("Your comment").fill("Mine, and very good.")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.locator("article", has_not_text="Sending…")).to_be_visible()
    tab.get_by_role("button", name="Vote up").click()
    expect(tab.get_by_text("You can't vote on your own comment.")).to_be_visible()
    expect(tab.get_by_role("button", name="Vote up")).to_have_attribute("aria-pressed", "false")
    expect(tab.locator(".score")).to_have_text("")


def test_best_comes_first_where_readers_voted(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "An older one.")
    best = host.post(url, "A better one.")
    tab.goto(url)
    tab.locator(f"#comment-{best}").get_by_role("button", name="Vote up").click()
    expect(tab.locator(f"#comment-{best} .score")).to_have_text("1")
    tab.get_by_label("Sort by").select_option("best")
    expect(tab.locator("article").first).to_contain_text("A better one.")


@pytest.mark.parametrize(("site", "buttons"), [("upvotes", 1), ("quiet", 0)])
def test_a_site_takes_votes_up_only_or_none(host: Host, tab: Page, site: str, buttons: int) -> None:
    url = host.page(site)
    host.post(url, "A comment.", site=site)
    tab.goto(url)
    expect(tab.get_by_text("A comment.")).to_be_visible()
    expect(tab.get_by_role("button", name=re.compile("^Vote"))).to_have_count(buttons)
    expect(tab.get_by_role("button", name="Report")).to_have_count(buttons)


def test_a_report_reaches_the_moderators_with_its_reason(host: Host, tab: Page) -> None:
    url = host.page()
    told = host.post(url, "Rude words.")
    tab.goto(url)
    tab.get_by_role("button", name="Report").click()
    reason = tab.get_by_label("What is wrong with this comment?")
    expect(reason).to_be_focused()
    assert findings(tab) == ""
    reason.select_option(label="Insults or harassment")
    tab.get_by_role("button", name="Send report").click()
    expect(tab.locator(f"#comment-{told}")).to_contain_text("The moderators will look at")
    assert "abuse" in moderated(host, "show", str(told))


def test_the_author_of_a_held_comment_asks_once_for_a_review(host: Host, tab: Page) -> None:
    tab.goto(host.page("held"))
    tab.get_by_label("Your comment").fill("Please look at it.")
    tab.get_by_role("button", name="Post comment").click()
    article = tab.locator("article", has_text="Awaiting moderation")
    article.get_by_role("button", name="Ask for a review").click()
    expect(article).to_contain_text("The moderators were asked to look at it.")
    expect(article.get_by_role("button", name="Ask for a review")).to_have_count(0)
    number = (article.get_attribute("id") or "").removeprefix("comment-")
    assert "asked for a review" in moderated(host, "show", number)


def test_pinned_featured_and_badges_are_shown_and_a_pinned_comment_is_first(
    host: Host, tab: Page
) -> None:
    url = host.page()
    host.post(url, "First written.")
    pinned = host.post(url, "Pinned to the top.")
    moderated(host, "mark", str(pinned), "--pin", "--feature", "--badge", "author")
    tab.goto(url)
    first = tab.locator("article").first
    expect(first).to_contain_text("Pinned to the top.")
    expect(first.locator(".badge")).to_have_text(["Author", "Pinned", "Featured"])
    assert findings(tab) == ""


def test_a_closed_thread_says_so_and_takes_nothing(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "The last word.")
    moderated(host, "close", url, "--site", "open")
    tab.goto(url)
    expect(tab.get_by_text("Comments are closed.")).to_be_visible()
    expect(tab.get_by_label("Your comment")).to_have_count(0)
    expect(tab.get_by_role("button", name="Reply")).to_have_count(0)
    assert findings(tab) == ""


def test_comments_show_their_numbers_where_the_site_wants_it(host: Host, tab: Page) -> None:
    url = host.page("quiet")
    for text in ("One.", "Two."):
        host.post(url, text, site="quiet")
    tab.goto(url)
    expect(tab.locator("a[part=permalink]").nth(1)).to_have_text(re.compile("^#2 "))


def test_a_refused_author_reads_the_moderators_words(host: Host, tab: Page) -> None:
    tab.clock.install()
    tab.goto(host.page("held"))
    tab.get_by_label("Your comment").fill("Off the subject.")
    tab.get_by_role("button", name="Post comment").click()
    article = tab.locator("article", has_text="Awaiting moderation")
    expect(article).to_be_visible()
    number = (article.get_attribute("id") or "").removeprefix("comment-")
    moderated(host, "reject", number, "--message", "Please stay on the subject.")
    tab.clock.run_for(6_000)
    refused = tab.locator(f"#comment-{number}")
    expect(refused).to_contain_text("Please stay on the subject.")
    expect(refused.get_by_role("button", name="Edit")).to_have_count(0)
    assert findings(tab) == ""
