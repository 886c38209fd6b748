"""What must never happen, whoever asks: SECURITY.md's assertions on the public API."""

import hashlib
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from widget.domain.site import Site
from widget.publication.parts import Parts

Post = Callable[..., TestResponse]
pytestmark = pytest.mark.usefixtures("site")

FOREIGN_ORIGINS = (
    "https://evil.example",
    "https://example.org.evil.example",
    "https://xexample.org",
    "http://example.org",
    "https://example.org:8443",
    "https://EXAMPLE.org",
    "null",
    "https://example.org/",
    "",
)
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "![x](https://evil.example/pixel.gif)",
    "<xmp><script>alert(1)</script></xmp>",
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=1 onerror=alert(1)'>",
    "<form><input name=cookie></form><a id=x>y</a>",
    "`<svg onload=alert(1)>`",
)

KINDS = ("md5", "sha1", "sha256")
PUBLIC = (
    "/api/v1/thread?site=blog&url={page}",
    "/api/v1/thread?site=blog&url={page}&sort=newest",
    "/api/v1/thread?site=blog&url={page}&around={number}",
    "/api/v1/comments/{number}",
    "/api/v1/comments/{number}/replies",
    "/api/v1/counts?site=blog&url={page}",
    "/api/v1/form?site=blog&url={page}",
    "/api/v1/openapi.json",
    "/api/v1/docs",
    "/threads?site=blog&url={page}&sort=newest",
    "/threads?site=blog&url={page}&fragment=1",
    "/health",
    "/ready",
    "/demo",
)


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_of_somebody_else_can_neither_write_nor_read_the_answer(
    client: FlaskClient, origin: str
) -> None:
    sent = {"site": "blog", "url": PAGE, "body": "x"}
    answer = client.post("/api/v1/comments", json=sent, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    assert (
        "Access-Control-Allow-Origin"
        not in client.options("/api/v1/comments", headers=asked).headers
    )


def test_the_sites_own_page_may_write_and_is_named_exactly(client: FlaskClient, post: Post) -> None:
    answer = post("Hello")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    refused = post(" ")
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (422, ORIGIN)
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    allowed = client.options("/api/v1/comments", headers=asked)
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_text_is_harmless_on_every_way_in(
    client: FlaskClient, post: Post, parts: Parts, payload: str
) -> None:
    posted = post(payload)
    html = posted.get_json()["comment"]["html"]
    shown = client.post("/api/v1/preview", json={"site": "blog", "body": payload})
    there = f"/api/v1/comments/{posted.get_json()['comment']['id']}"
    headers = {"Authorization": f"Bearer {posted.get_json()['token']}"}
    edited = client.patch(there, json={"body": payload}, headers=headers)
    for found in (html, shown.get_json()["html"], edited.get_json()["comment"]["html"]):
        assert parts.sanitise(found) == found
        assert not [tag for tag in ("<script", "<img", "<svg", "<form", "<style") if tag in found]
        assert 'href="javascript' not in found
        assert 'href="data' not in found


def test_a_row_that_was_written_past_the_program_is_served_harmless(
    client: FlaskClient, post: Post, parts: Parts
) -> None:
    post("Before")
    raw = "<p>ok</p><script>alert(1)</script><a href='javascript:x' id='y'>z</a>"
    with parts.database.write() as session:
        session.execute(text("UPDATE comment SET html = :raw"), {"raw": raw})
        session.execute(text("UPDATE thread SET version = version + 1"))
    parts.snapshots.drop(("blog", "url:example.org/article"), 99)
    page = client.get(f"/api/v1/thread?site=blog&url={PAGE}").get_json()
    assert page["comments"][0]["html"].startswith("<p>ok</p><a rel=")
    assert "script" not in page["comments"][0]["html"]


def test_a_token_opens_its_own_comment_only(
    client: FlaskClient, post: Post, add_site: Callable[..., Site]
) -> None:
    add_site("other")
    mine = post("Mine").get_json()
    elsewhere = client.post(
        "/api/v1/comments", json={"site": "other", "url": PAGE, "body": "x"}
    ).get_json()
    token = mine["token"]
    # The first character of the signature: some of the last one's bits count for nothing.
    head, _, signature = token.rpartition(".")
    flipped = f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    there = f"/api/v1/comments/{mine['comment']['id']}"
    for wrong in (elsewhere["token"], flipped, "", "none", token.split(".")[0]):
        answer = client.delete(there, headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status_code == 403
    unknown = client.delete("/api/v1/comments/424242", headers={"Authorization": "Bearer x"})
    assert unknown.status_code == 403


def test_what_a_reader_may_not_set_has_no_effect(client: FlaskClient, post: Post) -> None:
    extra = {"id": 7, "status": "published", "score": 99, "pinned": True, "created": "2001-01-01"}
    comment = post("Plain", **extra).get_json()["comment"]
    assert (comment["id"], comment["score"], comment["pinned"]) == (1, 0, False)
    assert not comment["created"].startswith("2001")


def test_a_parent_on_another_page_or_site_is_refused(
    client: FlaskClient, post: Post, add_site: Callable[..., Site]
) -> None:
    add_site("other")
    parent = post("Here").get_json()["comment"]["id"]
    elsewhere = post("There", url="https://example.org/elsewhere", parent=parent)
    assert elsewhere.status_code == 422
    sent = {"site": "other", "url": PAGE, "body": "x", "parent": parent}
    assert client.post("/api/v1/comments", json=sent).status_code == 422


@pytest.mark.parametrize(
    "hostile", ["' OR 1=1 --", "\x00", "%00", "{{7777*7777}}", "${7777*7777}", "%s%n", "🏴‍☠️"]
)
def test_no_parameter_makes_a_fault_of_the_server(client: FlaskClient, hostile: str) -> None:
    for name in ("site", "url", "thread", "sort", "after", "around"):
        query = {"site": "blog", "url": PAGE, name: hostile}
        assert client.get("/api/v1/thread", query_string=query).status_code < 500
    for field in ("site", "url", "thread", "title", "body"):
        sent = {"site": "blog", "url": PAGE, "body": "x", field: hostile}
        answer = client.post("/api/v1/comments", json=sent)
        assert answer.status_code < 500
        assert str(7777 * 7777) not in answer.text


LOCAL = st.from_regex(r"[a-z][a-z0-9.]{2,12}[a-z0-9]", fullmatch=True).filter(
    lambda name: ".." not in name
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(local=LOCAL, name=st.text("abc ÄØ", max_size=10))
def test_no_public_answer_ever_has_an_email_or_a_plain_hash_of_one(
    client: FlaskClient, post: Post, local: str, name: str
) -> None:
    email = f"{local}@mail.example.net"
    author = {"name": name, "email": email}
    posted = post(f"Mail me: {email}", author=author)
    assert posted.status_code == 201
    number = posted.get_json()["comment"]["id"]
    forbidden = [email, *(hashlib.new(kind, email.encode()).hexdigest() for kind in KINDS)]
    own = {"Authorization": f"Bearer {posted.get_json()['token']}"}
    answers = [
        posted,
        post(" ", author=author),
        client.get(f"/api/v1/comments/{number}", headers=own),
        client.patch(f"/api/v1/comments/{number}", json={"body": email}, headers=own),
        client.post("/api/v1/preview", json={"site": "blog", "body": email}),
        *(client.get(path.format(number=number, page=PAGE)) for path in PUBLIC),
    ]
    for answer in answers:
        assert not [secret for secret in forbidden if secret in answer.text]
        assert not [secret for secret in forbidden if secret in str(answer.headers)]


def test_the_same_email_has_another_picture_on_another_site(
    client: FlaskClient, post: Post, add_site: Callable[..., Site]
) -> None:
    add_site("other")
    author = {"name": "Ada", "email": "ada@example.net"}
    here = post("x", author=author).get_json()["comment"]["author"]["avatar"]
    again = post("y", author=author).get_json()["comment"]["author"]["avatar"]
    sent = {"site": "other", "url": PAGE, "body": "x", "author": author}
    there = client.post("/api/v1/comments", json=sent).get_json()["comment"]["author"]["avatar"]
    assert here == again != there


def test_emails_are_unreadable_in_the_database(post: Post, parts: Parts) -> None:
    post("x", author={"name": "Ada", "email": "ada@example.net"})
    with parts.database.read() as session:
        ((sealed, hashed),) = session.execute(text("SELECT email, email_hash FROM comment")).all()
    assert b"ada" not in bytes(sealed)
    assert hashed != hashlib.sha256(b"ada@example.net").hexdigest()
