"""Whatever is sent is answered, soon, and harms nothing: SECURITY.md on parsers and limits."""

import json
import logging
import re
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from widget.domain.submission import MAX_NAME, MAX_WEBSITE
from widget.publication.parts import Parts

Post = Callable[..., TestResponse]
COMMENTS = "/api/v1/comments"
JSON = "application/json"
LIMIT = 10_000
INJECTED = (
    "' OR '1'='1", "1; DROP TABLE comment --", "\x00", "../../etc/passwd", "%0d%0aX-Evil: 1",
    "{{7*7}}", "${7*7}", "{% raw %}", "%s%n", "{0.__class__}", "<script>", "\ud7ff\ue000",
    "9" * 5000, "-1", "1e309", "NaN", "A" * 4000, "\u202egnp.exe",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("site")


def rows(parts: Parts) -> int:
    with parts.database.read() as session:
        return session.execute(text("SELECT count(*) FROM comment")).scalar_one()


@pytest.mark.parametrize("hostile", INJECTED)
def test_no_value_in_any_place_makes_a_fault_or_a_row_or_takes_long(
    client: FlaskClient, parts: Parts, hostile: str
) -> None:
    began, before = time.monotonic(), rows(parts)
    answers = []
    for name in ("site", "url", "thread", "sort", "after", "around", "limit"):
        query = {"site": "blog", "url": PAGE, name: hostile}
        answers += [
            client.get(f"/api/v1/{where}", query_string=query)
            for where in ("thread", "counts", "form", "comments/1/replies")
        ]
    in_header = re.sub(r"[^\x20-\x7e]", "?", hostile)
    for name in ("If-None-Match", "Accept-Encoding", "Authorization", "Cookie", "Origin"):
        headers = {name: in_header}
        answers.append(client.get(f"/api/v1/thread?site=blog&url={PAGE}", headers=headers))
        answers.append(client.get(f"{COMMENTS}/1", headers=headers))
        answers.append(client.delete(f"{COMMENTS}/1", headers=headers))
    for part in (in_header.replace("/", "%2F"), "9" * 30, "-1", "0"):
        answers += [client.get(f"{COMMENTS}/{part}"), client.get(f"{COMMENTS}/{part}/replies")]
    assert max(answer.status_code for answer in answers) < 500
    assert rows(parts) == before
    assert time.monotonic() - began < 0.25 * len(answers)


@pytest.mark.parametrize("sort", ["OLDEST", "created", "oldest;", "oldest,newest", "best "])
def test_an_order_that_is_not_listed_is_refused(client: FlaskClient, sort: str) -> None:
    query = {"site": "blog", "url": PAGE, "sort": sort}
    assert client.get("/api/v1/thread", query_string=query).status_code == 400


@pytest.mark.parametrize("name", ["site", "url", "thread", "sort", "after", "around"])
def test_a_parameter_that_comes_twice_is_refused(client: FlaskClient, name: str) -> None:
    query = {"site": "blog", "url": PAGE, "sort": "oldest", "around": "1"}
    pairs = [*query.items(), (name, query.get(name, "x")), (name, "y")]
    pairs = [pair for pair in pairs if pair[0] != name or pair[1] != query.get(name)] + [
        (name, query.get(name, "x"))
    ]
    answer = client.get("/api/v1/thread", query_string=pairs)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"{", b'{"body": "\xff\xfe"}', b'{"body": "\\ud800"}', b"\xef\xbb\xbf{}",
        b'{"a":' * 100_000, b"NaN", b'{"body": NaN}',
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_malformed(client: FlaskClient, body: bytes) -> None:
    answer = client.post(COMMENTS, data=body, content_type=JSON)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize("number", ["9" * 5000, "1e400", "1" * 30, "1.5"])
def test_a_number_beyond_all_use_is_refused(client: FlaskClient, number: str) -> None:
    for body in (
        f'{{"site": "blog", "url": "{PAGE}", "body": "x", "parent": {number}}}',
        f'{{"site": "blog", "url": "{PAGE}", "body": "x", "answers": {{"a": {number}}}}}',
    ):
        assert client.post(COMMENTS, data=body, content_type=JSON).status_code in (400, 422)


def test_of_a_key_that_comes_twice_the_last_counts(client: FlaskClient) -> None:
    body = f'{{"site": "blog", "url": "{PAGE}", "body": "first", "body": "last"}}'
    answer = client.post(COMMENTS, data=body, content_type=JSON)
    assert answer.get_json()["comment"]["html"] == "<p>last</p>\n"


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/json; charset=utf-16", "application/json; charset=utf-7", "text/json",
     "application/jsonp"],
)  # fmt: skip
@pytest.mark.parametrize("where", [COMMENTS, "/api/v1/preview"])
def test_a_body_that_is_not_called_json_is_refused(
    client: FlaskClient, where: str, content_type: str | None
) -> None:
    body = json.dumps({"site": "blog", "url": PAGE, "body": "x"})
    assert client.post(where, data=body, content_type=content_type).status_code == 415


@pytest.mark.parametrize("edge", ["<b>", "🏴", "é", "e\u0301", "**", "&amp;", "[x]("])
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_a_text_at_the_limit_is_kept_whole_or_refused(
    post: Post, parts: Parts, edge: str, extra: int
) -> None:
    tail = unicodedata.normalize("NFC", edge)
    body = "x" * (LIMIT + extra - len(tail)) + tail
    answer = post(body)
    assert answer.status_code == (422 if extra > 0 else 201)
    if answer.status_code == 201:
        with parts.database.read() as session:
            stored = session.execute(text("SELECT source FROM comment")).scalar_one()
        assert stored == body


@pytest.mark.parametrize(
    ("field", "longest", "value"),
    [("name", MAX_NAME, "é"), ("website", MAX_WEBSITE, "w")],
)
def test_a_field_at_its_limit_is_kept_whole_or_refused(
    post: Post, field: str, longest: int, value: str
) -> None:
    start = "https://example.net/" if field == "website" else ""
    fits = start + value * (longest - len(start))
    answer = post("x", author={field: fits})
    assert answer.get_json()["comment"]["author"][field] == fits
    assert post("x", author={field: fits + value}).status_code == 422


HOSTILE_TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'\u202e\u200b\x00\x1b\r\n"),
    max_size=60,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=HOSTILE_TEXT, name=HOSTILE_TEXT, title=HOSTILE_TEXT, website=HOSTILE_TEXT)
def test_any_text_is_taken_or_refused_and_a_link_is_always_of_the_web(
    post: Post, body: str, name: str, title: str, website: str
) -> None:
    answer = post(body, title=title, author={"name": name, "website": website})
    assert answer.status_code in (201, 422)
    if answer.status_code == 201:
        author = answer.get_json()["comment"]["author"]
        assert author["website"] is None or re.match(r"https?://", author["website"])
        assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", author["name"] or "")


@pytest.mark.parametrize(
    "website",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//evil",
     "https://user:pw@evil.example/", "java\tscript:alert(1)", "file:///etc/passwd",
     "https://'onmouseover=alert(1)//", 'https://x.example/" onclick="alert(1)'],
)  # fmt: skip
def test_a_hostile_website_is_refused_or_becomes_a_harmless_address(
    post: Post, website: str
) -> None:
    answer = post("x", author={"website": website})
    assert answer.status_code in (201, 422)
    if answer.status_code == 201:
        kept = answer.get_json()["comment"]["author"]["website"]
        assert kept.startswith(("https://", "http://"))
        assert not set("\"'<> ") & set(kept.replace("'", "" if "%27" in kept else "'"))


@pytest.mark.parametrize("invisible", ["\u200b", "\u2060\ufeff", "\u202e", "\u00ad", "\u0301"])
def test_a_text_that_nobody_can_see_is_no_text_and_such_a_name_no_name(
    post: Post, invisible: str
) -> None:
    assert post(invisible).status_code == 422
    assert post("x", author={"name": invisible}).get_json()["comment"]["author"]["name"] is None


@pytest.mark.parametrize("template", ["{{7*7}}", "${7*7}", "{% raw %}", "%s", "{0.real}"])
def test_no_template_in_a_text_is_ever_evaluated(
    client: FlaskClient, post: Post, template: str
) -> None:
    comment = post(template, author={"name": template}, title=template).get_json()["comment"]
    assert template in comment["html"].replace("<p>", "")
    assert comment["author"]["name"] == template
    page = client.get("/threads", query_string={"site": "blog", "url": PAGE})
    assert template in page.text


def test_every_answer_says_what_it_is_and_no_browser_guesses(
    app: Flask, client: FlaskClient, post: Post
) -> None:
    number = post("<b>x</b>").get_json()["comment"]["id"]
    wrong = {"site": "<script>alert(1)</script>", "url": PAGE}
    answers = [
        client.get(f"{COMMENTS}/{number}"),
        client.get(f"{COMMENTS}/{number}/replies"),
        client.get("/api/v1/thread", query_string=wrong),
        client.get("/api/v1/thread", query_string={**wrong, "site": "blog"}),
        client.get("/api/v1/<script>"),
        client.put(COMMENTS),
        client.get("/health"),
    ]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype in (JSON, "application/problem+json")
        assert answer.headers["Referrer-Policy"]


def test_a_fault_of_the_server_is_an_id_to_the_reader_and_no_secret_to_the_log(
    client: FlaskClient, post: Post, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    with parts.database.write() as session:
        session.execute(text("ALTER TABLE comment RENAME COLUMN badge TO gone"))
    secrets: dict[str, Any] = {
        "body": "BODY-SECRET",
        "author": {"name": "NAME-SECRET", "email": "mail-secret@example.net"},
    }
    with caplog.at_level(logging.DEBUG):
        answer = post(**secrets)
    assert answer.status_code in (500, 503)
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Traceback" not in answer.text
    assert "badge" not in answer.text
    logged = logging.Formatter().format
    lines = "\n".join(logged(record) for record in caplog.records)
    for secret in ("BODY-SECRET", "NAME-SECRET", "mail-secret"):
        assert secret not in lines
