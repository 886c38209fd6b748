"""The form for mail, as it is where a server says that it sends some.

No server does yet; its two answers stand in for it.
"""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.widget.conftest import Host, enter
from tests.browser.widget.test_accessibility import findings

Sent = list[dict[str, object]]


@pytest.fixture
def mailing(host: Host, tab: Page) -> Callable[[int], Sent]:
    """Return a function that lets the server send mail, and answer a subscription like this."""
    sent: Sent = []

    def mailing_thread(route: Route) -> None:
        answer = route.fetch()
        page = answer.json()
        page["form"]["subscriptions"] = True
        route.fulfill(response=answer, body=json.dumps(page))

    def begin(status: int) -> Sent:
        def subscribe(route: Route) -> None:
            sent.append(route.request.post_data_json)
            said = {"status": status, "title": "No", "detail": "This is no address."}
            origin = {"Access-Control-Allow-Origin": host.origin}
            route.fulfill(status=status, headers=origin, json={} if status == 202 else said)

        tab.route("**/api/v1/thread?**", mailing_thread)
        tab.route("**/api/v1/subscriptions", subscribe)
        return sent

    return begin


def test_a_reader_subscribes_without_commenting(
    host: Host, tab: Page, mailing: Callable[[int], Sent]
) -> None:
    sent = mailing(202)
    url = host.page()
    tab.goto(url)
    tab.get_by_role("button", name="Get new comments by email").click()
    assert findings(tab) == ""
    panel = tab.locator("form.panel")
    panel.get_by_role("button", name="Subscribe").click()
    expect(panel).to_contain_text("Please give your email address.")
    expect(panel.get_by_label("Email")).to_be_focused()
    panel.get_by_label("Email").fill("ada@example.org")
    panel.get_by_role("button", name="Subscribe").click()
    expect(panel).to_contain_text("We sent a mail to this address.")
    assert [(one["site"], one["url"], one["email"]) for one in sent] == [
        ("open", url, "ada@example.org")
    ]


def test_what_the_server_says_against_it_is_told(
    host: Host, tab: Page, mailing: Callable[[int], Sent]
) -> None:
    mailing(422)
    tab.goto(host.page())
    tab.get_by_role("button", name="Get new comments by email").click()
    panel = tab.locator("form.panel")
    panel.get_by_label("Email").fill("nobody")
    panel.get_by_role("button", name="Subscribe").click()
    expect(panel).to_contain_text("This is no address.")


def test_a_writer_chooses_what_to_be_told_of(
    host: Host, tab: Page, mailing: Callable[[int], Sent]
) -> None:
    mailing(202)
    posted: Sent = []
    tab.on(
        "request",
        lambda asked: (
            posted.append(asked.post_data_json)
            if asked.url.endswith("/comments") and asked.method == "POST"
            else None
        ),
    )
    tab.goto(host.page())
    enter(tab)
    tab.get_by_label("Email me").select_option(label="replies to my comment")
    tab.get_by_label("Your comment").fill("Tell me of replies.")
    tab.get_by_role("textbox", name="Email").fill("ada@example.org")
    assert findings(tab) == ""
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.locator("article", has_text="Tell me of replies.")).not_to_contain_text("Sending…")
    assert [body["subscribe"] for body in posted] == ["replies"]


def test_a_server_without_mail_shows_nothing_of_it(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    expect(tab.get_by_role("button", name="Get new comments by email")).to_have_count(0)
    expect(tab.get_by_label("Email me")).to_have_count(0)
