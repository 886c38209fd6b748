"""What moderators see of reports and wishes for a review, and how they mark comments."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.integration.dashboard_kit import (
    Browser,
    a_browser,
    add_comment,
    add_person,
    status_of,
)
from tests.integration.test_dashboard_queue import shown
from widget.domain.comment import Comment, Status
from widget.domain.person import Role
from widget.domain.site import Site
from widget.moderation.decide import change_status
from widget.publication.parts import Parts
from widget.store import comments, reactions

MOD = "mod@example.org"
Post = Callable[..., TestResponse]


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator who is signed in."""
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def flag(parts: Parts, comment: Comment, *reasons: str) -> None:
    with parts.database.write() as session:
        for number, reason in enumerate(reasons):
            reactions.flag(session, comment.id, f"reader {number}", reason, parts.now())


def ask_review(parts: Parts, comment: Comment) -> None:
    with parts.database.write() as session:
        reactions.ask_review(session, comment.id, parts.now())


def stored(parts: Parts, comment: Comment) -> Comment:
    with parts.database.read() as session:
        return comments.get_comment(session, parts.keys, comment.id)


def a_published(parts: Parts, site: Site, body: str = "A comment.") -> Comment:
    return add_comment(parts, site, body, status=Status.PUBLISHED)


def test_what_readers_reported_has_a_list_with_the_reasons_and_how_many_gave_them(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = a_published(parts, site)
    a_published(parts, site, "Nobody minds this.")
    flag(parts, comment, "spam", "abuse", "spam", "<script>alert(1)</script>")
    page = desk.get("/blog/queue?status=flagged").text
    assert shown(page) == [comment.id]
    assert "Reported by 4 readers:" in page
    assert "Spam × 2" in " ".join(page.split())
    assert "<script>alert(1)" not in page
    assert re.search(r'data-count="flagged">1<', page)


def test_who_keeps_a_comment_has_answered_its_reports(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = a_published(parts, site)
    flag(parts, comment, "spam", "abuse")
    form = {"comment": comment.id, "act": "keep", "seen": "published"}
    done = desk.act("/blog/comments", form).json
    assert (done["said"], done["decisions"], done["counts"]["flagged"]) == (
        "Left as it is.", [], 0,
    )  # fmt: skip
    assert shown(desk.get("/blog/queue?status=flagged").text) == []
    assert status_of(parts, comment) is Status.PUBLISHED
    assert desk.act("/blog/comments", form).status_code == 404


def test_a_decision_on_what_was_reported_can_be_taken_back_with_its_reports(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = a_published(parts, site)
    flag(parts, comment, "spam")
    done = desk.act("/blog/comments", {"comment": comment.id, "act": "spam"}).json
    assert shown(desk.get("/blog/queue?status=flagged").text) == []
    desk.act("/blog/undo", {"decision": done["decisions"]})
    assert shown(desk.get("/blog/queue?status=flagged").text) == [comment.id]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_whoever_asks_for_a_review_comes_first_once_and_nobody_is_left_out(
    desk: Browser, parts: Parts, site: Site, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr("widget.store.queue.queue_page.__defaults__", (3,))
    ids = [add_comment(parts, site).id for _ in range(8)]
    asked = add_comment(parts, site)
    ids += [asked.id, *(add_comment(parts, site).id for _ in range(3))]
    ask_review(parts, asked)
    path, found = f"/blog/queue?order={order}", list[int]()
    while path:
        page = desk.get(path).text
        found += shown(page)
        following = re.search(r'rel="next" href="/dashboard([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert found[0] == asked.id
    assert sorted(found) == sorted(ids)
    assert "The author asks for a review." in desk.get("/blog/queue").text


def test_a_wish_for_a_review_is_answered_by_any_decision(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, status=Status.SPAM)
    ask_review(parts, comment)
    page = desk.get("/blog/queue?status=spam").text
    assert "The author asks for a review." in page
    assert 'value="keep" data-key="s"' in page
    desk.act("/blog/comments", {"comment": comment.id, "act": "keep"})
    assert not stored(parts, comment).review_asked
    assert "The author asks for a review." not in desk.get("/blog/queue?status=spam").text


def test_a_published_comment_is_marked_from_its_card(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = a_published(parts, site)
    page = desk.get("/blog/queue?status=published").text
    offered = set(re.findall(r'name="act" value="(\w+)"', page))
    assert {"pin", "feature", "badge_author", "badge_moderator", "badge_expert"} <= offered
    assert "badge_none" not in offered
    for act, said in (
        ("pin", "Pinned."), ("feature", "Featured."), ("badge_expert", "The badge is given."),
    ):  # fmt: skip
        done = desk.act("/blog/comments", {"comment": comment.id, "act": act}).json
        assert (done["said"], done["decisions"]) == (said, [])
    marked = stored(parts, comment)
    assert (marked.pinned, marked.featured, marked.badge) == (True, True, "expert")
    page = desk.get("/blog/queue?status=published").text
    offered = set(re.findall(r'name="act" value="(\w+)"', page))
    assert {"unpin", "unfeature", "badge_none"} <= offered
    for act in ("unpin", "unfeature", "badge_none"):
        desk.post("/blog/comments", {"comment": comment.id, "act": act})
    marked = stored(parts, comment)
    assert (marked.pinned, marked.featured, marked.badge) == (False, False, None)


def test_a_held_comment_offers_no_marks(desk: Browser, parts: Parts, site: Site) -> None:
    add_comment(parts, site)
    assert 'value="pin"' not in desk.get("/blog/queue").text


def test_a_page_is_closed_and_opened_from_a_card(
    desk: Browser, client: FlaskClient, post: Post
) -> None:
    comment_id = post().get_json()["comment"]["id"]
    form = {"comment": comment_id, "act": "close_thread"}
    said = desk.act("/blog/comments", form).json["said"]
    assert said == "The page takes no more comments."
    assert post("Too late.").status_code == 403
    assert "Page closed" in desk.get("/blog/queue?status=published").text
    desk.act("/blog/comments", {**form, "act": "open_thread"})
    assert post("In time.").status_code == 201


def test_nobody_marks_another_sites_comments(
    desk: Browser, parts: Parts, add_site: Callable[..., Site]
) -> None:
    other = add_site("other", ("other.example",))
    comment = a_published(parts, other)
    for act in ("pin", "close_thread", "keep", "badge_moderator"):
        answer = desk.act("/blog/comments", {"comment": comment.id, "act": act})
        assert answer.status_code == 404
        answer = desk.act("/other/comments", {"comment": comment.id, "act": act})
        assert answer.status_code == 404
    assert not stored(parts, comment).pinned


def test_an_event_without_a_change_does_not_say_why_a_comment_is_held(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = a_published(parts, site)
    change_status(parts, comment.id, Status.PENDING, actor="pipeline", reason="Reported by 3.")
    ask_review(parts, comment)
    assert "Reported by 3." in desk.get("/blog/queue").text
