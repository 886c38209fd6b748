"""What a moderator tells the author of a refused comment reaches the author, and nobody else."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN
from tests.integration.dashboard_kit import a_browser, add_comment, add_person
from widget.domain.comment import Status
from widget.domain.errors import Invalid
from widget.domain.person import Role
from widget.domain.site import Site
from widget.moderation.decide import MAX_MESSAGE, change_status, undo
from widget.publication.parts import Parts
from widget.store import comments, trails

Post = Callable[..., TestResponse]
TOLD = "Please stay on the subject."

pytestmark = pytest.mark.usefixtures("site")


def test_the_author_reads_why_a_comment_was_refused_and_others_do_not(
    client: FlaskClient, parts: Parts, post: Post
) -> None:
    posted = post("Off the subject.").get_json()
    number = posted["comment"]["id"]
    post("A reply keeps the refused one's place.", parent=number)
    change_status(
        parts, number, Status.REJECTED, actor="person:1", reason="For us.", message=f" {TOLD} "
    )
    headers = {"Authorization": f"Bearer {posted['token']}", "Origin": ORIGIN}
    own = client.get(f"/api/v1/comments/{number}", headers=headers).get_json()
    assert (own["status"], own["message"]) == ("rejected", TOLD)
    public = client.get(f"/api/v1/comments/{number}")
    assert public.get_json()["message"] is None
    assert TOLD not in public.text
    assert "For us." not in str(own) + public.text


def test_what_was_told_ends_with_the_refusal(client: FlaskClient, parts: Parts, post: Post) -> None:
    posted = post("Fine after all.").get_json()
    number = posted["comment"]["id"]
    change_status(parts, number, Status.REJECTED, actor="person:1", message=TOLD)
    undo(parts, number, actor="person:1")
    headers = {"Authorization": f"Bearer {posted['token']}", "Origin": ORIGIN}
    own = client.get(f"/api/v1/comments/{number}", headers=headers).get_json()
    assert (own["status"], own["message"]) == ("published", None)


def test_a_message_that_is_too_long_refuses_nothing(parts: Parts, post: Post) -> None:
    number = post("Stays.").get_json()["comment"]["id"]
    with pytest.raises(Invalid):
        change_status(
            parts, number, Status.REJECTED, actor="person:1", message="x" * (MAX_MESSAGE + 1)
        )
    assert _status(parts, number) is Status.PUBLISHED


def _status(parts: Parts, comment_id: int) -> Status:
    with parts.database.read() as session:
        return comments.get_comment(session, parts.keys, comment_id).status


@pytest.mark.parametrize(("act", "told"), [("reject", TOLD), ("spam", None)])
def test_a_moderator_tells_the_author_from_the_card(
    app: Flask, parts: Parts, site: Site, act: str, told: str | None
) -> None:
    add_person(parts, "mod@example.org", Role.MODERATOR, site)
    desk = a_browser(app)
    desk.sign_in("mod@example.org")
    comment = add_comment(parts, site)
    assert "What the author reads" in desk.get("/blog/queue").text
    desk.act("/blog/comments", {"comment": comment.id, "act": act, "message": TOLD})
    with parts.database.read() as session:
        assert trails.events_of(session, comment.id)[-1].message == told
    page = desk.get(f"/blog/queue?status={'rejected' if told else 'spam'}").text
    assert (TOLD in page) is bool(told)
