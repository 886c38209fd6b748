"""Signed-in browsers: how a session begins, what it is bound to, how it ends."""

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.dashboard_kit import (
    PASSWORD,
    a_browser,
    add_person,
    sign_in_link,
)
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.person import Role
from widget.publication.parts import Parts
from widget.store import browser_sessions, schema
from widget.store.tables import InviteRow, PersonRow, SessionRow

ADA = "ada@example.org"


def test_a_token_that_was_planted_before_signing_in_is_worth_nothing(
    app: Flask, parts: Parts
) -> None:
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.client.set_cookie("comment_widget_session", "planted", httponly=True, path="/")
    browser.sign_in(ADA)
    assert browser.session_cookie() not in (None, "planted")
    thief = a_browser(app)
    thief.client.set_cookie("comment_widget_session", "planted", httponly=True, path="/")
    assert thief.get("/account").status_code == 303


def test_signing_in_again_ends_the_session_before(app: Flask, parts: Parts) -> None:
    person = add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    before = browser.session_cookie()
    browser.post(sign_in_link(parts, person))
    thief = a_browser(app)
    thief.client.set_cookie("comment_widget_session", before or "", httponly=True, path="/")
    assert thief.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200


def test_signing_out_ends_the_session_on_the_server(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    kept = browser.session_cookie()
    assert browser.post("/sign-out").status_code == 303
    browser.client.set_cookie("comment_widget_session", kept or "", httponly=True, path="/")
    assert browser.get("/account").status_code == 303


def test_a_new_password_ends_every_other_session(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    here, elsewhere = a_browser(app), a_browser(app)
    for browser in (here, elsewhere):
        browser.sign_in(ADA)
    before = here.session_cookie()
    new = {"old": PASSWORD, "password": "another long password"}
    assert here.post("/account/password", new).status_code == 303
    assert here.get("/account").status_code == 200
    assert here.session_cookie() != before
    assert elsewhere.get("/account").status_code == 303
    assert a_browser(app).sign_in(ADA).status_code == 422


def test_the_present_password_is_asked_for(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    page = browser.post("/account/password", {"old": "no", "password": "another long password"})
    assert page.status_code == 422
    assert "not your present password" in page.text
    assert a_browser(app).sign_in(ADA).status_code == 303


def test_a_session_can_be_ended_from_another_browser(app: Flask, parts: Parts) -> None:
    person = add_person(parts, ADA, Role.ADMIN)
    here, lost = a_browser(app), a_browser(app)
    for browser in (here, lost):
        browser.sign_in(ADA)
    with parts.database.read() as session:
        found = browser_sessions.sessions_of(session, person.id, parts.now())
    assert here.post(f"/account/sessions/{max(one.id for one in found)}").status_code == 303
    assert lost.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(app: Flask, parts: Parts) -> None:
    for email in (ADA, "eve@example.org"):
        add_person(parts, email, Role.ADMIN)
    ada, eve = a_browser(app), a_browser(app)
    ada.sign_in(ADA)
    eve.sign_in("eve@example.org")
    assert eve.post("/account/sessions/1").status_code == 404
    assert ada.get("/account").status_code == 200


@pytest.mark.parametrize("days", [(8,), (6, 6, 6, 6, 6, 6)])
def test_a_session_ends_when_idle_and_in_any_case_after_a_month(
    app: Flask, parts: Parts, clock: Clock, days: tuple[int, ...]
) -> None:
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    for some in days:
        clock.advance(days=some)
        last = browser.get("/account")
    assert last.status_code == 303


def test_cookies_can_not_be_read_by_scripts_nor_sent_by_other_sites(
    app: Flask, parts: Parts
) -> None:
    add_person(parts, ADA, Role.ADMIN)
    cookies = a_browser(app).sign_in(ADA).headers.getlist("Set-Cookie")
    session = next(one for one in cookies if one.startswith("comment_widget_session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "Secure" not in session


def test_over_https_cookies_are_bound_to_the_host(config: Config, clock: Clock) -> None:
    app = create_app(config.model_copy(update={"public_url": "https://c.example.org"}), now=clock)
    parts = parts_of(app)
    schema.upgrade(parts.database)
    add_person(parts, ADA, Role.ADMIN)
    client = app.test_client()
    secure = {"base_url": "https://c.example.org"}
    page = client.get("/dashboard/sign-in", **secure)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post(
        "/dashboard/sign-in",
        data={"email": ADA, "password": PASSWORD, "csrf_token": token},
        headers={"Origin": "https://c.example.org"},
        **secure,
    )
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert {one.split("=")[0] for one in cookies} == {
        "__Host-comment_widget_form",
        "__Host-comment_widget_session",
    }
    assert all("Secure" in one and "Path=/" in one and "Domain" not in one for one in cookies)
    parts.database.engine.dispose()


def test_neither_passwords_nor_tokens_nor_emails_are_in_the_database(
    app: Flask, parts: Parts
) -> None:
    person = add_person(parts, ADA, Role.ADMIN)
    token = sign_in_link(parts, person).rsplit("/", 1)[1]
    browser = a_browser(app)
    browser.sign_in(ADA)
    with parts.database.read() as session:
        rows = [
            {column.name: getattr(row, column.key) for column in table.__table__.columns}
            for table in (PersonRow, SessionRow, InviteRow)
            for row in session.query(table)
        ]
    stored = repr(rows)
    for secret in (PASSWORD, ADA, token, browser.session_cookie() or "-"):
        assert secret not in stored
    assert "$argon2id$" in stored
