"""What moderators look for in the queue is found, whatever has happened to a comment."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import Clock
from tests.integration.conftest import World
from tests.integration.dashboard_kit import Browser, a_browser, add_comment, add_person
from tests.integration.plugin_files import checks
from tests.integration.test_dashboard_queue import entry, shown
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.search import Search
from widget.domain.site import Site
from widget.domain.trail import Answer
from widget.domain.verdict import Verdict
from widget.jobs.indexing import INDEX_COMMENTS
from widget.jobs.worker import run_due
from widget.moderation.decide import accept_edit, change_status
from widget.publication.parts import Parts
from widget.store import comments, jobs, queue, reactions, retention, sites, trails
from widget.store.queue import QueueQuery
from widget.store.searching import Asked, matching

MOD = "mod@example.org"


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator who is signed in."""
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def found(parts: Parts, site: Site, status: Status | None = None, **search: object) -> set[int]:
    """Return the comments that a search finds."""
    asked = Asked(
        site_id=site.id,
        status=status,
        flagged=False,
        search=Search(**search),  # type: ignore[arg-type]  # a test's fields
    )
    with parts.database.read() as session:
        return set(session.scalars(matching(session, asked)[0]))


@pytest.mark.parametrize(
    ("asked", "hit"),
    [
        ("pills", True),
        ("PILLS", True),
        ("pill", False),
        ("pill*", True),
        ("cheap pills", True),
        ('"cheap pills"', True),
        ('"pills cheap"', False),
        ("cheap -pills", False),
        ("cheap -potions", True),
        ("-potions", True),
        ("uber", True),
        ("日本", True),
        ("本日", False),
        ("ada", True),
        ("example.net", False),
        ("AND OR NOT NEAR(", False),
        ("'; DROP TABLE comment --", False),
        ('"', True),
    ],
)
def test_words_are_found_as_people_look_for_them(
    desk: Browser, parts: Parts, site: Site, asked: str, hit: bool
) -> None:
    comment = add_comment(parts, site, "Über cheap pills, 日本!")
    page = desk.get("/blog/queue", query_string={"q": asked}).text
    assert shown(page) == ([comment.id] if hit else [])


def test_a_search_stays_in_its_list_its_site_and_its_order(
    desk: Browser, parts: Parts, site: Site
) -> None:
    with parts.database.write() as session:
        new = replace(site, id=0, key="other", title="Other")
        other = sites.add_site(session, new, parts.now())
    held = [add_comment(parts, site, f"Wind {number}.").id for number in range(3)]
    add_comment(parts, site, "Wind.", status=Status.SPAM)
    add_comment(parts, other, "Wind.")
    assert shown(desk.get("/blog/queue?q=wind").text) == held[::-1]
    assert shown(desk.get("/blog/queue?q=wind&order=oldest").text) == held
    assert len(shown(desk.get("/blog/queue?q=wind&status=all").text)) == 4


def test_a_long_answer_comes_in_pages_that_miss_nothing(
    desk: Browser, parts: Parts, site: Site
) -> None:
    ids = [add_comment(parts, site, f"Wind {number}.").id for number in range(60)]
    page, seen, path = "", list[int](), "/blog/queue?q=wind"
    while path:
        page = desk.get(path).text
        seen += shown(page)
        _, _, rest = page.partition('rel="next" href="/dashboard')
        path = rest.partition('"')[0].replace("&amp;", "&")
    assert seen == ids[::-1]
    assert "60 comments found" in page


def test_who_objected_and_why_narrows_a_list(desk: Browser, parts: Parts, site: Site) -> None:
    nine = [entry("links", Answer.VERDICT, Verdict.hold("Nine links."))]
    two = [entry("links", Answer.VERDICT, Verdict.hold("Two links."))]
    failed = [entry("akismet", Answer.TIMED_OUT, reason="No answer within 2.0 s.")]
    first = add_comment(parts, site, "One.", entries=nine, reason="links: Nine links.").id
    second = add_comment(parts, site, "Two.", entries=two, reason="links: Two links.").id
    third = add_comment(parts, site, "Three.", entries=failed, reason="akismet: No answer.").id
    fourth = add_comment(parts, site, "Four.").id
    assert shown(desk.get("/blog/queue?plugin=links").text) == [second, first]
    assert shown(desk.get("/blog/queue?plugin=links&reason=nine+links").text) == [first]
    assert shown(desk.get("/blog/queue?plugin=akismet").text) == [third]
    assert shown(desk.get("/blog/queue?plugin=policy").text) == [fourth]


def test_a_plugin_that_let_pass_at_last_objects_no_more(parts: Parts, site: Site) -> None:
    objects = [entry("links", Answer.VERDICT, Verdict.hold("Nine."))]
    comment = add_comment(parts, site, "One.", entries=objects, reason="links: Nine.")
    assert found(parts, site, plugin="links") == {comment.id}
    with parts.database.write() as session:
        trails.add_trail(session, comment.id, [entry("links", Answer.ABSTAINED)])
    assert found(parts, site, plugin="links") == set()


def test_pages_days_hosts_and_authors_narrow_a_list(
    desk: Browser, parts: Parts, site: Site, clock: Clock
) -> None:
    first = add_comment(
        parts, site, "See [it](https://spam.example/x).", url="https://example.org/a"
    )
    clock.advance(days=40)
    desk.sign_in(MOD)
    second = add_comment(
        parts, site, "Later.", url="https://example.org/b", title="100% wind", name="Bob",
        email="bob@example.net",
    )  # fmt: skip
    day = clock().date()
    for query, hits in (
        ("page=100%25+WIND", {second.id}),
        ("page=0%25", {second.id}),
        ("page=nowhere", set()),
        (f"thread={first.thread_id}", {first.id}),
        ("host=spam.example", {first.id}),
        (f"author={second.id}", {second.id}),
        (f"author={second.id}&q=later", {second.id}),
        (f"author={second.id}&q=it", set()),
        ("q=bob@example.net", {second.id}),
        ("q=BOB@example.net", {second.id}),
        ("q=nobody@example.net", set()),
        (f"since={day}", {second.id}),
        (f"until={day - timedelta(days=1)}", {first.id}),
        (f"since={day - timedelta(days=40)}&until={day}", {first.id, second.id}),
        (f"author={first.id}&since={day}", set()),
    ):
        assert set(shown(desk.get(f"/blog/queue?{query}").text)) == hits, query


def test_an_address_finds_who_wrote_from_it_until_it_is_forgotten(world: World) -> None:
    world.start(policy="hold")
    world.posted("From here.", author={"name": "Ada"})
    asked = QueueQuery(site_id=world.site.id, status=None)
    parts = world.parts
    hash_ = comments.hash_address(parts.keys, world.site, "127.0.0.1")
    assert len(found(parts, world.site, author_hash=hash_)) == 1
    with parts.database.write() as session:
        retention.cut_addresses(session, world.site.id, parts.now() + timedelta(days=1), str)
        assert queue.queue_counts(session, asked.site_id)
    assert found(parts, world.site, author_hash=hash_) == set()


def test_what_cannot_be_looked_for_is_a_400_that_says_so(desk: Browser) -> None:
    for query in ("plugin=A'B", "since=yesterday", "thread=x", "author=-1", "q=" + "x" * 301):
        answer = desk.get(f"/blog/queue?{query}")
        assert answer.status_code == 400, query


def test_the_index_follows_everything_that_happens_to_a_comment(world: World) -> None:
    """Posts, edits, decisions, reports, erasure: what is found is what looking through gives."""
    world.plugin(
        "holds", checks('return widget.Verdict.hold("bad") if "bad" in submission.body else None')
    )
    world.start(policy="first_time")
    chance, ids = random.Random(20261123), list[int]()
    for number in range(40):
        what = chance.choice(["post", "post", "decide", "decide", "erase", "edit"])
        if what == "post" or not ids:
            ids.append(world.posted(chance.choice(["good wind", "bad wind", "storm"])))
        elif what == "decide":
            after = chance.choice(list(Status))
            change_status(world.parts, chance.choice(ids), after, actor="person:7")
        elif what == "edit":
            one = chance.choice(ids)
            with world.parts.database.write() as session:
                comments.propose_body(session, one, f"tempest {number}", "<p>x</p>")
            if chance.random() < 0.5:
                accept_edit(world.parts, one, actor="person:7")
        else:
            world.wait(days=31)
            with world.parts.database.write() as session:
                retention.end_deleted(session, world.parts.now())
    with world.parts.database.read() as session:
        rows = [queue.queue_item(session, world.parts.keys, world.site.id, one) for one in ids]
    for word in ("wind", "storm", "bad", "tempest"):
        for status in Status:
            is_in = {
                row.comment.id for row in rows
                if word in f"{row.comment.source} {row.comment.proposed_source or ''}"
                and (row.comment.status is status or (
                    status is Status.PENDING and row.comment.status is Status.PUBLISHED
                    and row.comment.proposed_source is not None
                ))
            }  # fmt: skip
            assert found(world.parts, world.site, status, text=word) == is_in, (word, status)


def test_a_report_of_a_reader_is_found_among_what_is_reported(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "Wind.", status=Status.PUBLISHED)
    assert shown(desk.get("/blog/queue?status=flagged&q=wind").text) == []
    with parts.database.write() as session:
        reactions.flag(session, comment.id, "reader", "spam", parts.now())
    assert shown(desk.get("/blog/queue?status=flagged&q=wind").text) == [comment.id]


def test_comments_from_before_the_index_are_indexed_by_a_job(parts: Parts, site: Site) -> None:
    ids = {add_comment(parts, site, f"Wind {number}.").id for number in range(3)}
    with parts.database.write() as session:
        session.execute(text("DELETE FROM comment_search"))
        now = parts.now()
        jobs.promise(session, INDEX_COMMENTS, {"below": max(ids) + 1}, due=now, now=now)
    assert found(parts, site, text="wind") == set()
    run_due(parts)
    assert found(parts, site, text="wind") == ids


def test_a_comment_that_is_gone_is_found_no_more(parts: Parts, site: Site) -> None:
    comment = add_comment(parts, site, "Wind.")
    with parts.database.write() as session:
        session.execute(text("DELETE FROM comment WHERE id = :id"), {"id": comment.id})
    with parts.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM comment_search")) == 0
