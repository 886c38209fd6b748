"""The dashboard can't be used through other people's pages."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.integration.dashboard_kit import (
    ORIGIN,
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

ADA = "ada@example.org"
ACT = "/dashboard/blog/comments"


@pytest.fixture
def desk(app: Flask, parts: Parts) -> Browser:
    """Return the browser of an admin who is signed in."""
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    return browser


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/sign-in/nothing",
        "/blog/queue",
        "/nowhere/at/all",
        "/account",
        "/blog/settings",
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_answer_carries_the_headers(
    app: Flask, desk: Browser, site: Site, path: str, signed_in: bool
) -> None:
    answer = (desk if signed_in else a_browser(app)).get(path)
    policy = answer.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"):
        assert rule in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/blog/queue?status=all", "/account", "/blog/settings", "/blog/plugins/akismet"],
)
def test_no_page_has_inline_script_or_style(
    app: Flask, desk: Browser, parts: Parts, site: Site, path: str
) -> None:
    add_comment(parts, site)
    page = (a_browser(app) if path == "/sign-in" else desk).get(path).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def _send(desk: Browser, origin: str | None, **headers: str) -> TestResponse:
    given = {**({"Origin": origin} if origin is not None else {}), **headers}
    form = {"csrf_token": desk.token(), "comment": "1", "act": "approve"}
    return desk.client.post(ACT, data=form, headers=given)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost:81",
        "localhost",
        "file://",
    ],
)
def test_a_post_from_another_origin_does_nothing(
    desk: Browser, parts: Parts, site: Site, origin: str | None
) -> None:
    comment = add_comment(parts, site)
    assert _send(desk, origin).status_code == 403
    assert status_of(parts, comment) is Status.PENDING


def test_a_post_that_the_browser_calls_cross_site_does_nothing(
    desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site)
    assert _send(desk, ORIGIN, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert status_of(parts, comment) is Status.PENDING


@pytest.mark.parametrize("token", [None, "", "made-up"])
def test_a_form_without_its_token_does_nothing(
    desk: Browser, parts: Parts, site: Site, token: str | None
) -> None:
    comment = add_comment(parts, site)
    form = {"comment": "1", "act": "approve"} | ({"csrf_token": token} if token is not None else {})
    answer = desk.client.post(ACT, data=form, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert status_of(parts, comment) is Status.PENDING


def test_the_token_of_another_browser_is_worth_nothing(
    app: Flask, desk: Browser, parts: Parts, site: Site
) -> None:
    comment = add_comment(parts, site)
    form = {"comment": "1", "act": "approve", "csrf_token": a_browser(app).token()}
    assert desk.client.post(ACT, data=form, headers={"Origin": ORIGIN}).status_code == 400
    assert status_of(parts, comment) is Status.PENDING


@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
def test_a_body_that_is_no_form_does_nothing(
    desk: Browser, parts: Parts, site: Site, content_type: str
) -> None:
    comment = add_comment(parts, site)
    answer = desk.client.post(
        ACT, data="comment=1&act=approve", content_type=content_type, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == 400
    assert status_of(parts, comment) is Status.PENDING


def test_opening_an_address_changes_nothing(desk: Browser, parts: Parts, site: Site) -> None:
    comment = add_comment(parts, site)
    for path in ("/blog/comments?comment=1&act=approve", "/blog/undo?decision=1.1", "/sign-out"):
        assert desk.get(path).status_code in (404, 405)
    assert status_of(parts, comment) is Status.PENDING
    assert desk.get("/account").status_code == 200


def test_the_public_api_needs_no_token_and_sets_no_cookie(app: Flask, site: Site) -> None:
    client = app.test_client()
    answer = client.post(
        "/api/v1/comments",
        json={"site": "blog", "url": "https://example.org/a", "body": "Hello there."},
        headers={"Origin": "https://example.org"},
    )
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    page = client.get("/api/v1/thread?site=blog&url=https://example.org/a")
    assert "Set-Cookie" not in page.headers
    assert "Cookie" not in page.headers.get("Vary", "")


def test_an_error_tells_nothing_of_the_server(
    app: Flask, desk: Browser, parts: Parts, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("widget.store.queue.queue_page", broken)
    page = desk.get("/blog/queue")
    assert page.status_code == 500
    assert "secret detail" not in page.text
    assert "Traceback" not in page.text
    assert page.headers["X-Frame-Options"] == "DENY"
