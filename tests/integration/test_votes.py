"""Votes, and what all reactions have in common, through the public API."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.conftest import ORIGIN, PAGE, Clock
from tests.integration.reactions_kit import (
    MODERATOR,
    Post,
    React,
    faults,
    score,
    stored,
    thread,
)
from widget.domain.comment import Status
from widget.domain.site import Site
from widget.jobs.periodic import promise_periodic
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status
from widget.publication.parts import Parts
from widget.store import jobs
from widget.submission.reactions import SHOW_VOTES


def test_a_vote_counts_and_is_seen_at_once(
    client: FlaskClient, published: int, react: React
) -> None:
    assert score(client) == 0
    answer = react(published, "vote", value=1)
    assert (answer.status_code, answer.get_json()) == (200, {"score": 1, "value": 1})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert score(client) == 1


def test_a_reader_has_one_vote_which_can_be_changed_and_taken_back(
    published: int, react: React, parts: Parts
) -> None:
    said = [react(published, "vote", value=value).get_json() for value in (1, 1, -1, 0, 0, 1)]
    assert [one["score"] for one in said] == [1, 1, -1, 0, 0, 1]
    assert react(published, "vote", reader=2, value=1).get_json()["score"] == 2
    assert faults(parts) == []


def test_who_brings_a_token_is_the_reader_who_posted_with_it_wherever_they_are(
    published: int, client: FlaskClient, react: React
) -> None:
    posted = client.post(
        "/api/v1/comments",
        json={"site": "blog", "url": PAGE, "body": "Mine."},
        headers={"Origin": ORIGIN, "User-Agent": "Browser"},
        environ_base={"REMOTE_ADDR": "10.0.0.7"},
    ).get_json()
    assert react(published, "vote", reader=7, value=1).get_json()["score"] == 1
    elsewhere = react(published, "vote", reader=90, token=posted["token"], value=1)
    assert elsewhere.get_json()["score"] == 1
    assert react(published, "vote", reader=90, value=1).get_json()["score"] == 2


def test_an_ipv6_network_is_one_reader(published: int, client: FlaskClient) -> None:
    scores = [
        client.post(
            f"/api/v1/comments/{published}/vote",
            json={"value": 1},
            headers={"User-Agent": "Browser"},
            environ_base={"REMOTE_ADDR": address},
        ).get_json()["score"]
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert scores == [1, 1, 2]


def test_nobody_votes_on_their_own_comment(site: Site, post: Post, react: React) -> None:
    assert site
    own = post().get_json()
    answer = react(own["comment"]["id"], "vote", token=own["token"], value=1)
    assert answer.status_code == 403
    assert answer.get_json()["detail"] == "You can't vote on your own comment."


@pytest.mark.parametrize("token", ["", "nonsense", "WzEsMV0.forged"])
def test_a_token_that_is_none_proves_nothing_and_harms_nothing(
    published: int, react: React, token: str
) -> None:
    assert react(published, "vote", token=token, value=1).get_json()["score"] == 1
    assert react(published, "vote", value=1).get_json()["score"] == 1


@pytest.mark.parametrize(
    ("votes", "value", "words"),
    [
        ("off", 1, "Votes are off on this site."),
        ("off", 0, "Votes are off on this site."),
        ("up", -1, "Only votes up are taken on this site."),
    ],
)
def test_a_site_takes_the_votes_that_it_says(
    add_site: Callable[..., Site], post: Post, react: React, votes: str, value: int, words: str
) -> None:
    add_site(votes=votes)
    comment_id = post().get_json()["comment"]["id"]
    answer = react(comment_id, "vote", value=value)
    assert (answer.status_code, answer.get_json()["detail"]) == (403, words)
    if votes == "up":
        assert react(comment_id, "vote", value=1).status_code == 200


@pytest.mark.parametrize("act", ["vote", "flag"])
@pytest.mark.parametrize("status", [one for one in Status if one is not Status.PUBLISHED])
def test_what_nobody_sees_can_not_be_reacted_to(
    published: int, parts: Parts, post: Post, react: React, status: Status, act: str
) -> None:
    post("A reply.", parent=published)  # so that a deleted comment is a tombstone
    change_status(parts, published, status, actor=MODERATOR)
    answer = react(published, act, value=1, reason="spam")
    nobody = react(999_999, act, value=1, reason="spam")
    assert (answer.status_code, nobody.status_code) == (404, 404)
    assert answer.get_json()["detail"] == nobody.get_json()["detail"]
    assert stored(parts, published).score == 0


@pytest.mark.parametrize("value", [2, -2, "1", 1.0, True, None, [1]])
def test_a_vote_of_another_value_is_refused(published: int, react: React, value: object) -> None:
    answer = react(published, "vote", value=value)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "value"


def test_nothing_else_can_be_set_by_the_way(published: int, react: React, parts: Parts) -> None:
    react(published, "vote", value=1, score=99, voter="x", pinned=True, badge="moderator")
    react(published, "flag", reason="spam", flag_count=99, status="deleted")
    comment = stored(parts, published)
    assert (comment.score, comment.pinned, comment.badge) == (1, False, None)
    assert (comment.flag_count, comment.status) == (1, Status.PUBLISHED)


@pytest.mark.parametrize("act", ["vote", "flag"])
def test_another_pages_script_can_not_react(published: int, client: FlaskClient, act: str) -> None:
    answer = client.post(
        f"/api/v1/comments/{published}/{act}",
        json={"value": 1, "reason": "spam"},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_votes_that_come_together_make_two_versions(
    client: FlaskClient, published: int, react: React, parts: Parts, clock: Clock
) -> None:
    before = thread(client)["thread"]["version"]
    react(published, "vote", value=1)
    assert score(client) == 1
    for reader in range(2, 21):
        assert react(published, "vote", reader=reader, value=1).status_code == 200
    assert (thread(client)["thread"]["version"], score(client)) == (before + 1, 1)
    with parts.database.read() as session:
        assert jobs.jobs_waiting(session, SHOW_VOTES) == 1
    clock.advance(seconds=2)
    run_due(parts)
    assert (thread(client)["thread"]["version"], score(client)) == (before + 2, 20)
    clock.advance(days=1)
    run_due(parts)
    assert thread(client)["thread"]["version"] == before + 2


def test_votes_are_shown_by_the_next_vote_where_no_worker_is(
    client: FlaskClient, published: int, react: React, clock: Clock
) -> None:
    for reader in (1, 2, 3):
        react(published, "vote", reader=reader, value=1)
    clock.advance(seconds=2)
    react(published, "vote", reader=4, value=1)
    assert score(client) == 4


def test_a_vote_that_changes_nothing_makes_no_version(
    client: FlaskClient, published: int, react: React, clock: Clock
) -> None:
    react(published, "vote", value=1)
    version = thread(client)["thread"]["version"]
    clock.advance(seconds=5)
    react(published, "vote", value=1)
    assert thread(client)["thread"]["version"] == version


def test_sixty_reactions_a_minute_and_address_are_taken(published: int, react: React) -> None:
    for turn in range(30):
        assert react(published, "vote", value=turn % 2).status_code == 200
        assert react(published, "flag", reason="spam").status_code == 200
    answer = react(published, "vote", value=1)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert react(published, "vote", reader=2, value=1).status_code == 200


def test_who_voted_is_forgotten_with_the_address_and_the_vote_stays(
    published: int, react: React, parts: Parts, clock: Clock
) -> None:
    react(published, "vote", value=1)
    react(published, "flag", reason="spam")
    promise_periodic(parts)
    clock.advance(days=31)
    run_due(parts)
    with parts.database.read() as session:
        left = session.connection().exec_driver_sql("SELECT voter FROM vote").scalars().all()
        left += session.connection().exec_driver_sql("SELECT flagger FROM flag").scalars().all()
    assert list(left) == [None, None]
    assert (stored(parts, published).score, faults(parts)) == (1, [])


def test_comments_are_numbered_as_they_are_published_and_keep_their_numbers(
    add_site: Callable[..., Site], post: Post, parts: Parts, client: FlaskClient
) -> None:
    add_site(policy="hold")
    first, second = (post(body).get_json()["comment"] for body in ("First.", "Second."))
    assert (first["number"], second["number"]) == (None, None)
    for one in (second["id"], first["id"]):
        change_status(parts, one, Status.PUBLISHED, actor=MODERATOR)
    change_status(parts, second["id"], Status.DELETED, actor=MODERATOR)
    change_status(parts, second["id"], Status.PUBLISHED, actor=MODERATOR)
    numbers = {one["id"]: one["number"] for one in thread(client)["comments"]}
    assert numbers == {second["id"]: 1, first["id"]: 2}
    assert faults(parts) == []


def test_the_form_says_what_readers_can_do(
    add_site: Callable[..., Site], client: FlaskClient
) -> None:
    add_site(votes="up", flags=False, numbers=True)
    form = thread(client)["form"]
    told = {name: form[name] for name in ("votes", "flags", "numbers", "subscriptions")}
    assert told == {"votes": "up", "flags": False, "numbers": True, "subscriptions": False}
