"""A moderator works through the queue in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.dashboard.conftest import Desk

Opens = Callable[..., Page]


def focused(page: Page) -> str:
    """Return the id of the comment that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def test_a_click_publishes_without_leaving_the_page(desk: Desk, open_page: Opens) -> None:
    comment = desk.post("Let me in.")
    page = open_page(desk.queue)
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Published.")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert desk.published() == {comment}
    assert page.evaluate("window.sameDocument")
    expect(page.locator("[data-count=pending]")).to_have_text("0")


def test_undo_really_takes_it_back(desk: Desk, open_page: Opens) -> None:
    comment = desk.post("Let me in.")
    page = open_page(desk.queue)
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back.")
    expect(page.locator(f"#comment-{comment}")).to_be_visible()
    assert desk.published() == set()


def test_the_keys_work_through_the_queue(desk: Desk, open_page: Opens) -> None:
    first, second, third, fourth = (desk.post(f"Comment number {n}.") for n in range(4))
    page = open_page(f"{desk.queue}?order=oldest")
    page.keyboard.press("j")
    assert focused(page) == f"comment-{first}"
    page.keyboard.press("j")
    assert focused(page) == f"comment-{second}"
    page.keyboard.press("k")
    assert focused(page) == f"comment-{first}"
    page.keyboard.press("a")
    assert focused(page) == f"comment-{second}"
    expect(page.get_by_role("status")).to_contain_text("Published.")
    page.keyboard.press("s")
    expect(page.get_by_role("status")).to_contain_text("Marked as spam.")
    assert focused(page) == f"comment-{third}"
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("Rejected.")
    page.keyboard.press("d")
    expect(page.get_by_role("status")).to_contain_text("Deleted.")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert desk.published() == {first}
    for comment in (fourth, third, second, first):
        page.keyboard.press("z")
        expect(page.locator(f"#comment-{comment}")).to_be_visible()
        expect(page.locator(f"#comment-{comment}")).to_be_focused()
    assert desk.published() == set()


def test_o_and_enter_open_and_close_the_trail(desk: Desk, open_page: Opens) -> None:
    desk.post("Look at my trail.")
    page = open_page(desk.queue)
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_text("What the plugins said")).to_be_visible()
    expect(page.locator(".entries")).to_contain_text("email_privacy")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What the plugins said")).to_be_hidden()


def test_no_key_acts_while_somebody_types_or_reads_the_help(desk: Desk, open_page: Opens) -> None:
    desk.post("Leave me alone.")
    page = open_page(desk.queue)
    page.evaluate("document.querySelector('#main').append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    page.keyboard.type("a sad dad")
    page.locator("textarea").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Control+a")
    expect(page.locator(".card:visible")).to_have_count(1)
    assert desk.published() == set()


def test_the_keys_can_be_switched_off(desk: Desk, open_page: Opens) -> None:
    comment = desk.post("Keys off.")
    page = open_page(desk.queue)
    page.keyboard.press("?")
    page.get_by_label("Use these keys in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(f"#comment-{comment}")).to_be_visible()
    page.reload()
    page.keyboard.press("a")
    expect(page.locator(f"#comment-{comment}")).to_be_visible()
    assert desk.published() == set()


def test_several_are_selected_and_decided_on(desk: Desk, open_page: Opens) -> None:
    ids = [desk.post(f"Comment number {n}.") for n in range(3)]
    page = open_page(desk.queue)
    page.get_by_label("Select all").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.locator(f"#comment-{ids[0]} .pick input").uncheck()
    page.locator(".bulk").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("2 comments: Published.")
    assert desk.published() == {ids[1], ids[2]}
    page.keyboard.press("u")
    expect(page.locator(".card:visible")).to_have_count(3)
    assert desk.published() == set()


def test_the_next_page_comes_before_the_moderator_runs_out(desk: Desk, open_page: Opens) -> None:
    ids = [desk.post(f"Comment number {n}.") for n in range(28)]
    page = open_page(f"{desk.queue}?order=oldest")
    expect(page.locator(".card:visible")).to_have_count(25)
    page.keyboard.press("j")
    for number in range(28):
        expect(page.locator(f"#comment-{ids[number]}")).to_be_focused()
        page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    expect(page.locator("[data-count=pending]")).to_have_text("0")
    assert len(desk.published()) == 25


def test_a_server_that_is_away_changes_nothing_and_says_so(desk: Desk, open_page: Opens) -> None:
    comment = desk.post("Tunnel ahead.")
    page = open_page(desk.queue)
    page.context.set_offline(True)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("can’t be reached")
    expect(page.locator(f"#comment-{comment}")).to_be_focused()
    page.context.set_offline(False)
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("Published.")
    assert desk.published() == {comment}


def test_who_was_signed_out_meanwhile_is_told_and_loses_nothing(
    desk: Desk, open_page: Opens
) -> None:
    comment = desk.post("Signed out.")
    page = open_page(desk.queue)
    page.context.clear_cookies(name="comment_widget_session")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    expect(page.locator(f"#comment-{comment}")).to_be_visible()


def test_two_moderators_do_not_overrule_each_other_unseen(desk: Desk, open_page: Opens) -> None:
    comment = desk.post("Two of you.")
    ours, theirs = open_page(desk.queue), open_page(desk.queue)
    theirs.get_by_role("button", name="Spam").click()
    expect(theirs.get_by_role("status")).to_contain_text("Marked as spam.")
    ours.get_by_role("button", name="Approve").click()
    expect(ours.get_by_role("status")).to_contain_text("it is spam now")
    expect(ours.locator(f"#comment-{comment}")).to_contain_text("Spam")
    assert desk.published() == set()


def test_everything_works_without_a_script(desk: Desk, open_page: Opens) -> None:
    comment = desk.post("No script here.")
    page = open_page(desk.queue, java_script_enabled=False)
    page.locator(".acts").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Published.")
    assert desk.published() == {comment}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#comment-{comment}")).to_be_visible()
    assert desk.published() == set()
    page.locator(".pick input").check()
    page.locator(".bulk").get_by_role("button", name="Spam").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
