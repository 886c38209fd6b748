"""Who gets into the dashboard, and who doesn't."""

import statistics
import time

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.dashboard_kit import (
    ORIGIN,
    PASSWORD,
    a_browser,
    add_person,
    sign_in_link,
)
from tests.live import free_port
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.person import Role
from widget.http.dashboard.sign_in import own_page
from widget.publication.parts import Parts
from widget.store import people, schema
from widget.store.passwords import MIN_LENGTH, Passwords

ADA = "ada@example.org"


def test_the_right_password_signs_in(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    answer = browser.sign_in(ADA)
    assert (answer.status_code, answer.location) == (303, "/dashboard/")
    assert browser.get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_email_read_the_same(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    add_person(parts, "link-only@example.org", Role.ADMIN, password=None)
    pages = [
        a_browser(app).sign_in(email, "not the password")
        for email in (ADA, "nobody@example.org", "link-only@example.org")
    ]
    assert [page.status_code for page in pages] == [422, 422, 422]
    assert all("belong together" in page.text for page in pages)


def test_an_unknown_email_takes_as_long_as_a_known_one(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)

    def median_s(email: str) -> float:
        times = []
        for number in range(4):
            browser = a_browser(app)
            form = {"email": email, "password": f"wrong {number}", "csrf_token": browser.token()}
            began = time.perf_counter()
            browser.client.post("/dashboard/sign-in", data=form, headers={"Origin": ORIGIN})
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    # Without a hash an answer takes a tenth of this; the machine's own noise is less than half.
    assert median_s("nobody@example.org") > median_s(ADA) / 2


def test_after_five_failures_even_the_right_password_waits(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    for _ in range(5):
        assert a_browser(app).sign_in(ADA, "guess").status_code == 422
    refused, right = a_browser(app).sign_in(ADA, "guess"), a_browser(app).sign_in(ADA)
    assert (refused.status_code, right.status_code) == (429, 429)
    assert "Please wait 15 minutes" in right.text
    assert 0 < int(right.headers["Retry-After"]) <= 900
    assert "Too many attempts" in refused.text


def test_an_unknown_email_is_limited_like_a_known_one(app: Flask) -> None:
    for _ in range(5):
        a_browser(app).sign_in("nobody@example.org", "guess")
    assert a_browser(app).sign_in("nobody@example.org", "guess").status_code == 429


def test_one_address_can_not_try_many_accounts(app: Flask) -> None:
    answers = [a_browser(app).sign_in(f"{n}@example.org", "guess").status_code for n in range(31)]
    assert (answers[29], answers[30]) == (422, 429)


def test_signing_in_forgets_the_failures_before(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    for _ in range(2):
        for _ in range(4):
            a_browser(app).sign_in(ADA, "guess")
        assert a_browser(app).sign_in(ADA).status_code == 303


def test_looking_at_a_sign_in_link_does_not_use_it_up(app: Flask, parts: Parts) -> None:
    link = sign_in_link(parts, add_person(parts, ADA, Role.ADMIN))
    for _ in range(3):
        assert a_browser(app).get(link).status_code == 200
    assert a_browser(app).post(link).status_code == 303


def test_a_sign_in_link_works_once(app: Flask, parts: Parts) -> None:
    link = sign_in_link(parts, add_person(parts, ADA, Role.ADMIN))
    assert a_browser(app).post(link).status_code == 303
    second = a_browser(app)
    assert (second.post(link).status_code, second.get(link).status_code) == (404, 404)
    assert second.get("/account").status_code == 303


def test_a_sign_in_link_ends_after_a_day(app: Flask, parts: Parts, clock: Clock) -> None:
    link = sign_in_link(parts, add_person(parts, ADA, Role.ADMIN))
    clock.advance(hours=24, seconds=1)
    assert a_browser(app).post(link).status_code == 404


def test_a_link_of_somebody_without_a_password_asks_to_set_one(app: Flask, parts: Parts) -> None:
    link = sign_in_link(parts, add_person(parts, ADA, Role.ADMIN, password=None))
    browser = a_browser(app)
    assert browser.post(link).location == "/dashboard/account/password"
    assert browser.post("/account/password", {"password": PASSWORD}).status_code == 303
    assert a_browser(app).sign_in(ADA).status_code == 303


def test_a_short_password_is_refused_at_its_field(app: Flask, parts: Parts) -> None:
    browser = a_browser(app)
    browser.post(sign_in_link(parts, add_person(parts, ADA, Role.ADMIN, password=None)))
    page = browser.post("/account/password", {"password": "short"})
    assert page.status_code == 422
    assert f'id="password-fault">Use at least {MIN_LENGTH} characters.' in page.text


def test_a_sign_in_token_has_at_least_128_bits(parts: Parts) -> None:
    person = add_person(parts, ADA, Role.ADMIN, password=None)
    tokens = {sign_in_link(parts, person).rsplit("/", 1)[1] for _ in range(20)}
    assert len(tokens) == 20
    assert min(len(token) for token in tokens) * 6 >= 128


def test_a_password_hash_costs_what_owasp_asks_for() -> None:
    kept = Passwords().hash(PASSWORD)
    memory, passes, lanes = (int(part.split("=")[1]) for part in kept.split("$")[3].split(","))
    assert memory >= 19 * 1024
    assert (passes, lanes) == (2, 1)


def test_after_signing_in_one_is_where_one_wanted_to_be(app: Flask, parts: Parts) -> None:
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    asked = browser.get("/account?changed=password").location
    assert asked == "/dashboard/sign-in?next=/dashboard/account?changed%3Dpassword"
    form = {"email": ADA, "password": PASSWORD, "next": "/dashboard/account?changed=password"}
    assert browser.post("/sign-in", form).location == "/dashboard/account?changed=password"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/dashboard/",
        "/dashboard//evil.example",
        "/dashboard/../evil",
        "/dashboard/\tx",
        "javascript:alert(1)",
        "/dashboard@evil.example",
        "/api/v1/thread",
        "",
    ],
)
def test_signing_in_leads_to_no_page_but_the_dashboards(wanted: str) -> None:
    assert own_page(wanted) is None


def test_two_who_use_one_link_at_once_are_not_both_signed_in(parts: Parts) -> None:
    person = add_person(parts, ADA, Role.ADMIN, password=None)
    token = sign_in_link(parts, person).rsplit("/", 1)[1]
    with parts.database.write() as session:
        first = people.use_sign_in_link(session, parts.keys, token, parts.now())
        second = people.use_sign_in_link(session, parts.keys, token, parts.now())
    assert first is not None
    assert second is None


def test_tries_are_counted_on_while_redis_is_away(config: Config, clock: Clock) -> None:
    away = {"redis_url": f"redis://127.0.0.1:{free_port()}"}
    app = create_app(config.model_copy(update=away), now=clock)
    parts = parts_of(app)
    schema.upgrade(parts.database)
    add_person(parts, ADA, Role.ADMIN)
    answers = [a_browser(app).sign_in(ADA, "guess").status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 422, 429]
    parts.database.engine.dispose()
