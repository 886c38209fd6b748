"""One act on all comments that are found: counted first, done once each, taken back."""

import re

import pytest
from flask import Flask

from tests.integration.dashboard_kit import (
    Browser,
    a_browser,
    add_comment,
    add_person,
    status_of,
)
from tests.integration.test_dashboard_queue import entry
from widget.domain.comment import Comment, Status
from widget.domain.errors import Conflict, Invalid
from widget.domain.person import Role
from widget.domain.search import Search
from widget.domain.site import Site
from widget.domain.trail import Answer
from widget.domain.verdict import Verdict
from widget.jobs.worker import run_due
from widget.moderation import bulk
from widget.moderation.bulk import Wanted
from widget.moderation.decide import change_status
from widget.publication.parts import Parts
from widget.store import audit, bulk_acts, queue, trails
from widget.store.bulk_acts import BulkAct, State
from widget.store.queue import QueueQuery

MOD = "mod@example.org"


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator who is signed in."""
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def last(parts: Parts) -> int:
    with parts.database.read() as session:
        return queue.last_id(session)


def spam(parts: Parts, site: Site, text: str = "pills", actor: str = "person:1") -> BulkAct:
    """Call all held comments with a word spam."""
    query = QueueQuery(site_id=site.id, status=Status.PENDING, search=Search(text=text))
    return bulk.start(parts, Wanted(query=query, after=Status.SPAM, actor=actor), last(parts))


def now_of(parts: Parts, act: BulkAct) -> BulkAct:
    with parts.database.read() as session:
        found = bulk_acts.find(session, act.id)
    assert found is not None
    return found


def statuses(parts: Parts, comments: list[Comment]) -> set[Status]:
    return {status_of(parts, one) for one in comments}


def test_a_moderator_sees_how_many_are_meant_and_does_it_once(
    desk: Browser, parts: Parts, site: Site
) -> None:
    meant = [add_comment(parts, site, f"Cheap pills {number}.") for number in range(3)]
    other = add_comment(parts, site, "Wind.")
    page = desk.get("/blog/many?q=pills").text
    assert "Act on 3 comments" in page
    answer = desk.post("/blog/many", {"q": "pills", "act": "spam", "last": str(last(parts))})
    assert answer.status_code == 303
    assert statuses(parts, meant) == {Status.SPAM}
    assert status_of(parts, other) is Status.PENDING
    page = desk.get(answer.location.removeprefix("/dashboard")).text
    assert "3 of 3 comments" in page and "Done" in page
    with parts.database.read() as session:
        events = trails.events_of(session, meant[0].id)
    assert [event.actor for event in events][1:] == ["person:1"]


def test_all_of_it_is_taken_back_but_what_somebody_decided_since(
    desk: Browser, parts: Parts, site: Site
) -> None:
    meant = [add_comment(parts, site, f"Cheap pills {number}.") for number in range(3)]
    answer = desk.post("/blog/many", {"q": "pills", "act": "delete", "last": str(last(parts))})
    change_status(parts, meant[0].id, Status.PUBLISHED, actor="person:9")
    where = answer.location.removeprefix("/dashboard")
    assert desk.post(f"{where}/undo").status_code == 303
    assert [status_of(parts, one) for one in meant] == [
        Status.PUBLISHED, Status.PENDING, Status.PENDING,
    ]  # fmt: skip
    page = desk.get(where).text
    assert "Taken back" in page and "1 left as they were" in page
    assert desk.post(f"{where}/undo").status_code == 409


def test_many_are_done_by_the_worker_and_the_counts_stay_right(parts: Parts, site: Site) -> None:
    meant = [add_comment(parts, site, f"Cheap pills {number}.") for number in range(120)]
    act = spam(parts, site)
    assert now_of(parts, act).state is State.RUNNING
    run_due(parts)
    done = now_of(parts, act)
    assert (done.state, done.done, done.total) == (State.DONE, 120, 120)
    assert statuses(parts, meant) == {Status.SPAM}
    bulk.take_back(parts, done, actor="person:2")
    run_due(parts)
    assert now_of(parts, act).state is State.UNDONE
    assert statuses(parts, meant) == {Status.PENDING}
    with parts.database.read() as session:
        assert audit.wrong_counts(session) == []
        assert trails.events_of(session, meant[0].id)[-1].actor == "person:2"


def test_a_worker_that_died_leaves_an_act_that_another_ends(parts: Parts, site: Site) -> None:
    meant = [add_comment(parts, site, f"Cheap pills {number}.") for number in range(120)]
    act = spam(parts, site)
    bulk.go_on(parts, act.id, slice_s=0.05)
    assert 0 < now_of(parts, act).done < 120
    run_due(parts)
    run_due(parts)
    done = now_of(parts, act)
    assert (done.state, done.done, done.skipped) == (State.DONE, 120, 0)
    assert statuses(parts, meant) == {Status.SPAM}


def test_what_comes_after_the_count_and_what_was_deleted_is_left_alone(
    parts: Parts, site: Site
) -> None:
    before = last(parts)
    first = add_comment(parts, site, "Cheap pills.")
    gone = add_comment(parts, site, "Cheap pills.", status=Status.DELETED)
    counted = last(parts)
    later = add_comment(parts, site, "Cheap pills.")
    query = QueueQuery(site_id=site.id, status=None, search=Search(text="pills"))
    wanted = Wanted(query=query, after=Status.SPAM, actor="person:1")
    act = bulk.start(parts, wanted, counted)
    assert before < counted
    assert [status_of(parts, one) for one in (first, gone, later)] == [
        Status.SPAM, Status.DELETED, Status.PENDING,
    ]  # fmt: skip
    assert (act.done, act.skipped) == (1, 1)


def test_one_act_at_a_time_and_it_can_be_ended_by_hand(
    desk: Browser, parts: Parts, site: Site
) -> None:
    for number in range(60):
        add_comment(parts, site, f"Cheap pills {number}.")
    add_comment(parts, site, "Wind.")
    act = spam(parts, site)
    with pytest.raises(Conflict, match="under way"):
        spam(parts, site, "wind")
    answer = desk.post("/blog/many", {"q": "wind", "act": "spam", "last": str(last(parts))})
    assert answer.status_code == 409
    assert "under way" in answer.text
    assert desk.post(f"/blog/many/{act.id}/cancel").status_code == 303
    run_due(parts)
    assert (now_of(parts, act).state, now_of(parts, act).done) == (State.CANCELLED, 0)
    assert spam(parts, site, "wind").done == 1


def test_nothing_found_and_no_act_are_said_and_change_nothing(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "Wind.")
    assert "No comment is found" in desk.get("/blog/many?q=pills").text
    form = {"q": "pills", "act": "spam", "last": str(comment.id)}
    assert desk.post("/blog/many", form).status_code == 422
    assert desk.post("/blog/many", {**form, "act": "pin"}).status_code == 400
    assert desk.post("/blog/many", {**form, "q": "wind", "last": "x"}).status_code == 400
    assert status_of(parts, comment) is Status.PENDING
    query = QueueQuery(site_id=site.id, status=Status.PENDING)
    with pytest.raises(Invalid):
        bulk.start(parts, Wanted(query=query, after=Status.PENDING, actor="person:1"), 1)


def test_what_is_like_a_comment_is_offered_with_its_number(
    desk: Browser, parts: Parts, site: Site
) -> None:
    nine = [entry("links", Answer.VERDICT, Verdict.hold("Nine links."))]
    body = "Buy our wonderful and cheap pills here now [x](https://spam.example/1)."
    first = add_comment(parts, site, body, entries=nine, name="Zed", email="z@spam.example")
    add_comment(
        parts, site, f"{body} Again.", entries=nine, name="Zed", email="y@spam.example",
        url="https://example.org/other", title="Other",
    )  # fmt: skip
    add_comment(parts, site, "Mine.", name="Ada", email="z@spam.example")
    page = desk.get(f"/blog/comments/{first.id}/like").text
    told = dict(
        zip(
            re.findall(r"<li class=\"panel\">\s*<p><strong>([^<]*)", page),
            re.findall(r"like-acts\"><a [^>]*>([^<]*)", page),
            strict=True,
        )
    )
    assert told == {
        "By the same author": "2 comments",
        "By authors of the same name": "2 comments",
        "Stopped for the same reason": "2 comments",
        "Stopped by the same plugin": "2 comments",
        "With links to the same place": "2 comments",
        "Beginning alike, or quoting it": "2 comments",
        "On the same page": "2 comments",
    }
    assert "One comment" not in page
    assert desk.get("/blog/comments/999/like").status_code == 404
