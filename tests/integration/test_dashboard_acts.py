"""What moderators do: each act, its undo, and who else was there."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.dashboard_kit import (
    Browser,
    a_browser,
    add_comment,
    add_person,
    status_of,
)
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import comments

MOD = "mod@example.org"


@pytest.fixture
def desk(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of a moderator who is signed in."""
    add_person(parts, MOD, Role.MODERATOR, site)
    browser = a_browser(app)
    browser.sign_in(MOD)
    return browser


def public_texts(client: FlaskClient) -> str:
    """Return what readers see of the article."""
    answer = client.get("/api/v1/thread?site=blog&url=https://example.org/article")
    return str([one["html"] for one in answer.json["comments"]])


def shown(page: str) -> list[int]:
    """Return the comments on a page, in its order."""
    return [int(found) for found in re.findall(r'<article class="card" id="comment-(\d+)"', page)]


def test_approving_publishes_and_undo_takes_it_back(
    desk: Browser, client: FlaskClient, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "Quite held.")
    done = desk.act("/blog/comments", {"comment": comment.id, "act": "approve"}).json
    assert done["said"] == "Published."
    assert (done["counts"]["pending"], done["counts"]["published"]) == (0, 1)
    assert "Quite held." in public_texts(client)
    undone = desk.act("/blog/undo", {"decision": done["decisions"]}).json
    assert undone["said"] == "Taken back."
    assert "Quite held." not in public_texts(client)
    assert status_of(parts, comment) is Status.PENDING


@pytest.mark.parametrize(
    ("act", "after"),
    [
        ("approve", Status.PUBLISHED),
        ("spam", Status.SPAM),
        ("reject", Status.REJECTED),
        ("delete", Status.DELETED),
    ],
)
def test_acts_work_without_a_script_and_lead_back_with_an_undo(
    desk: Browser, parts: Parts, site: Site, act: str, after: Status
) -> None:
    comment = add_comment(parts, site)
    form = {"comment": comment.id, "act": act, "seen": "pending", "order": "oldest"}
    answer = desk.post("/blog/comments", form)
    assert status_of(parts, comment) is after
    page = desk.client.get(answer.location).text
    assert "order=oldest" in (answer.location or "")
    decision = re.search(r'name="decision" value="([\d.]+)"', page)
    assert decision
    desk.post("/blog/undo", {"decision": decision[1]})
    assert status_of(parts, comment) is Status.PENDING


def test_a_decision_is_on_the_trail_with_who_made_it(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site)
    desk.act("/blog/comments", {"comment": comment.id, "act": "spam"})
    page = desk.get(f"/blog/comments/{comment.id}").text
    decisions = page.split('<ol class="decisions">')[1].split("</ol>")[0]
    assert "Held → <strong>Spam</strong>" in decisions
    assert MOD in decisions


def test_after_an_undo_the_reason_is_the_one_before(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, reason="links: Nine links.")

    def why() -> str:
        page = desk.get(f"/blog/comments/{comment.id}").text
        return page.split('<p class="why">')[1].split("</p>")[0]

    assert "links: Nine links." in why()
    done = desk.act("/blog/comments", {"comment": comment.id, "act": "spam"}).json
    assert MOD in why()
    desk.act("/blog/undo", {"decision": done["decisions"]})
    assert "links: Nine links." in why()


def test_an_undo_does_not_take_back_what_somebody_else_decided_since(
    app: Flask, desk: Browser, parts: Parts, site: Site
) -> None:
    add_person(parts, "other@example.org", Role.MODERATOR, site)
    other = a_browser(app)
    other.sign_in("other@example.org")
    comment = add_comment(parts, site)
    mine = desk.act("/blog/comments", {"comment": comment.id, "act": "approve"}).json
    other.act("/blog/comments", {"comment": comment.id, "act": "spam"})
    answer = desk.act("/blog/undo", {"decision": mine["decisions"]})
    assert answer.status_code == 409
    assert status_of(parts, comment) is Status.SPAM


def test_a_second_undo_of_the_same_decision_does_nothing(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site)
    done = desk.act("/blog/comments", {"comment": comment.id, "act": "approve"}).json
    answers = [desk.act("/blog/undo", {"decision": done["decisions"]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert status_of(parts, comment) is Status.PENDING


def test_nobody_decides_on_what_has_changed_under_their_eyes(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site)
    desk.act("/blog/comments", {"comment": comment.id, "act": "spam"})
    late = {"comment": comment.id, "act": "approve", "seen": "pending"}
    answer = desk.act("/blog/comments", late)
    assert answer.status_code == 409
    assert "it is spam now" in answer.json["detail"]
    assert status_of(parts, comment) is Status.SPAM


def test_a_deleted_comment_is_restored_to_what_it_was(
    desk: Browser, client: FlaskClient, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site, "I come back.", status=Status.PUBLISHED)
    desk.act("/blog/comments", {"comment": comment.id, "act": "delete"})
    assert "I come back." not in public_texts(client)
    assert shown(desk.get("/blog/queue?status=deleted").text) == [comment.id]
    desk.act("/blog/comments", {"comment": comment.id, "act": "restore"})
    assert "I come back." in public_texts(client)


def test_several_are_decided_on_and_taken_back_at_once(
    desk: Browser, parts: Parts, site: Site
) -> None:
    held = [add_comment(parts, site, f"Number {n}.") for n in range(3)]
    form = {"comment": [one.id for one in held], "act": "spam"}
    done = desk.act("/blog/comments", form).json
    assert done["said"] == "3 comments: Marked as spam."
    assert {status_of(parts, one) for one in held} == {Status.SPAM}
    desk.act("/blog/undo", {"decision": done["decisions"]})
    assert {status_of(parts, one) for one in held} == {Status.PENDING}


def test_a_selection_with_a_comment_of_another_site_is_refused_as_a_whole(
    desk: Browser, parts: Parts, site: Site, add_site: Callable[..., Site]
) -> None:
    mine = add_comment(parts, site)
    theirs = add_comment(
        parts, add_site("other", hosts=("other.example",)), url="https://other.example/"
    )
    form = {"comment": [mine.id, theirs.id], "act": "approve"}
    assert desk.act("/blog/comments", form).status_code == 404
    assert {status_of(parts, mine), status_of(parts, theirs)} == {Status.PENDING}


@pytest.mark.parametrize("act", ["accept_edit", "refuse_edit"])
def test_a_proposed_edit_waits_in_the_queue_beside_the_old_text(
    desk: Browser, client: FlaskClient, parts: Parts, site: Site, act: str
) -> None:
    comment = add_comment(parts, site, "The old text.", status=Status.PUBLISHED)
    with parts.database.write() as session:
        comments.propose_body(session, comment.id, "The new text.", "<p>The new text.</p>")
    page = desk.get("/blog/queue").text
    assert shown(page) == [comment.id]
    assert "The old text." in page
    assert "The new text." in page
    assert desk.act("/blog/comments", {"comment": comment.id, "act": act}).status_code == 200
    accepted = act == "accept_edit"
    assert ("The new text." in public_texts(client)) is accepted
    assert ("The old text." in public_texts(client)) is not accepted
    assert shown(desk.get("/blog/queue").text) == []


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "approve"},
        {"comment": "1", "act": "explode"},
        {"comment": "x", "act": "approve"},
        {"comment": [str(n) for n in range(1, 102)], "act": "approve"},
    ],
)
def test_an_act_that_makes_no_sense_is_a_400(
    desk: Browser, parts: Parts, site: Site, form: dict[str, object]
) -> None:
    comment = add_comment(parts, site)
    assert desk.act("/blog/comments", form).status_code == 400
    assert status_of(parts, comment) is Status.PENDING
