"""Mail about new comments, from the box to the last click, with a server that writes its mails."""

import email
import email.policy
import re
import time
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.browser.widget.conftest import Host, enter
from tests.browser.widget.test_accessibility import findings

END_S = 20.0
LINK = re.compile(r"(http://\S+/subscriptions/\S+)")


def mail_to(host: Host, address: str, subject: str) -> EmailMessage:
    """Return the mail to an address whose subject begins so, once the server has written it."""
    end = time.monotonic() + END_S
    while time.monotonic() < end:
        for file in (host.server.home / "mails").glob("*.eml"):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if message["To"] == address and str(message["Subject"]).startswith(subject):
                assert isinstance(message, EmailMessage)
                return message
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address} about {subject!r}")


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(message: EmailMessage) -> str:
    found = LINK.search(text_of(message))
    assert found
    return found[1]


def subscribe(tab: Page, address: str) -> None:
    """Ask for mail at the foot of the box."""
    tab.get_by_role("button", name="Get new comments by email").click()
    panel = tab.locator("form.panel")
    panel.get_by_label("Email").fill(address)
    panel.get_by_role("button", name="Subscribe").click()


def test_a_reader_subscribes_confirms_is_told_and_leaves(host: Host, tab: Page) -> None:
    url = host.page("mailing")
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
    tab.goto(link_in(mail_to(host, "ada@example.org", "Please confirm")))
    assert findings(tab) == ""
    tab.get_by_role("button", name="Yes, write to me").click()
    expect(tab.get_by_role("status")).to_have_text("Thank you. New comments will be sent to you.")
    assert findings(tab) == ""
    host.post(url, "A reply to all.", site="mailing")
    told = mail_to(host, "ada@example.org", "New comments on")
    assert "A reply to all." in text_of(told)
    tab.goto(link_in(told))
    tab.get_by_role("button", name="No more of these mails").click()
    expect(tab.get_by_text("You are told of nothing on this site.")).to_be_visible()


def test_what_the_server_says_against_it_is_told(host: Host, tab: Page) -> None:
    tab.goto(host.page("mailing"))
    subscribe(tab, "nobody")
    expect(tab.locator("form.panel")).to_contain_text("This is not an email address.")


def test_a_writer_is_told_of_replies_to_their_comment(host: Host, tab: Page) -> None:
    url = host.page("mailing")
    tab.goto(url)
    enter(tab)
    tab.get_by_label("Email me").select_option(label="replies to my comment")
    tab.get_by_label("Your comment").fill("Tell me of replies.")
    tab.get_by_role("textbox", name="Email").fill("grace@example.org")
    assert findings(tab) == ""
    tab.get_by_role("button", name="Post comment").click()
    own = tab.locator("article", has_text="Tell me of replies.")
    expect(own).not_to_contain_text("Sending…")
    number = int(str(own.get_attribute("id")).rpartition("-")[2])
    asking = tab.context.new_page()
    asking.goto(link_in(mail_to(host, "grace@example.org", "Please confirm")))
    asking.get_by_role("button", name="Yes, write to me").click()
    expect(asking.get_by_role("status")).to_be_visible()
    host.post(url, "A reply to you.", parent=number, site="mailing")
    assert "A reply to you." in text_of(mail_to(host, "grace@example.org", "New comments on"))


def test_a_reader_without_javascript_subscribes(host: Host, tab: Page) -> None:
    tab.goto(f"{host.server.url}/threads?site=mailing&url={host.page('mailing')}")
    tab.get_by_role("textbox", name="Email", exact=True).fill("bob@example.org")
    tab.get_by_role("button", name="Subscribe").click()
    expect(tab.get_by_role("status")).to_contain_text("Please look into your mail")
    assert findings(tab) == ""
    mail_to(host, "bob@example.org", "Please confirm")


def test_a_site_without_mail_shows_nothing_of_it(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    expect(tab.get_by_role("button", name="Get new comments by email")).to_have_count(0)
    expect(tab.get_by_label("Email me")).to_have_count(0)
