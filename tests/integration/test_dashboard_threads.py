"""The pages of a site in the dashboard: found, closed, given a policy, merged, and put back."""

import re
import time
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import insert

from tests.conftest import PAGE, Clock
from tests.integration.dashboard_kit import (
    Browser,
    a_browser,
    add_comment,
    add_person,
    sign_in_link,
)
from tests.integration.reactions_kit import faults, stored
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.site import Policy, Site
from widget.domain.thread import Thread, ThreadState
from widget.publication.parts import Parts
from widget.store import thread_list, threads
from widget.store.tables import ThreadRow
from widget.store.thread_list import ThreadQuery

OTHER = "https://example.org/other"


@pytest.fixture
def browser(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator of the site."""
    person = add_person(parts, "mod@example.org", Role.MODERATOR, site, password=None)
    made = a_browser(app)
    made.post(sign_in_link(parts, person))
    return made


def thread_of(parts: Parts, comment_id: int) -> Thread:
    with parts.database.read() as session:
        found = threads.thread_by_id(session, stored(parts, comment_id).thread_id)
    assert found is not None
    return found


def titles(text: str) -> list[str]:
    """Return the pages that a list shows, in its order."""
    return [
        unescape(one) for one in re.findall(r"<a href=[^>]*/threads/\d+\"><strong>(.*?)<", text)
    ]


def test_pages_are_listed_by_their_newest_comment_with_what_waits(
    browser: Browser, parts: Parts, site: Site, clock: Clock
) -> None:
    for name in ("One", "Two", "Three"):
        add_comment(parts, site, url=f"https://example.org/{name}", title=name)
        clock.advance(minutes=1)
    published = add_comment(
        parts, site, url="https://example.org/One", title="One", status=Status.PUBLISHED
    )
    text = browser.get("/blog/threads").text
    assert titles(text) == ["One", "Three", "Two"]
    assert text.count("1 held") == 3
    with parts.database.read() as session:
        items = thread_list.list_threads(session, ThreadQuery(site_id=site.id)).items
    assert [(item.thread.count, item.pending) for item in items] == [(1, 1), (0, 1), (0, 1)]
    assert items[0].active == stored(parts, published.id).created


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("bridges", ["Why bridges sing"]),
        ("BRIDGES", ["Why bridges sing"]),
        ("über", ["Über die Brücke"]),
        ("brücke über", ["Über die Brücke"]),
        ("example.org/b", ["100% of it"]),
        ("100%", ["100% of it"]),
        ("%", ["100% of it"]),
        ("nothing", []),
        ("", ["100% of it", "Über die Brücke", "Why bridges sing"]),
    ],
)
def test_pages_are_found_by_title_and_address(
    browser: Browser, parts: Parts, site: Site, search: str, found: list[str], clock: Clock
) -> None:
    for address, title in (
        ("x", "Why bridges sing"), ("a", "Über die Brücke"), ("b", "100% of it"),
    ):  # fmt: skip
        add_comment(parts, site, url=f"https://example.org/{address}", title=title)
        clock.advance(minutes=1)
    assert titles(browser.get("/blog/threads", query_string={"q": search}).text) == found


def test_a_list_is_read_to_its_end_page_by_page(
    browser: Browser, parts: Parts, site: Site, clock: Clock
) -> None:
    for number in range(60):
        url = f"https://example.org/{number}"
        add_comment(parts, site, url=url, title=f"Number {number}.")
        clock.advance(minutes=number % 2)  # some have the same time
    path: str | None = "/blog/threads"
    seen: list[str] = []
    while path:
        text = browser.get(path).text
        seen += titles(text)
        following = re.search(r'rel="next" href="/dashboard([^"]*)"', text)
        path = unescape(following[1]) if following else None
    assert seen == [f"Number {number}." for number in reversed(range(60))]


def test_ten_thousand_pages_are_listed_and_searched_at_once(
    browser: Browser, parts: Parts, site: Site
) -> None:
    now = parts.now()
    rows = [
        {
            "site_id": site.id, "key": f"url:example.org/{n}", "url": f"https://example.org/{n}",
            "title": f"The article number {n}", "state": "open", "version": 1, "count": 0,
            "numbered": 0, "created": now, "active": now - timedelta(minutes=n),
            "votes_due": False,
        }
        for n in range(10_000)
    ]  # fmt: skip
    with parts.database.write() as session:
        session.execute(insert(ThreadRow), rows)
    assert titles(browser.get("/blog/threads").text)[:2] == [
        "The article number 0", "The article number 1",
    ]  # fmt: skip
    began = time.perf_counter()
    text = browser.get("/blog/threads?q=number+9999").text
    took = time.perf_counter() - began
    assert titles(text) == ["The article number 9999"]
    assert took < 2


def test_a_page_is_closed_and_opened_and_says_who_did_it(
    browser: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, status=Status.PUBLISHED)
    thread = thread_of(parts, comment.id)
    where = f"/blog/threads/{thread.id}"
    assert browser.post(f"{where}/state", {"act": "close"}).location == f"/dashboard{where}"
    assert thread_of(parts, comment.id).state is ThreadState.CLOSED
    text = browser.get(where).text
    assert "This page takes no comments" in text
    assert "mod@example.org" in text
    browser.post(f"{where}/state", {"act": "open"})
    assert thread_of(parts, comment.id).reopened
    assert "no plugin closes it" in browser.get(where).text
    browser.post(f"{where}/state", {"act": "let_close"})
    assert not thread_of(parts, comment.id).reopened
    assert browser.post(f"{where}/state", {"act": "explode"}).status_code == 400


def test_a_page_gets_a_policy_of_its_own_and_loses_it_again(
    browser: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site)
    where = f"/blog/threads/{thread_of(parts, comment.id).id}"
    browser.post(f"{where}/policy", {"policy": "hold"})
    assert thread_of(parts, comment.id).policy is Policy.HOLD
    assert "Holds all" in browser.get("/blog/threads").text
    browser.post(f"{where}/policy", {"policy": "site"})
    assert thread_of(parts, comment.id).policy is None
    assert browser.post(f"{where}/policy", {"policy": "anything"}).status_code == 400


def test_a_comment_is_moved_and_taken_back(browser: Browser, parts: Parts, site: Site) -> None:
    comment = add_comment(parts, site, status=Status.PUBLISHED)
    first = thread_of(parts, comment.id)
    assert f"/blog/comments/{comment.id}/move" in browser.get("/blog/queue?status=published").text
    assert "An article" in browser.get(f"/blog/comments/{comment.id}/move").text
    answer = browser.post(f"/blog/comments/{comment.id}/move", {"to": OTHER})
    there = thread_of(parts, comment.id)
    assert there.url == OTHER
    assert answer.location.startswith(f"/dashboard/blog/threads/{there.id}?done=")
    page = browser.get(answer.location.removeprefix("/dashboard"))
    assert "Moved here: one comment." in page.text
    move = re.search(r'name="move" value="(\d+)"', page.text)
    assert move is not None
    browser.post("/blog/threads/undo", {"move": move[1]})
    assert thread_of(parts, comment.id).id == first.id
    assert "Taken back:" in browser.get(f"/blog/threads/{first.id}").text
    assert faults(parts) == []
    assert browser.post("/blog/threads/undo", {"move": move[1]}).status_code == 409


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give the address of a page."),
        ("nonsense", "http"),
        ("https://elsewhere.example/a", "not one of the site"),
        (PAGE, "on this page already"),
        ("id:nothing", "No page has the thread id:nothing."),
    ],
)
def test_a_wrong_address_is_said_at_the_field_and_nothing_typed_is_lost(
    browser: Browser, parts: Parts, site: Site, typed: str, said: str
) -> None:
    comment = add_comment(parts, site)
    answer = browser.post(f"/blog/comments/{comment.id}/move", {"to": typed})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert f'value="{typed}"' in answer.text
    where = f"/blog/threads/{thread_of(parts, comment.id).id}/merge"
    answer = browser.post(where, {"to": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


def test_two_pages_are_merged_and_the_old_ones_screen_leads_to_the_new(
    browser: Browser, parts: Parts, site: Site
) -> None:
    old = thread_of(parts, add_comment(parts, site, status=Status.PUBLISHED).id)
    new = thread_of(parts, add_comment(parts, site, url=OTHER, title="New").id)
    answer = browser.post(f"/blog/threads/{old.id}/merge", {"to": OTHER})
    assert answer.location.startswith(f"/dashboard/blog/threads/{new.id}?done=")
    assert browser.get(f"/blog/threads/{old.id}").location == f"/dashboard/blog/threads/{new.id}"
    text = browser.get(f"/blog/threads/{new.id}").text
    assert "Also answers for:" in text
    assert PAGE in text
    assert titles(browser.get("/blog/threads").text) == ["New"]


def test_a_page_is_set_up_before_anybody_comments_there(
    browser: Browser, parts: Parts, site: Site
) -> None:
    assert "Set this page up" in browser.get("/blog/threads", query_string={"q": OTHER}).text
    assert "Set this page up" not in browser.get("/blog/threads?q=other").text
    answer = browser.post("/blog/threads", {"url": OTHER})
    browser.post(answer.location.removeprefix("/dashboard") + "/state", {"act": "close"})
    with parts.database.read() as session:
        found = threads.find_thread(session, site.id, "url:example.org/other")
    assert found is not None
    assert found.state is ThreadState.CLOSED
    refused = browser.post("/blog/threads", {"url": "https://elsewhere.example/"})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "query", ["state=ajar", "after=x", "after=1.x", "after=999999999999999999999.1"]
)
def test_an_address_that_is_no_place_in_the_list_is_refused(browser: Browser, query: str) -> None:
    assert browser.get(f"/blog/threads?{query}").status_code == 400


def test_what_pages_are_called_is_harmless(browser: Browser, parts: Parts, site: Site) -> None:
    evil = "<script>alert(1)</script>"
    comment = add_comment(parts, site, evil, title=evil)
    thread = thread_of(parts, comment.id)
    for path in (
        "/blog/threads",
        f"/blog/threads/{thread.id}",
        f"/blog/comments/{comment.id}/move",
    ):
        text = browser.get(path, query_string={"q": evil}).text
        assert evil not in text
    assert evil not in browser.post(f"/blog/threads/{thread.id}/merge", {"to": evil}).text
