"""Posting, and that nothing typed is ever lost."""

import re

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.widget.conftest import Host


def write(tab: Page, text: str, name: str = "Ada Lovelace") -> None:
    """Fill the form for a new comment."""
    tab.get_by_label("Your comment").fill(text)
    tab.get_by_role("textbox", name="Name").fill(name)


def send(tab: Page) -> None:
    """Press the button of the form for a new comment."""
    tab.get_by_role("button", name="Post comment").click()


def listen(tab: Page) -> None:
    """Collect the events that the box tells the page."""
    tab.add_init_script(
        """window.told = [];
        for (const name of ["ready", "submitted", "published", "error", "consent"])
          document.addEventListener("comment-thread:" + name, (event) =>
            window.told.push(name + " " + event.target.localName));"""
    )


def test_a_comment_and_a_reply_are_posted_from_another_origin(host: Host, tab: Page) -> None:
    url = host.page()
    listen(tab)
    tab.goto(url)
    write(tab, "The **first** comment.")
    send(tab)
    comment = tab.locator("article", has_text="The first comment.")
    expect(comment).to_be_focused()
    expect(comment.locator("strong")).to_have_text("first")
    expect(tab.get_by_label("Your comment")).to_have_value("")
    comment.get_by_role("button", name="Reply to Ada Lovelace").click()
    expect(tab.get_by_role("textbox", name="Your reply")).to_be_focused()
    tab.keyboard.type("A reply to it.")
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".replies article")).to_contain_text("A reply to it.")
    expect(tab.get_by_role("heading", name="2 comments")).to_be_visible()
    told = tab.evaluate("window.told")
    names = ("ready", "submitted", "published", "submitted", "published")
    assert told == [f"{name} comment-thread" for name in names]
    tab.reload()
    expect(tab.locator(".replies article")).to_contain_text("A reply to it.")


def test_a_held_comment_is_marked_and_then_published_before_the_readers_eyes(
    host: Host, tab: Page
) -> None:
    url = host.page("held")
    listen(tab)
    tab.clock.install()
    tab.goto(url)
    write(tab, "Please wait for me.")
    send(tab)
    comment = tab.locator("article", has_text="Please wait for me.")
    expect(comment).to_contain_text("Awaiting moderation")
    held = (comment.get_attribute("id") or "").removeprefix("comment-")
    # The box sets its next look once the answer to this one is there.
    with tab.expect_response(re.compile(r"/comments/\d+$")):
        tab.clock.run_for(6_000)
    expect(comment).to_contain_text("Awaiting moderation")
    host.server.cli("moderation", "approve", held)
    with tab.expect_response(re.compile(r"/comments/\d+$")):
        tab.clock.run_for(10_000)
    expect(tab.get_by_text("A moderator has published your comment.")).to_be_visible()
    expect(comment).not_to_contain_text("Awaiting moderation")
    assert tab.evaluate("window.told.at(-1)") == "published comment-thread"


def test_a_held_comment_is_seen_by_nobody_else(host: Host, tab: Page) -> None:
    url = host.page("held")
    host.post(url, "Not for you yet.", site="held")
    tab.goto(url)
    expect(tab.get_by_text("No comments yet.")).to_be_visible()
    expect(tab.get_by_text("Not for you yet.")).to_have_count(0)


def test_a_refused_comment_says_so_to_its_author(host: Host, tab: Page) -> None:
    tab.clock.install()
    tab.goto(host.page("held"))
    write(tab, "A doubtful one.")
    send(tab)
    comment = tab.locator("article", has_text="A doubtful one.")
    expect(comment).to_contain_text("Awaiting moderation")
    held = (comment.get_attribute("id") or "").removeprefix("comment-")
    host.server.cli("moderation", "reject", held)
    tab.clock.run_for(6_000)
    expect(comment).to_contain_text("Not published")


def test_errors_stand_at_their_field_and_the_text_stays(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    write(tab, "A text worth keeping.")
    tab.get_by_role("textbox", name="Email").fill("not an address")
    tab.get_by_role("textbox", name="Website").fill("javascript:alert(1)")
    send(tab)
    email = tab.get_by_role("textbox", name="Email")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_be_focused()
    described = email.get_attribute("aria-describedby") or ""
    expect(tab.locator(f'[id="{described}"]')).to_contain_text("email address")
    expect(tab.get_by_label("Your comment")).to_have_value("A text worth keeping.")
    expect(tab.get_by_text("Sending…")).to_have_count(0)


def test_what_is_plainly_missing_is_said_at_once(host: Host, tab: Page) -> None:
    tab.goto(host.page("strict"))
    send(tab)
    expect(tab.get_by_text("Please write something.")).to_be_visible()
    expect(tab.get_by_label("Your comment")).to_be_focused()
    expect(tab.get_by_text("Please fill this in.")).to_be_visible()
    expect(tab.get_by_text("Please agree to this before you post.")).to_be_visible()


def test_the_button_stays_where_it_is_while_it_is_pressed(host: Host, tab: Page) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(host.page("strict"))
    tab.get_by_role("button", name="Post comment").hover()
    tab.mouse.down()
    expect(tab.get_by_role("button", name="Post comment")).to_be_focused()
    tab.evaluate(
        "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )
    assert not [url for url in asked if "actions.js" in url]
    tab.mouse.up()
    expect(tab.get_by_text("Please write something.")).to_be_visible()


def test_a_server_that_is_down_for_a_moment_loses_nothing(host: Host, tab: Page) -> None:
    url = host.page()
    tab.goto(url)
    write(tab, "Written in a storm.")
    keys: list[str | None] = []

    def hear(request: Request) -> None:
        if request.method == "POST":
            keys.append(request.headers.get("idempotency-key"))

    tab.on("request", hear)
    host.server.stop()
    send(tab)
    expect(tab.get_by_text("The server can’t be reached")).to_be_visible()
    expect(tab.get_by_label("Your comment")).to_have_value("Written in a storm.")
    expect(tab.get_by_role("textbox", name="Name")).to_have_value("Ada Lovelace")
    host.server.start()
    send(tab)
    expect(tab.locator("article", has_text="Written in a storm.")).to_have_count(1)
    assert len(keys) == 2
    assert keys[0] == keys[1] is not None


def test_a_lost_answer_does_not_make_two_comments(host: Host, tab: Page) -> None:
    url = host.page()
    tab.goto(url)

    def lose(route: Route) -> None:
        route.fetch()  # The server has it,
        route.abort()  # and the reader doesn't know.

    tab.route("**/api/v1/comments", lose, times=1)
    write(tab, "Only once, please.")
    send(tab)
    expect(tab.get_by_text("The server can’t be reached")).to_be_visible()
    send(tab)
    expect(tab.locator("article", has_text="Only once, please.")).to_have_count(1)
    tab.reload()
    expect(tab.get_by_role("heading", name="1 comment")).to_be_visible()


def test_too_many_is_said_in_words(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    headers = {
        "Retry-After": "120",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After",
    }
    tab.route("**/api/v1/comments", lambda route: route.fulfill(status=429, headers=headers))
    write(tab, "Patience.")
    send(tab)
    expect(tab.get_by_text("Please try again in 2 minutes.")).to_be_visible()
    expect(tab.get_by_label("Your comment")).to_have_value("Patience.")


def test_the_length_is_told_near_the_limit_only(host: Host, tab: Page) -> None:
    tab.goto(host.page("short"))
    tab.get_by_label("Your comment").fill("x" * 60)
    expect(tab.locator(".left")).to_have_count(0)
    tab.get_by_label("Your comment").focus()
    tab.get_by_label("Your comment").fill("😀" * 115)
    expect(tab.get_by_text("5 characters left")).to_be_visible()
    tab.get_by_label("Your comment").fill("x" * 121)
    expect(tab.get_by_text("1 character too many")).to_be_visible()
    send(tab)
    expect(tab.get_by_label("Your comment")).to_have_attribute("aria-invalid", "true")


def test_own_comments_can_be_edited_and_deleted(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    write(tab, "Befor the edit.")
    send(tab)
    comment = tab.locator("article").first
    comment.get_by_role("button", name="Edit").click()
    field = comment.get_by_label("Your comment")
    expect(field).to_have_value("Befor the edit.")
    field.fill("After the edit.")
    comment.get_by_role("button", name="Save changes").click()
    expect(comment.locator(".body")).to_have_text("After the edit.")
    comment.get_by_role("button", name="Delete").click()
    comment.get_by_role("button", name="Yes, delete it").click()
    expect(tab.get_by_text("No comments yet.")).to_be_visible()


def test_others_comments_can_not_be_edited(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "Somebody else’s.")
    tab.goto(url)
    expect(tab.get_by_text("Somebody else’s.")).to_be_visible()
    expect(tab.get_by_role("button", name="Edit")).to_have_count(0)


def test_the_preview_is_what_will_be_published(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    field = tab.get_by_label("Your comment")
    field.fill("word")
    field.select_text()
    tab.get_by_role("button", name="Bold").click()
    expect(field).to_have_value("**word**")
    tab.get_by_role("button", name="Preview").click()
    expect(tab.locator(".preview strong")).to_have_text("word")
    tab.get_by_role("button", name="Preview").click()
    expect(field).to_be_visible()


def test_typing_survives_going_to_another_thread_and_back(host: Host, tab: Page) -> None:
    url = host.page()
    tab.goto(url)
    write(tab, "Half a thought")
    thread = tab.locator("comment-thread")
    thread.evaluate(f"(element) => element.dataset.url = {host.origin + '/other'!r}")
    expect(tab.get_by_label("Your comment")).to_have_value("")
    thread.evaluate("(element) => delete element.dataset.url")
    expect(tab.get_by_label("Your comment")).to_have_value("Half a thought")


def test_a_held_comment_can_be_edited_and_stays_held(host: Host, tab: Page) -> None:
    tab.goto(host.page("held"))
    write(tab, "Held, first version.")
    send(tab)
    comment = tab.locator("article").first
    comment.get_by_role("button", name="Edit").click()
    comment.get_by_label("Your comment").fill("Held, second version.")
    comment.get_by_role("button", name="Save changes").click()
    expect(comment.locator(".body")).to_have_text("Held, second version.")
    expect(comment).to_contain_text("Awaiting moderation")


def test_an_edit_that_waits_leaves_the_old_text_in_public(host: Host, tab: Page) -> None:
    tab.goto(host.page("held"))
    tab.clock.install()
    write(tab, "Approved text.")
    send(tab)
    comment = tab.locator("article").first
    expect(comment).to_contain_text("Awaiting moderation")
    held = (comment.get_attribute("id") or "").removeprefix("comment-")
    host.server.cli("moderation", "approve", held)
    tab.clock.run_for(6_000)
    expect(comment).not_to_contain_text("Awaiting moderation")
    comment.get_by_role("button", name="Edit").click()
    comment.get_by_label("Your comment").fill("Changed after approval.")
    comment.get_by_role("button", name="Save changes").click()
    expect(comment.locator(".body")).to_have_text("Approved text.")
    expect(comment.locator(".help")).to_contain_text("moderat")


def test_the_browser_does_the_work_that_a_site_asks_for(host: Host, tab: Page) -> None:
    tab.goto(host.page("worked"))
    write(tab, "Paid for with arithmetic.")
    send(tab)
    expect(tab.locator("article", has_text="Paid for", has_not_text="Sending…")).to_be_visible()


def test_work_that_ran_out_is_done_again_by_itself(host: Host, tab: Page) -> None:
    problem = {"status": 403, "errors": [{"field": "proof_of_work", "message": "Too old."}]}
    old = {"status": 403, "json": problem, "headers": {"Access-Control-Allow-Origin": "*"}}
    tab.route("**/api/v1/comments", lambda route: route.fulfill(**old), times=1)
    tab.goto(host.page("worked"))
    write(tab, "Twice paid for.")
    asked: list[Request] = []
    tab.on("request", lambda request: "/form?" in request.url and asked.append(request))
    send(tab)
    expect(tab.locator("article", has_text="Twice paid", has_not_text="Sending…")).to_be_visible()
    assert asked
