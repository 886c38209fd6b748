"""Nothing is kept on the reader's device before consent."""

import json

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.widget.conftest import Host, enter

REMEMBER = "Remember my name, email and drafts on this device"
STORES = """async () => ({
  cookies: document.cookie,
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).map((one) => one.name),
  caches: await (self.caches?.keys() ?? []),
})"""
EMPTY = {"cookies": "", "local": [], "session": [], "databases": [], "caches": []}


def names(tab: Page) -> list[str]:
    """Return the names of what is kept, without what tells the site and thread."""
    kept = tab.evaluate("Object.keys(localStorage)")
    return sorted(name.split(":")[2] for name in kept)


def post(tab: Page, text: str) -> None:
    """Post a comment with a name."""
    tab.get_by_label("Your comment").fill(text)
    tab.get_by_role("textbox", name="Name").fill("Ada Lovelace")
    tab.get_by_role("button", name="Post comment").click()
    sent = tab.locator("article", has_text=text, has_not_text="Sending…")
    expect(sent).to_be_visible()


def test_reading_and_posting_leave_nothing_on_the_device(
    host: Host, tab: Page, context: BrowserContext
) -> None:
    tab.goto(host.page())
    post(tab, "Without a trace.")
    tab.get_by_label("Your comment").fill("A draft.")
    assert tab.evaluate(STORES) == EMPTY
    assert context.cookies() == []


def test_with_consent_the_draft_the_name_and_the_edit_key_are_kept(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    tab.get_by_label(REMEMBER).check()
    post(tab, "Mine to edit.")
    tab.get_by_label("Your comment").fill("Not finished")
    assert names(tab) == ["author", "consent", "drafts", "own"]
    assert tab.evaluate("document.cookie") == ""
    tab.reload()
    expect(tab.get_by_label("Your comment")).to_have_value("Not finished")
    expect(tab.get_by_role("textbox", name="Name")).to_have_value("Ada Lovelace")
    expect(tab.get_by_label(REMEMBER)).to_be_checked()
    expect(tab.locator("article").get_by_role("button", name="Edit")).to_be_visible()


def test_a_held_comment_is_still_shown_to_its_author_after_a_reload(host: Host, tab: Page) -> None:
    tab.goto(host.page("held"))
    enter(tab)
    tab.get_by_label(REMEMBER).check()
    post(tab, "Held over a reload.")
    tab.reload()
    comment = tab.locator("article", has_text="Held over a reload.")
    expect(comment).to_contain_text("Awaiting moderation")


def test_a_reload_while_a_comment_is_being_sent_makes_no_second_one(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    tab.get_by_label(REMEMBER).check()
    tab.route("**/api/v1/comments", lambda route: route.fetch() and route.abort())
    tab.get_by_label("Your comment").fill("Only once.")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.get_by_text("The server can’t be reached")).to_be_visible()
    tab.unroute("**/api/v1/comments")
    tab.reload()
    expect(tab.get_by_label("Your comment")).to_have_value("Only once.")
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.get_by_label("Your comment")).to_have_value("")
    tab.reload()
    expect(tab.locator("article", has_text="Only once.")).to_have_count(1)


def test_withdrawing_removes_everything_at_once(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    tab.get_by_label(REMEMBER).check()
    post(tab, "To be forgotten.")
    tab.get_by_role("button", name="Privacy").click()
    tab.get_by_role("button", name="Withdraw and delete all of it").click()
    expect(tab.get_by_text("Everything was deleted from this device.")).to_be_visible()
    assert tab.evaluate(STORES) == EMPTY
    expect(tab.get_by_label(REMEMBER)).not_to_be_checked()
    tab.get_by_label("Your comment").fill("More.")
    assert tab.evaluate(STORES) == EMPTY


def test_required_consent_lets_a_comment_through(host: Host, tab: Page) -> None:
    tab.goto(host.page("strict"))
    tab.get_by_label("Your comment").fill("Agreed.")
    tab.get_by_role("textbox", name="Name").fill("Ada Lovelace")
    tab.get_by_role("button", name="Post comment").click()
    box = tab.get_by_label(REMEMBER)
    expect(box).to_be_focused()
    assert tab.evaluate(STORES) == EMPTY
    box.check()
    tab.get_by_role("button", name="Post comment").click()
    expect(tab.locator("article", has_text="Agreed.")).to_be_visible()


def test_the_pages_own_banner_gives_and_withdraws_consent_by_event(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    expect(tab.get_by_label(REMEMBER)).to_be_visible()
    tab.evaluate("""window.told = [];
        document.addEventListener("comment-thread:consent", (e) => told.push(e.detail.granted))""")
    say = """(granted) =>
        document.dispatchEvent(new CustomEvent("comment-consent", { detail: { granted } }))"""
    tab.evaluate(say, True)
    expect(tab.get_by_label(REMEMBER)).to_be_checked()
    assert names(tab) == ["consent"]
    tab.evaluate(say, False)
    expect(tab.get_by_label(REMEMBER)).not_to_be_checked()
    assert tab.evaluate(STORES) == EMPTY
    assert tab.evaluate("told") == [True, False]


def test_the_pages_own_banner_gives_and_withdraws_consent_by_attribute(
    host: Host, tab: Page
) -> None:
    tab.goto(host.page(attributes='data-consent="granted"'))
    enter(tab)
    expect(tab.get_by_label(REMEMBER)).to_be_checked()
    assert names(tab) == ["consent"]
    tab.locator("comment-thread").evaluate("(e) => e.dataset.consent = 'denied'")
    expect(tab.get_by_label(REMEMBER)).not_to_be_checked()
    assert tab.evaluate(STORES) == EMPTY


def test_another_version_of_the_policy_asks_anew(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    enter(tab)
    tab.get_by_label(REMEMBER).check()
    tab.get_by_role("textbox", name="Name").fill("Ada Lovelace")
    kept = json.loads(tab.evaluate("localStorage.getItem('comment-widget:open:consent')"))
    kept["version"] = "an older one"
    tab.evaluate("(v) => localStorage.setItem('comment-widget:open:consent', v)", json.dumps(kept))
    tab.reload()
    enter(tab)
    expect(tab.get_by_label(REMEMBER)).not_to_be_checked()
    expect(tab.get_by_role("textbox", name="Name")).to_have_value("")
    assert tab.evaluate(STORES) == EMPTY


def test_a_page_that_forbids_storage_still_has_its_comments(host: Host, tab: Page) -> None:
    tab.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    tab.goto(host.page())
    enter(tab)
    tab.get_by_label(REMEMBER).check()
    post(tab, "Without any storage.")
