"""However many react at the same moment, every sum is exact and no dead lock comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, Clock
from tests.integration.reactions_kit import faults, stored
from widget.domain.comment import Status
from widget.domain.site import Site
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status
from widget.publication.parts import Parts

Post = Callable[..., TestResponse]


def at_once(app: Flask, requests: list[tuple[str, dict[str, object], int]]) -> list[int]:
    """Send requests (path, body, reader) by eight threads; return their statuses in order."""

    def send(request: tuple[str, dict[str, object], int]) -> int:
        path, body, reader = request
        answer = app.test_client().post(
            f"/api/v1/comments/{path}",
            json=body,
            headers={"Origin": ORIGIN, "User-Agent": "Browser"},
            environ_base={"REMOTE_ADDR": f"10.0.{reader // 250}.{reader % 250}"},
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(send, requests))


def test_200_votes_at_once_are_200_points(
    app: Flask, published: int, parts: Parts, clock: Clock
) -> None:
    votes = [(f"{published}/vote", {"value": 1}, reader) for reader in range(200)]
    assert set(at_once(app, votes)) == {200}
    assert stored(parts, published).score == 200
    clock.advance(seconds=3)
    run_due(parts)
    page = app.test_client().get("/api/v1/thread?site=blog&url=https://example.org/article")
    assert page.get_json()["comments"][0]["score"] == 200
    assert faults(parts) == []


def test_one_reader_at_many_places_at_once_has_one_vote(
    app: Flask, published: int, parts: Parts
) -> None:
    assert set(at_once(app, [(f"{published}/vote", {"value": 1}, 1)] * 40)) == {200}
    assert (stored(parts, published).score, faults(parts)) == (1, [])


def test_many_who_change_their_minds_leave_what_they_said_last(
    app: Flask, published: int, parts: Parts
) -> None:
    for value in (1, -1, 0, 1, -1):
        at_once(app, [(f"{published}/vote", {"value": value}, reader) for reader in range(20)])
    assert (stored(parts, published).score, faults(parts)) == (-20, [])


def test_votes_and_reports_beside_a_decision_either_count_or_are_refused(
    app: Flask, published: int, parts: Parts
) -> None:
    requests = [
        (f"{published}/{act}", {"value": 1, "reason": "spam"}, reader)
        for reader in range(40)
        for act in ("vote", "flag")
    ]
    with ThreadPoolExecutor(1) as moderator:
        decided = moderator.submit(
            change_status, parts, published, Status.DELETED, actor="person:1"
        )
        statuses = at_once(app, requests)
        decided.result()
    comment = stored(parts, published)
    assert set(statuses) <= {200, 404}
    assert comment.status is Status.DELETED
    assert comment.score == statuses[::2].count(200)
    assert (comment.flag_count, faults(parts)) == (0, [])


def test_reports_at_once_hold_a_comment_once(
    app: Flask, add_site: Callable[..., Site], post: Post, parts: Parts
) -> None:
    add_site(hold_after_flags=10)
    comment_id = int(post().get_json()["comment"]["id"])
    flags = [(f"{comment_id}/flag", {"reason": "spam"}, reader) for reader in range(40)]
    statuses = at_once(app, flags)
    assert statuses.count(200) == 10
    assert stored(parts, comment_id).status is Status.PENDING
    assert (stored(parts, comment_id).flag_count, faults(parts)) == (10, [])
