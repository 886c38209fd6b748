"""Readers report comments, and authors ask for a review, through the public API."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.conftest import ORIGIN, Clock
from tests.integration.reactions_kit import (
    MODERATOR,
    Post,
    React,
    events,
    faults,
    stored,
    thread,
)
from widget.domain.comment import Status
from widget.domain.site import Site
from widget.moderation.decide import change_status, undo
from widget.publication.parts import Parts
from widget.store import comments


def test_a_report_is_kept_once_for_a_reader_with_the_last_reason(
    published: int, react: React, parts: Parts, client: FlaskClient
) -> None:
    answer = react(published, "flag", reason=" spam ")
    thanks = "Thank you. The moderators will look at this comment."
    assert answer.get_json() == {"score": 0, "message": thanks}
    react(published, "flag", reason="abuse")
    assert stored(parts, published).flag_count == 1
    react(published, "flag", reader=2, reason="other")
    assert stored(parts, published).flag_count == 2
    assert "flag" not in str(thread(client)["comments"])
    assert faults(parts) == []


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, None, 7])
def test_a_report_says_why(published: int, react: React, reason: object) -> None:
    answer = react(published, "flag", reason=reason)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "reason"


def test_a_site_can_take_no_reports(
    add_site: Callable[..., Site], post: Post, react: React
) -> None:
    add_site(flags=False)
    answer = react(post().get_json()["comment"]["id"], "flag", reason="spam")
    assert (answer.status_code, answer.get_json()["detail"]) == (
        403, "Reports are off on this site.",
    )  # fmt: skip


def test_a_comment_that_enough_readers_report_is_held(
    add_site: Callable[..., Site], post: Post, react: React, parts: Parts, client: FlaskClient
) -> None:
    add_site(hold_after_flags=3)
    comment_id = post().get_json()["comment"]["id"]
    for _ in range(5):
        react(comment_id, "flag", reason="spam")
    react(comment_id, "flag", reader=2, reason="spam")
    assert stored(parts, comment_id).status is Status.PUBLISHED
    assert react(comment_id, "flag", reader=3, reason="spam").status_code == 200
    assert thread(client)["comments"] == []
    held = events(parts, comment_id)[-1]
    assert (held.actor, held.after, held.reason) == (
        "pipeline", Status.PENDING, "Reported by 3 readers.",
    )  # fmt: skip


def test_who_looked_at_reports_has_answered_them(
    add_site: Callable[..., Site], post: Post, react: React, parts: Parts, clock: Clock
) -> None:
    add_site(hold_after_flags=2)
    own = post().get_json()
    comment_id = own["comment"]["id"]
    for reader in (1, 2):
        react(comment_id, "flag", reader=reader, reason="spam")
    change_status(parts, comment_id, Status.PUBLISHED, actor=MODERATOR)
    assert stored(parts, comment_id).flag_count == 0
    for reader in (1, 2):
        react(comment_id, "flag", reader=reader, reason="spam")
    assert stored(parts, comment_id).status is Status.PUBLISHED
    react(comment_id, "flag", reader=3, reason="spam")
    assert (stored(parts, comment_id).flag_count, faults(parts)) == (1, [])


def test_an_edited_text_can_be_reported_anew(
    published: int, react: React, parts: Parts, clock: Clock
) -> None:
    react(published, "flag", reason="spam")
    change_status(parts, published, Status.PENDING, actor=MODERATOR)
    change_status(parts, published, Status.PUBLISHED, actor=MODERATOR)
    clock.advance(seconds=5)
    with parts.database.write() as session:
        comments.set_body(session, published, "Other.", "<p>Other.</p>", clock())
    react(published, "flag", reason="spam")
    assert (stored(parts, published).flag_count, faults(parts)) == (1, [])


def test_reports_wait_again_when_the_decision_on_them_is_taken_back(
    published: int, react: React, parts: Parts
) -> None:
    react(published, "flag", reason="spam")
    change_status(parts, published, Status.SPAM, actor=MODERATOR)
    assert stored(parts, published).flag_count == 0
    undo(parts, published, actor=MODERATOR)
    assert (stored(parts, published).flag_count, faults(parts)) == (1, [])


def test_an_author_does_not_release_what_readers_reported_by_an_edit(
    add_site: Callable[..., Site], post: Post, react: React, parts: Parts, client: FlaskClient
) -> None:
    add_site(hold_after_flags=1)
    own = post().get_json()
    comment_id = own["comment"]["id"]
    react(comment_id, "flag", reason="spam")
    headers = {"Authorization": f"Bearer {own['token']}", "Origin": ORIGIN}
    edited = client.patch(
        f"/api/v1/comments/{comment_id}", json={"body": "Harmless."}, headers=headers
    )
    assert edited.get_json()["status"] == "pending"
    assert stored(parts, comment_id).status is Status.PENDING


def test_an_author_asks_once_for_a_review_of_a_held_comment(
    add_site: Callable[..., Site], post: Post, react: React, parts: Parts
) -> None:
    add_site(policy="hold")
    own = post().get_json()
    comment_id = own["comment"]["id"]
    for _ in range(2):
        answer = react(comment_id, "review", token=own["token"])
        said = {"status": "pending", "message": "The moderators were asked to look at it."}
        assert (answer.status_code, answer.get_json()) == (200, said)
    asked = [event for event in events(parts, comment_id) if event.actor == "author"]
    assert [event.reason for event in asked] == ["The author asked for a review."]
    assert stored(parts, comment_id).review_asked
    change_status(parts, comment_id, Status.REJECTED, actor=MODERATOR)
    assert not stored(parts, comment_id).review_asked


def test_what_is_called_spam_can_be_asked_for_as_what_waits(
    published: int, post: Post, react: React, parts: Parts
) -> None:
    own = post("Held?").get_json()
    change_status(parts, own["comment"]["id"], Status.SPAM, actor="pipeline")
    answer = react(own["comment"]["id"], "review", token=own["token"])
    assert answer.get_json()["status"] == "pending"


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.REJECTED, Status.DELETED])
def test_only_what_waits_can_be_reviewed(
    site: Site, post: Post, react: React, parts: Parts, status: Status
) -> None:
    assert site
    own = post().get_json()
    if status is not Status.PUBLISHED:
        change_status(parts, own["comment"]["id"], status, actor=MODERATOR)
    assert react(own["comment"]["id"], "review", token=own["token"]).status_code == 404


def test_only_the_author_asks_for_a_review(published: int, post: Post, react: React) -> None:
    other = post("Another.").get_json()["token"]
    for token in (None, "nonsense", other):
        assert react(published, "review", token=token).status_code == 403
