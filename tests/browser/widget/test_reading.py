"""What readers see of a thread on a page of another origin."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.widget.conftest import Host

RFC_3339_UTC = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def test_a_page_of_another_origin_shows_its_thread(host: Host, tab: Page) -> None:
    url = host.page()
    first = host.post(url, "Typographic “quotes”\nand a second line.")
    host.post(url, "An answer.", first)
    tab.goto(url)
    expect(tab.get_by_role("heading", name="2 comments")).to_be_visible()
    comment = tab.locator(f"#comment-{first}")
    expect(comment).to_contain_text("Typographic “quotes”")
    expect(comment.get_by_text("Grace Hopper")).to_be_visible()
    expect(comment.locator("time")).to_have_attribute("datetime", RFC_3339_UTC)
    expect(tab.locator(".replies article")).to_contain_text("An answer.")


def test_a_page_that_nobody_commented_on_says_so(host: Host, tab: Page) -> None:
    tab.goto(host.page())
    expect(tab.get_by_text("No comments yet.")).to_be_visible()


def test_without_an_element_the_box_stands_after_the_script(host: Host, tab: Page) -> None:
    tab.goto(host.page(body=f"<p>before</p>{host.script('open')}<p id=after>after</p>"))
    expect(tab.locator("script + comment-thread + #after")).to_be_visible()
    expect(tab.get_by_label("Your comment")).to_be_visible()


def test_a_plain_box_holds_the_thread(host: Host, tab: Page) -> None:
    url = host.page(body=f"<div data-comment-thread data-site=open></div>{host.script('')}")
    host.post(url, "In a plain box.")
    tab.goto(url)
    expect(tab.locator("[data-comment-thread] article")).to_contain_text("In a plain box.")


def test_the_canonical_address_names_the_thread(host: Host, tab: Page) -> None:
    canonical = f"{host.origin}/the-article"
    host.post(canonical, "Under the canonical address.")
    tab.goto(host.page(head=f'<link rel=canonical href="{canonical}">') + "?utm_source=x")
    expect(tab.get_by_text("Under the canonical address.")).to_be_visible()


def test_nothing_but_the_loader_is_requested_before_the_thread_is_near(
    host: Host, tab: Page
) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    spacer = "<p>line</p>" * 200
    url = host.page(body=f"{spacer}{host.script('open')}<comment-thread></comment-thread>")
    tab.goto(url)
    tab.wait_for_load_state("networkidle")
    own = [one for one in asked if one.startswith(host.server.url)]
    assert own == [f"{host.server.url}/embed.js"]
    tab.locator("comment-thread").scroll_into_view_if_needed()
    expect(tab.get_by_label("Your comment")).to_be_visible()


def test_more_comments_and_more_replies_come_when_asked_for(host: Host, tab: Page) -> None:
    url = host.page("paged")
    first = host.post(url, "Number 1", site="paged")
    for number in range(2, 6):
        host.post(url, f"Number {number}", site="paged")
    for number in range(1, 4):
        host.post(url, f"Reply {number}", first, site="paged")
    tab.goto(url)
    expect(tab.get_by_text("Number 3")).to_be_visible()
    expect(tab.get_by_text("Number 4")).to_have_count(0)
    tab.get_by_role("button", name="Show 2 more replies").click()
    expect(tab.get_by_text("Reply 3")).to_be_visible()
    tab.get_by_role("button", name="Show more comments").click()
    expect(tab.get_by_text("Number 5")).to_be_visible()
    expect(tab.locator(".list > li article")).to_have_count(8)


def test_a_permalink_marks_its_comment(host: Host, tab: Page) -> None:
    url = host.page()
    wanted = [host.post(url, f"Number {number}") for number in range(12)][-1]
    tab.goto(f"{url}#comment-{wanted}")
    comment = tab.locator(f"#comment-{wanted}")
    expect(comment).to_be_focused()
    expect(comment).to_be_in_viewport()
    expect(comment).to_have_attribute("part", "comment marked")


def test_a_permalink_loads_what_is_not_there_yet(host: Host, tab: Page) -> None:
    url = host.page("paged")
    top = [host.post(url, f"Number {number}", site="paged") for number in range(8)]
    replies = [host.post(url, f"Reply {number}", top[6], site="paged") for number in range(3)]
    tab.goto(f"{url}#comment-{replies[2]}")
    expect(tab.locator(f"#comment-{replies[2]}")).to_be_focused()
    tab.get_by_role("button", name="Show the thread from its beginning").click()
    expect(tab.locator(f"#comment-{top[0]}")).to_be_visible()


def test_an_address_that_leads_nowhere_says_so(host: Host, tab: Page) -> None:
    tab.goto(f"{host.page()}#comment-999999")
    expect(tab.get_by_text("isn’t here any more")).to_be_visible()


def test_beyond_the_depth_replies_say_what_they_answer(host: Host, tab: Page) -> None:
    url = host.page("short")
    parent = None
    for level in range(5):
        parent = host.post(url, f"Level {level}", parent, site="short")
    tab.goto(url)
    expect(tab.get_by_text("Level 4")).to_be_visible()
    assert tab.locator(".replies .replies .replies").count() == 0
    expect(tab.locator(f"#comment-{parent}")).to_contain_text("in reply to Grace Hopper")


def test_new_comments_are_announced_and_shown_when_asked_for(host: Host, tab: Page) -> None:
    url = host.page()
    first = host.post(url, "The first.")
    tab.clock.install()
    tab.goto(url)
    expect(tab.get_by_text("The first.")).to_be_visible()
    host.post(url, "A reply meanwhile.", first)
    host.post(url, "Another meanwhile.")
    tab.clock.run_for(61_000)
    expect(tab.locator(".news")).to_contain_text("2 new comments")
    expect(tab.get_by_text("meanwhile")).to_have_count(0)
    tab.locator(".news").get_by_role("button", name="Show").click()
    expect(tab.get_by_text("meanwhile")).to_have_count(2)
    expect(tab.get_by_role("heading", name="3 comments")).to_be_visible()


def test_the_order_can_be_changed(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "The older.")
    host.post(url, "The newer.")
    tab.goto(url)
    expect(tab.locator("article").first).to_contain_text("The older.")
    tab.get_by_label("Sort by").select_option("newest")
    expect(tab.locator("article").first).to_contain_text("The newer.")


def test_counts_of_a_page_are_one_request(host: Host, tab: Page) -> None:
    one, two = (host.page() for _ in range(2))
    for url in (one, one, two):
        host.post(url, "Counted.")
    spans = "".join(
        f'<a href=#>x</a> <span data-comment-count="{url}">…</span>'
        for url in (one, two, one, f"{host.origin}/never")
    )
    asked: list[str] = []
    tab.on("request", lambda request: "/counts" in request.url and asked.append(request.url))
    tab.goto(host.page(body=spans + host.script("open")))
    expect(tab.locator("[data-comment-count]")).to_have_text(["2", "1", "2", "0"])
    assert len(asked) == 1
    assert tab.locator("comment-thread").count() == 0


def test_a_server_that_is_down_leaves_the_page_whole(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "There again.")
    down = {"is": True}
    tab.route(
        "**/api/v1/thread?**",
        lambda route: route.abort("connectionrefused") if down["is"] else route.continue_(),
    )
    tab.goto(url)
    expect(tab.get_by_text("can’t be shown right now")).to_be_visible()
    down["is"] = False
    tab.get_by_role("button", name="Try again").click()
    expect(tab.get_by_text("There again.")).to_be_visible()


def test_counts_that_come_later_are_filled_too(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "Counted.")
    tab.goto(host.page(body=f"<span data-comment-count='{url}'></span>{host.script('open')}"))
    expect(tab.locator("[data-comment-count]")).to_have_text(["1"])
    tab.evaluate("document.body.append(document.querySelector('[data-comment-count]').cloneNode())")
    expect(tab.locator("[data-comment-count]")).to_have_text(["1", "1"])


def test_a_language_without_a_catalogue_is_english_throughout(host: Host, tab: Page) -> None:
    url = host.page(attributes='data-lang="tlh"')
    host.post(url, "Qapla’")
    tab.goto(url)
    expect(tab.get_by_role("heading", name="1 comment")).to_be_visible()
    expect(tab.locator("comment-thread section")).to_have_attribute("lang", "en")


def test_an_owners_stylesheet_reaches_the_box(host: Host, tab: Page) -> None:
    (host.folder / "theme.css").write_text("h2 { color: rgb(1, 2, 3) }")
    tab.goto(host.page(attributes=f'data-css="{host.origin}/theme.css"'))
    heading = tab.locator("comment-thread h2")
    expect(heading).to_have_css("color", "rgb(1, 2, 3)")


def test_a_closed_thread_says_so_and_offers_no_form(host: Host, tab: Page) -> None:
    url = host.page()
    host.post(url, "The last word.")

    def close(route: Route) -> None:
        answer = route.fetch()
        page = answer.json()
        page["thread"]["state"] = "closed"
        route.fulfill(response=answer, json=page)

    tab.route("**/api/v1/thread?**", close)
    tab.goto(url)
    expect(tab.get_by_text("Comments are closed.")).to_be_visible()
    expect(tab.get_by_role("button", name="Reply")).to_have_count(0)
    expect(tab.get_by_label("Your comment")).to_have_count(0)


def test_a_permalink_to_a_comment_on_another_page_now_leads_there(host: Host, tab: Page) -> None:
    url, other = host.page(), host.page()
    host.post(url, "This one stays.")
    moved = host.post(url, "This one goes.")
    host.server.cli("thread", "move", str(moved), other, "--site", "open")
    tab.goto(f"{url}#comment-{moved}")
    link = tab.get_by_role("link", name="This comment was moved to another page.")
    expect(link).to_be_focused()
    expect(tab.get_by_text("This one stays.")).to_be_visible()
    link.click()
    expect(tab.get_by_text("This one goes.")).to_be_visible()
    assert tab.url == f"{other}#comment-{moved}"
