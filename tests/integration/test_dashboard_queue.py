"""What moderators see in the queue, and what their acts do."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.dashboard_kit import (
    Browser,
    a_browser,
    add_comment,
    add_person,
)
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.site import Site
from widget.domain.trail import Answer, Mode, TrailEntry
from widget.domain.verdict import Verdict
from widget.publication.parts import Parts
from widget.store import trails

MOD = "mod@example.org"
THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator who is signed in."""
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def shown(page: str) -> list[int]:
    """Return the comments on a page, in its order."""
    return [int(found) for found in re.findall(r'<article class="card" id="comment-(\d+)"', page)]


def entry(
    plugin: str, answer: Answer, verdict: Verdict | None = None, **more: object
) -> TrailEntry:
    usual: dict[str, object] = {
        "version": "2.7", "mode": Mode.ON, "duration_ms": 12.3, "settings_revision": 4, "at": THEN,
        "reason": verdict.reason if verdict else "",
    }  # fmt: skip
    return TrailEntry(plugin=plugin, answer=answer, verdict=verdict, **{**usual, **more})  # type: ignore[arg-type]  # a test's fields


def test_a_held_comment_is_shown_with_why_and_its_whole_trail(
    desk: Browser, parts: Parts, site: Site
) -> None:
    entries = [
        entry("links", Answer.VERDICT, Verdict.hold("Nine links.", score=0.875)),
        entry("words", Answer.ABSTAINED),
        entry("slow", Answer.TIMED_OUT, reason="No answer within 2.0 s."),
        entry("broken", Answer.FAILED, reason="ValueError: oops"),
        entry("away", Answer.SKIPPED, reason="It could not start."),
        entry("trial", Answer.VERDICT, Verdict.spam("Looks bad."), mode=Mode.SHADOW),
    ]
    comment = add_comment(
        parts, site, "Hello *there*.", entries=entries, reason="links: Nine links."
    )
    with parts.database.write() as session:
        record = trails.Record(plugin="consent", data={"answer": "agreed"}, at=THEN)
        trails.add_record(session, comment.id, record)
    page = desk.get("/blog/queue").text
    assert shown(page) == [comment.id]
    for words in (
        "Ada", "An article", "<em>there</em>", "links: Nine links.", "score 0.875", "12 ms",
        "version 2.7", "settings 4", "No objection", "No answer in time", "No answer within 2.0 s.",
        "Failed", "ValueError: oops", "Skipped", "It could not start.", "shadow: decides nothing",
        "Looks bad.", "consent", "agreed",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(("order", "rising"), [("oldest", True), ("newest", False)])
def test_paging_shows_each_comment_once_while_others_are_decided_on(
    desk: Browser, parts: Parts, site: Site, order: str, rising: bool
) -> None:
    ids = [add_comment(parts, site, f"Number {n}.").id for n in range(60)]
    found: list[int] = []
    address: str | None = f"/dashboard/blog/queue?order={order}"
    while address:
        page = desk.client.get(address).text
        found += shown(page)
        desk.act("/blog/comments", {"comment": found[-1], "act": "approve"})
        link = re.search(r'rel="next" href="([^"]+)"', page)
        address = link[1].replace("&amp;", "&") if link else None
    assert found == (ids if rising else ids[::-1])


def test_each_tab_shows_its_status_only(desk: Browser, parts: Parts, site: Site) -> None:
    by_status = {status: add_comment(parts, site, status=status).id for status in Status}
    for status, comment_id in by_status.items():
        assert shown(desk.get(f"/blog/queue?status={status}").text) == [comment_id]
    assert shown(desk.get("/blog/queue?status=all").text) == sorted(by_status.values())[::-1]


def test_a_reply_is_shown_with_what_it_answers(desk: Browser, parts: Parts, site: Site) -> None:
    parent = add_comment(parts, site, "The **question**.\n\nIts end.", status=Status.PUBLISHED)
    add_comment(parts, site, "The answer.", parent=parent.id)
    page = desk.get("/blog/queue").text
    assert "In reply to Ada" in page
    assert "The question. Its end." in page


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "order=random",
        "after=x",
        "after=-1",
        "after=99999999999999999999",
        "after=٣",
    ],
)
def test_an_address_that_makes_no_sense_is_a_400(desk: Browser, query: str) -> None:
    assert desk.get(f"/blog/queue?{query}").status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "{{7*7}}",
        "${7*7}",
        "{% raw %}",
        "%(n)s %s",
        "{0.__class__}",
    ],
)
def test_what_strangers_write_is_shown_as_text(
    desk: Browser, parts: Parts, site: Site, text: str
) -> None:
    parent = add_comment(parts, site, text, name=text, title=text)
    entries = [entry("links", Answer.VERDICT, Verdict.hold(text))]
    add_comment(
        parts, site, text, name=text, title=text, entries=entries, reason=text, parent=parent.id,
        email='"<script>alert(1)</script>"@example.org',
    )  # fmt: skip
    page = desk.get("/blog/queue?status=all")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "<svg onload" not in page.text
    assert ">49<" not in page.text
    assert "$49" not in page.text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x"]
)
def test_only_web_addresses_become_links(
    desk: Browser, parts: Parts, site: Site, address: str
) -> None:
    add_comment(parts, site, name="Ada", website=address, url=address)
    page = desk.get("/blog/queue").text
    assert f'href="{address}' not in page
    links = re.findall(r'<a [^>]*target="_blank"[^>]*>', page)
    assert all("noopener noreferrer" in link for link in links)


def test_counts_stop_where_nobody_reads_them(
    desk: Browser, parts: Parts, site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.store.queue.COUNT_LIMIT", 3)
    for _ in range(4):
        add_comment(parts, site)
    page = desk.get("/blog/queue").text
    assert re.search(r'data-count="pending">2\+<', page)


def test_beside_a_comment_stands_what_its_author_wrote_before(
    desk: Browser, parts: Parts, site: Site
) -> None:
    for number in range(4):
        add_comment(parts, site, f"Earlier {number}.", status=Status.PUBLISHED)
    add_comment(parts, site, "An advert.", status=Status.SPAM, name="Another name")
    add_comment(parts, site, "Not mine.", status=Status.SPAM, email="other@example.net")
    comment = add_comment(parts, site, "Now.")
    page = desk.get(f"/blog/comments/{comment.id}").text
    told = page.split('<details class="earlier">')[1].split("</details>")[0]
    assert "4 published" in told and "1 spam" in told
    assert [words in told for words in ("An advert.", "Earlier 3.", "Earlier 2.")] == [True] * 3
    assert "Earlier 1." not in told and "Not mine." not in told
    everything = desk.get(f"/blog/queue?status=all&author={comment.id}").text
    assert len(shown(everything)) == 6


def test_a_new_author_has_no_earlier_comments_and_one_without_email_is_known_by_address(
    desk: Browser, parts: Parts, site: Site
) -> None:
    add_comment(parts, site, "One.", email="new@example.net")
    first = add_comment(parts, site, "Two.", email=None)
    assert 'class="earlier"' in desk.get(f"/blog/comments/{first.id}").text
    add_comment(parts, site, "Three.", email="newer@example.net")
    assert desk.get("/blog/queue").text.count('class="earlier"') == 1
