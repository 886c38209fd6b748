"""The public API answers as its contract says."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE, Clock
from widget.domain.comment import Status
from widget.domain.site import Site
from widget.domain.thread import ThreadState
from widget.moderation.decide import change_status
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.store import threads

Post = Callable[..., TestResponse]
THREAD = f"/api/v1/thread?site=blog&url={PAGE}"

pytestmark = pytest.mark.usefixtures("site")


def thread(client: FlaskClient, **more: str) -> dict[str, Any]:
    answer = client.get("/api/v1/thread", query_string={"site": "blog", "url": PAGE, **more})
    assert answer.status_code == 200, answer.get_json()
    page: dict[str, Any] = answer.get_json()
    return page


def bearer(answer: TestResponse) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.get_json()['token']}", "Origin": ORIGIN}


def faults(answer: TestResponse) -> set[str]:
    assert answer.mimetype == "application/problem+json"
    return {fault["field"] for fault in answer.get_json()["errors"]}


def test_a_page_that_nobody_has_commented_on_is_an_empty_thread(client: FlaskClient) -> None:
    page = thread(client)
    assert page["thread"] == {
        "id": None, "url": PAGE, "title": None, "state": "open", "count": 0, "version": 0,
    }  # fmt: skip
    assert (page["comments"], page["after"]) == ([], None)
    assert {"fields", "notices"} <= set(page["form"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("site=nobody&url=https://example.org/", 404),
        ("site=blog&url=https://elsewhere.example/", 403),
        ("site=blog", 400),
        ("url=https://example.org/", 400),
        ("site=blog&url=https://example.org/&sort=loudest", 400),
        ("site=blog&url=https://example.org/&after=nonsense", 400),
        ("site=blog&url=https://example.org/&around=x", 400),
        ("site=blog&url=javascript:alert(1)", 422),
    ],
)
def test_a_question_that_has_no_answer_is_told_why(
    client: FlaskClient, query: str, status: int
) -> None:
    answer = client.get(f"/api/v1/thread?{query}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == status


def test_a_posted_comment_is_read_at_once_with_its_replies_nested(
    client: FlaskClient, post: Post
) -> None:
    assert thread(client)["thread"]["count"] == 0
    first = post("First", author={"name": "Ada", "website": "https://ada.example/"}, title="T")
    assert first.status_code == 201
    assert (first.get_json()["status"], thread(client)["thread"]["count"]) == ("published", 1)
    parent = first.get_json()["comment"]["id"]
    assert post("Second", parent=parent).status_code == 201
    page = thread(client)
    assert (page["thread"]["title"], page["thread"]["count"]) == ("T", 2)
    (top,) = page["comments"]
    assert top["author"]["name"] == "Ada"
    assert top["replies"]["count"] == 1
    assert top["replies"]["comments"][0]["parent"] == parent


def test_the_page_comes_in_the_coding_that_the_client_takes(
    client: FlaskClient, post: Post
) -> None:
    post("Something to compress")
    plain = client.get(THREAD, headers={"Accept-Encoding": "identity"})
    packed = client.get(THREAD, headers={"Accept-Encoding": "gzip, br"})
    zipped = client.get(THREAD, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert "Content-Encoding" not in plain.headers
    assert brotli.decompress(packed.data) == plain.data == gzip.decompress(zipped.data)
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in plain.headers


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, post: Post) -> None:
    etag = client.get(THREAD).headers["ETag"]
    same = client.get(THREAD, headers={"If-None-Match": etag})
    assert (same.status_code, same.data) == (304, b"")
    post("New")
    assert client.get(THREAD, headers={"If-None-Match": etag}).status_code == 200


def test_one_page_has_one_thread_however_its_address_is_written(
    client: FlaskClient, post: Post
) -> None:
    post("Here")
    for same in (f"{PAGE}#top", f"{PAGE}?utm_source=x", PAGE.replace("https", "http")):
        assert thread(client, url=same)["thread"]["count"] == 1
    for other in (f"{PAGE}/", f"{PAGE}?page=2", PAGE.upper().replace("HTTPS", "https")):
        assert thread(client, url=other)["thread"]["count"] == 0


def test_an_explicit_thread_id_makes_a_thread_of_its_own(client: FlaskClient, post: Post) -> None:
    post("In the talk", thread="talk-7")
    assert thread(client, thread="talk-7")["thread"]["count"] == 1
    assert thread(client)["thread"]["count"] == 0


def test_counts_of_many_pages_come_in_one_answer(client: FlaskClient, post: Post) -> None:
    post("One")
    asked = [PAGE, f"{PAGE}?utm_medium=y", "https://example.org/nothing"]
    answer = client.get("/api/v1/counts", query_string={"site": "blog", "url": asked})
    assert answer.get_json() == {"counts": {asked[0]: 1, asked[1]: 1, asked[2]: 0}}
    many = {"site": "blog", "url": [PAGE] * 101}
    assert client.get("/api/v1/counts", query_string=many).status_code == 400


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"body": " \u200b\n"}, {"body"}),
        ({"body": "x" * 10_001}, {"body"}),
        ({"author": {"email": "nobody"}}, {"author.email"}),
        ({"author": {"website": "javascript:alert(1)"}}, {"author.website"}),
        ({"author": {"name": "n" * 81}, "body": ""}, {"author.name", "body"}),
        ({"parent": 999}, {"parent"}),
        ({"parent": -1}, {"parent"}),
        ({"parent": "1"}, {"parent"}),
        ({"url": "mailto:a@b.example"}, {"url"}),
    ],
)
def test_every_field_at_fault_is_named_and_nothing_is_stored(
    client: FlaskClient, post: Post, changes: dict[str, Any], fields: set[str]
) -> None:
    answer = post(**{"body": "Good", **changes})
    assert answer.status_code == 422
    assert faults(answer) == fields
    assert thread(client)["thread"]["count"] == 0


def test_what_is_no_json_or_too_large_is_refused(client: FlaskClient) -> None:
    where, headers = "/api/v1/comments", {"Origin": ORIGIN}
    assert client.post(where, data="{", content_type="application/json").status_code == 400
    assert client.post(where, data="[1]", content_type="application/json").status_code == 400
    assert client.post(where, data="body=x", headers=headers).status_code == 415
    utf7 = "application/json; charset=utf-7"
    assert client.post(where, data="{}", content_type=utf7).status_code == 415
    huge = json.dumps({"body": "x" * 600_000})
    assert client.post(where, data=huge, content_type="application/json").status_code == 413
    deep = "[" * 100_000
    assert client.post(where, data=deep, content_type="application/json").status_code == 400


def test_the_same_key_is_the_same_comment_and_the_same_answer(
    client: FlaskClient, post: Post
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first, again = (post("Once", headers=headers) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert first.status_code == again.status_code == 201
    assert thread(client)["thread"]["count"] == 1
    assert post("Another", headers=headers).status_code == 409


def test_a_held_comment_is_its_authors_alone(
    client: FlaskClient, add_site: Callable[..., Site], parts: Parts
) -> None:
    add_site("strict", policy="hold")
    sent = {"site": "strict", "url": PAGE, "body": "Wait"}
    held = client.post("/api/v1/comments", json=sent)
    assert (held.status_code, held.get_json()["status"]) == (202, "pending")
    number = held.get_json()["comment"]["id"]
    there = f"/api/v1/comments/{number}"
    unknown = client.get("/api/v1/comments/9999").get_json()
    assert client.get(there).get_json() == unknown
    assert client.get(there, headers=bearer(held)).get_json()["status"] == "pending"
    page = client.get(f"/api/v1/thread?site=strict&url={PAGE}").get_json()
    assert (page["thread"]["count"], page["comments"]) == (0, [])
    change_status(parts, number, Status.PUBLISHED, actor="person:1")
    assert client.get(there).get_json()["status"] == "published"


def test_an_author_edits_within_the_window_and_nobody_else_does(
    client: FlaskClient, post: Post, clock: Clock
) -> None:
    mine, other = post("Mine"), post("Other")
    there = f"/api/v1/comments/{mine.get_json()['comment']['id']}"
    assert client.patch(there, json={"body": "x"}).status_code == 403
    assert client.patch(there, json={"body": "x"}, headers=bearer(other)).status_code == 403
    edited = client.patch(there, json={"body": "*Better*"}, headers=bearer(mine))
    assert edited.status_code == 200
    assert thread(client)["comments"][0]["html"] == "<p><em>Better</em></p>\n"
    assert thread(client)["comments"][0]["edited"] is not None
    clock.advance(seconds=901)
    assert client.patch(there, json={"body": "late"}, headers=bearer(mine)).status_code == 403
    assert client.delete(there, headers=bearer(mine)).status_code == 403


def test_deleting_leaves_a_tombstone_only_under_replies(client: FlaskClient, post: Post) -> None:
    asked, alone = post("Asked", author={"name": "Ada"}), post("Alone")
    number = asked.get_json()["comment"]["id"]
    post("Answer", parent=number)
    for one in (asked, alone):
        there = f"/api/v1/comments/{one.get_json()['comment']['id']}"
        assert client.delete(there, headers=bearer(one)).status_code == 204
    (stone,) = thread(client)["comments"]
    assert (stone["id"], stone["deleted"], stone["author"], stone["html"]) == (
        number, True, None, "",
    )  # fmt: skip
    assert thread(client)["thread"]["count"] == 1


def test_an_edit_that_is_held_leaves_the_old_text_public(
    client: FlaskClient, post: Post, parts: Parts, site: Site
) -> None:
    mine = post("Clean")
    settings = {"in_body": "hold"}
    parts.plugins.save(site, "email_privacy", settings, actor="test", now=parts.now())
    there = f"/api/v1/comments/{mine.get_json()['comment']['id']}"
    edit = {"body": "Write to ada@example.net"}
    answer = client.patch(there, json=edit, headers=bearer(mine))
    assert (answer.status_code, answer.get_json()["status"]) == (200, "pending")
    assert thread(client)["comments"][0]["html"] == "<p>Clean</p>\n"


def test_a_closed_thread_takes_nothing_and_says_so(
    client: FlaskClient, post: Post, parts: Parts, site: Site
) -> None:
    post("In time")
    with parts.database.write() as session:
        threads.set_state(session, thread(client)["thread"]["id"], ThreadState.CLOSED)
    with parts.database.read() as session:
        closed = threads.thread_by_id(session, thread(client)["thread"]["id"])
    assert closed is not None
    publish(parts, site, closed)
    assert thread(client)["thread"]["state"] == "closed"
    assert post("Too late").status_code == 403


def test_consent_that_is_required_and_missing_is_told_at_its_field(
    post: Post, parts: Parts, site: Site
) -> None:
    settings = {"consent": "required"}
    parts.plugins.save(site, "cookie_consent", settings, actor="test", now=parts.now())
    refused = post("No")
    assert (refused.status_code, faults(refused)) == (403, {"cookie_consent"})
    assert post("Yes", answers={"cookie_consent": True}).status_code == 201


def test_too_many_comments_are_told_when_to_come_back(post: Post, parts: Parts, site: Site) -> None:
    settings = {"mode": "on", "per_address": "2/minute"}
    parts.plugins.save(site, "rate_limit", settings, actor="test", now=parts.now())
    answers = [post(f"Number {n}", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61


def test_a_preview_is_exactly_what_is_published(client: FlaskClient, post: Post) -> None:
    body = "**Bold** <b>no</b> ada@example.net\nhttps://example.org/x"
    shown = client.post("/api/v1/preview", json={"site": "blog", "body": body}).get_json()["html"]
    assert post(body).get_json()["comment"]["html"] == shown
    assert "ada@example.net" not in shown


@pytest.mark.parametrize("sort", ["oldest", "newest", "best"])
def test_pages_show_every_comment_once_in_every_order(
    client: FlaskClient, post: Post, clock: Clock, sort: str
) -> None:
    expected = []
    for number in range(60):
        clock.advance(seconds=number % 3)
        expected.append(post(f"Number {number}").get_json()["comment"]["id"])
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        more = {"after": after} if after else {}
        page = thread(client, sort=sort, **more)
        seen += [comment["id"] for comment in page["comments"]]
        after = page["after"]
    assert seen == (expected if sort == "oldest" else expected[::-1])


def test_the_rest_of_the_replies_follow_by_their_cursor(client: FlaskClient, post: Post) -> None:
    parent = post("Top").get_json()["comment"]["id"]
    expected = [post(f"R{n}", parent=parent).get_json()["comment"]["id"] for n in range(40)]
    (top,) = thread(client)["comments"]
    seen = [reply["id"] for reply in top["replies"]["comments"]]
    after = top["replies"]["after"]
    assert top["replies"]["count"] == 40
    while after is not None:
        asked = {"after": after}
        page = client.get(f"/api/v1/comments/{parent}/replies", query_string=asked).get_json()
        seen += [reply["id"] for reply in page["comments"]]
        after = page["after"]
    assert seen == expected


def test_a_deep_reply_is_on_the_page_around_it(client: FlaskClient, post: Post) -> None:
    chain = [post("Top").get_json()["comment"]["id"]]
    for _ in range(30):
        chain.append(post("Deeper", parent=chain[-1]).get_json()["comment"]["id"])
    page = thread(client, around=str(chain[-1]))

    def ids(comments: list[dict[str, Any]]) -> set[int]:
        below = [ids(one["replies"]["comments"]) for one in comments]
        return {one["id"] for one in comments}.union(*below)

    assert chain[-1] in ids(page["comments"])
    place = client.get(f"/api/v1/comments/{chain[-1]}").get_json()["place"]
    assert (place["root"], place["ancestors"][-1]) == (chain[0], chain[-2])
