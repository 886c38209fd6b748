"""Who may see and change what: SECURITY.md on access, on two sites of one server."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from widget.domain.comment import Status
from widget.domain.site import Site
from widget.http.snapshots import SnapshotsFirst
from widget.moderation.decide import change_status, undo
from widget.publication.parts import Parts
from widget.store.audit import wrong_counts

Post = Callable[..., TestResponse]
COMMENTS = "/api/v1/comments"
PERSON = "person:1"

pytestmark = pytest.mark.usefixtures("site")


def bearer(posted: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {posted['token']}"}


def reads(number: int) -> list[str]:
    asked = f"site=blog&url={PAGE}"
    return [
        *(f"/api/v1/thread?{asked}&sort={sort}" for sort in ("oldest", "newest", "best")),
        f"/api/v1/thread?{asked}&around={number}",
        f"/api/v1/counts?{asked}",
        f"/api/v1/form?{asked}",
        f"{COMMENTS}/{number}",
        f"{COMMENTS}/{number}/replies",
        f"/threads?{asked}",
        f"/threads?{asked}&fragment=1",
    ]


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.PUBLISHED])
def test_what_is_not_published_is_in_no_public_answer_and_no_count(
    client: FlaskClient, post: Post, parts: Parts, status: Status
) -> None:
    empty = client.get(f"/api/v1/counts?site=blog&url={PAGE}").get_json()
    mine = post("HIDDEN-TEXT", author={"name": "HIDDEN-NAME"}).get_json()
    number = mine["comment"]["id"]
    assert "HIDDEN-TEXT" in client.get(reads(number)[0]).text
    change_status(parts, number, status, actor=PERSON)
    for address in reads(number):
        answer = client.get(address)
        assert "HIDDEN" not in answer.text, address
        assert "HIDDEN" not in str(answer.headers)
    assert client.get(f"/api/v1/counts?site=blog&url={PAGE}").get_json() == empty


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.PUBLISHED])
def test_what_is_hidden_can_not_be_told_from_what_never_was(
    client: FlaskClient, post: Post, parts: Parts, status: Status
) -> None:
    number = post("Here").get_json()["comment"]["id"]
    change_status(parts, number, status, actor=PERSON)
    stranger = {"Authorization": "Bearer x", "Origin": ORIGIN}
    for call in (
        lambda one: client.get(f"{COMMENTS}/{one}"),
        lambda one: client.get(f"{COMMENTS}/{one}", headers=stranger),
        lambda one: client.get(f"{COMMENTS}/{one}/replies"),
        lambda one: client.patch(f"{COMMENTS}/{one}", json={"body": "x"}, headers=stranger),
        lambda one: client.delete(f"{COMMENTS}/{one}", headers=stranger),
        lambda one: client.get(f"/api/v1/thread?site=blog&url={PAGE}&around={one}"),
        lambda one: post("x", parent=one),
    ):
        hidden, unknown = call(number), call(987_654)
        assert hidden.status_code == unknown.status_code >= 400
        assert hidden.data == unknown.data
        assert sorted(hidden.headers) == sorted(unknown.headers)


def test_an_author_can_not_find_out_that_a_comment_is_called_spam(
    client: FlaskClient, post: Post, parts: Parts
) -> None:
    answers = []
    for status in (Status.PENDING, Status.SPAM):
        mine = post("Mine").get_json()
        there = f"{COMMENTS}/{mine['comment']['id']}"
        change_status(parts, mine["comment"]["id"], status, actor=PERSON)
        seen = client.get(there, headers=bearer(mine))
        edited = client.patch(there, json={"body": "Better"}, headers=bearer(mine))
        deleted = client.delete(there, headers=bearer(mine))
        found = [answer.status_code for answer in (seen, edited, deleted)]
        answers.append((found, seen.get_json()["status"], edited.get_json()["status"]))
    assert answers[0] == answers[1] == ([200, 200, 204], "pending", "pending")


def test_an_edit_does_not_release_what_a_person_called_spam(
    client: FlaskClient, post: Post, parts: Parts
) -> None:
    mine = post("Buy").get_json()
    change_status(parts, mine["comment"]["id"], Status.SPAM, actor=PERSON)
    there = f"{COMMENTS}/{mine['comment']['id']}"
    assert client.patch(there, json={"body": "Nice"}, headers=bearer(mine)).status_code == 200
    assert client.get(there).status_code == 404


@pytest.mark.parametrize("parent", [0, -1, 2**63, 2**62, "1", 1.5, True, [1], {"id": 1}])
def test_a_parent_that_is_none_is_refused(post: Post, parent: object) -> None:
    post("There")
    answer = post("Reply", parent=parent)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "parent")


def test_an_edit_changes_the_text_and_nothing_else(client: FlaskClient, post: Post) -> None:
    before = post("Text", author={"name": "Ada"}).get_json()
    extra = {
        "body": "New", "id": 9, "status": "published", "score": 5, "pinned": True, "parent": 1,
        "author": {"name": "Admin"}, "created": "2001-01-01T00:00:00Z", "badge": "admin",
        "site": "other",
    }  # fmt: skip
    there = f"{COMMENTS}/{before['comment']['id']}"
    after = client.patch(there, json=extra, headers=bearer(before)).get_json()["comment"]
    same = set(after) - {"html", "edited", "edited_by"}
    assert {name: after[name] for name in same} == {name: before["comment"][name] for name in same}
    assert after["edited_by"] == "author"


@pytest.mark.parametrize("name", ["admin", "Admin", "Аdmin", "admin\u200b", "ADMIN ✔"])
def test_nobody_gets_a_badge_by_a_name(post: Post, name: str) -> None:
    author = {"name": name, "email": "owner@example.org", "badge": "admin"}
    assert post("x", author=author).get_json()["comment"]["author"]["badge"] is None


def test_two_sites_share_no_thread_count_token_key_or_picture(
    client: FlaskClient, post: Post, add_site: Callable[..., Site]
) -> None:
    add_site("other", hosts=("example.org", "other.example"))
    key = {"Idempotency-Key": "same"}
    here = post("On blog", headers=key).get_json()
    sent = {"site": "other", "url": PAGE, "body": "On other"}
    there = client.post(COMMENTS, json=sent, headers=key).get_json()
    assert here["comment"]["id"] != there["comment"]["id"]
    for site, shown, hidden in (("blog", "On blog", "other"), ("other", "On other", "blog")):
        page = client.get(f"/api/v1/thread?site={site}&url={PAGE}")
        assert shown in page.text
        assert f"On {hidden}" not in page.text
        assert page.get_json()["thread"]["count"] == 1
    foreign = f"/api/v1/thread?site=blog&url={PAGE}&around={there['comment']['id']}"
    assert client.get(foreign).status_code == 404
    for own, others in ((here, there), (there, here)):
        address = f"{COMMENTS}/{own['comment']['id']}"
        assert client.delete(address, headers=bearer(others)).status_code == 403


def test_a_page_of_one_site_may_not_write_to_another(
    client: FlaskClient, add_site: Callable[..., Site]
) -> None:
    add_site("other", hosts=("other.example",))
    sent = {"site": "other", "url": "https://other.example/", "body": "x"}
    assert client.post(COMMENTS, json=sent, headers={"Origin": ORIGIN}).status_code == 403
    own = client.post(COMMENTS, json=sent).get_json()
    headers = {**bearer(own), "Origin": ORIGIN}
    there = f"{COMMENTS}/{own['comment']['id']}"
    assert client.delete(there, headers=headers).status_code == 403
    assert client.patch(there, json={"body": "y"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("where", "methods"),
    [
        (COMMENTS, {"POST"}),
        (f"{COMMENTS}/1", {"GET", "PATCH", "DELETE"}),
        ("/api/v1/preview", {"POST"}),
        ("/api/v1/thread", {"GET"}),
        ("/api/v1/counts", {"GET"}),
    ],
)
def test_a_preflight_allows_what_there_is_and_no_more(
    client: FlaskClient, where: str, methods: set[str]
) -> None:
    for method in methods:
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
        answer = client.options(where, headers=asked)
        allowed = answer.headers["Access-Control-Allow-Methods"].replace(" ", "").split(",")
        assert set(allowed) - {"HEAD"} == methods
        origin = "*" if method == "GET" else ORIGIN
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in answer.headers
        wanted = {"Authorization", "Content-Type", "Idempotency-Key"}
        assert wanted <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))


def test_a_shared_cache_never_keeps_what_is_one_readers_or_poisoned(
    app: Flask, client: FlaskClient, post: Post, parts: Parts
) -> None:
    app.wsgi_app = SnapshotsFirst(app.wsgi_app, parts.snapshots)  # type: ignore[method-assign]
    mine = post("Mine").get_json()
    private = client.get(f"{COMMENTS}/{mine['comment']['id']}", headers=bearer(mine))
    assert private.headers["Cache-Control"] == "no-store"
    address = f"/api/v1/thread?site=blog&url={PAGE}"
    plain = client.get(address)
    odd = {
        "Cookie": "a=b", "Origin": "https://evil.example", "X-Forwarded-Host": "evil.example",
        "X-Original-URL": "/evil", "Host": "evil.example",
    }  # fmt: skip
    other = client.get(f"{address}", headers=odd)
    assert other.data == plain.data
    assert "evil" not in str(other.headers)
    assert "Set-Cookie" not in other.headers
    assert client.get(f"{address}&callback=alert").mimetype == "application/json"


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["post", "reply", "undo", *Status]), st.integers(min_value=0, max_value=7)
    ),
    max_size=14,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS, page=st.integers(min_value=0, max_value=10**9))
def test_after_any_acts_readers_see_the_published_ones_once_and_nothing_else(
    client: FlaskClient, post: Post, parts: Parts, acts: list[tuple[str, int]], page: int
) -> None:
    url = f"{PAGE}/{page}-{len(acts)}-{abs(hash(tuple(acts)))}"
    truth: dict[int, Status] = {}
    history: dict[int, list[Status]] = {}
    for act, which in [("post", 0), *acts]:
        number = sorted(truth)[which % len(truth)] if truth else 0
        if act in ("post", "reply"):
            parent = number if act == "reply" else None
            answer = post(f"T{len(truth)}.", url=url, parent=parent)
            is_possible = parent is None or truth[parent] is Status.PUBLISHED
            assert answer.status_code == (201 if is_possible else 422)
            if is_possible:
                made = answer.get_json()["comment"]["id"]
                truth[made], history[made] = Status.PUBLISHED, []
        elif act == "undo":
            if history[number]:
                undo(parts, number, actor=PERSON)
                truth[number], last = history[number][-1], truth[number]
                history[number].append(last)
        elif truth[number] is not act:
            history[number].append(truth[number])
            change_status(parts, number, Status(act), actor=PERSON)
            truth[number] = Status(act)
    published = sorted(number for number, status in truth.items() if status is Status.PUBLISHED)
    found = client.get("/api/v1/thread", query_string={"site": "blog", "url": url}).get_json()
    assert sorted(shown(found["comments"])) == published
    assert found["thread"]["count"] == len(published)
    with parts.database.read() as session:
        assert wrong_counts(session) == []


def shown(comments: list[dict[str, Any]]) -> list[int]:
    found = [one["id"] for one in comments if not one["deleted"]]
    return found + [one for comment in comments for one in shown(comment["replies"]["comments"])]
