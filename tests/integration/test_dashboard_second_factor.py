"""The second step: an authenticator app, recovery codes, and what each can't be talked into."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.dashboard_kit import (
    PASSWORD,
    Browser,
    a_browser,
    add_person,
    sign_in_link,
)
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.person import Role
from widget.publication.parts import Parts
from widget.store import factors, people, rotation, schema
from widget.store.keys import load_keys, rotate_key_file
from widget.store.tables import RecoveryCodeRow, TotpRow

ADA = "ada@example.org"
SECOND = "/dashboard/sign-in/second-factor"
_KEY = re.compile(r'class="key">([A-Z2-7 ]+)<')
_CODES = re.compile(r"<li><code>([a-z2-7-]+)</code>")


class App:
    """Somebody's authenticator app."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._totp = pyotp.TOTP(secret.replace(" ", ""))
        self._clock = clock

    def code(self, seconds: int = 0) -> str:
        """Return the code that it shows, now or at another time."""
        return self._totp.at(self._clock() + timedelta(seconds=seconds))


@pytest.fixture
def browser(app: Flask, parts: Parts) -> Browser:
    """Return a browser in which Ada has just signed in."""
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    return browser


def set_up(browser: Browser, clock: Clock) -> tuple[App, list[str]]:
    """Set up an app; return it and the recovery codes."""
    assert browser.post("/account/totp").location == "/dashboard/account/totp"
    found = _KEY.search(browser.get("/account/totp").text)
    assert found
    app = App(found[1], clock)
    page = browser.post("/account/totp/confirm", {"code": app.code()})
    assert page.status_code == 200, page.text
    return app, _CODES.findall(page.text)


def next_code(app: App, clock: Clock) -> str:
    """Return a code that was not used: a code works once."""
    clock.advance(seconds=60)
    return app.code()


def test_the_picture_holds_the_key_and_comes_from_no_other_host(browser: Browser) -> None:
    browser.post("/account/totp")
    page = browser.get("/account/totp").text
    assert 'class="qr" src="data:image/svg+xml' in page
    assert re.search(r"src=.https?:", page) is None


def test_an_app_counts_only_once_a_code_of_it_was_typed(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    browser.post("/account/totp")
    page = browser.post("/account/totp/confirm", {"code": "000000"})
    assert page.status_code == 422
    assert "not right" in page.text
    assert a_browser(app).sign_in(ADA).location == "/dashboard/"
    clock.advance(minutes=1)
    set_up(browser, clock)
    assert a_browser(app).sign_in(ADA).location == SECOND


def test_with_an_app_a_password_alone_opens_nothing(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    device, _ = set_up(browser, clock)
    other = a_browser(app)
    assert other.sign_in(ADA).location == SECOND
    assert other.session_cookie() is None
    assert other.get("/account").status_code == 303
    assert other.post("/sign-in/second-factor", {"code": "123456"}).status_code == 422
    code = next_code(device, clock)
    assert other.post("/sign-in/second-factor", {"code": code}).location == "/dashboard/"
    assert other.get("/account").status_code == 200


def test_a_sign_in_link_asks_for_the_second_factor_too(
    app: Flask, browser: Browser, parts: Parts, clock: Clock
) -> None:
    device, _ = set_up(browser, clock)
    person = add_person(parts, "bob@example.org", Role.ADMIN)
    assert a_browser(app).post(sign_in_link(parts, person)).location == "/dashboard/"
    with parts.database.read() as session:
        ada = people.find_person(session, parts.keys, ADA)
    assert ada
    other = a_browser(app)
    assert other.post(sign_in_link(parts, ada)).location == SECOND
    assert other.get("/account").status_code == 303
    other.post("/sign-in/second-factor", {"code": next_code(device, clock)})
    assert other.get("/account").status_code == 200


def test_a_code_works_once(app: Flask, browser: Browser, clock: Clock) -> None:
    device, _ = set_up(browser, clock)
    first, second = a_browser(app), a_browser(app)
    for one in (first, second):
        one.sign_in(ADA)
    code = {"code": next_code(device, clock)}
    assert first.post("/sign-in/second-factor", code).status_code == 303
    assert second.post("/sign-in/second-factor", code).status_code == 422
    assert second.get("/account").status_code == 303


def test_the_code_that_set_the_app_up_does_not_sign_in(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    device, _ = set_up(browser, clock)
    other = a_browser(app)
    other.sign_in(ADA)
    assert other.post("/sign-in/second-factor", {"code": device.code()}).status_code == 422


@pytest.mark.parametrize(("seconds", "status"), [(-30, 303), (30, 303), (-90, 422), (90, 422)])
def test_a_clock_may_be_half_a_minute_wrong_and_no_more(
    app: Flask, browser: Browser, clock: Clock, seconds: int, status: int
) -> None:
    device, _ = set_up(browser, clock)
    clock.advance(minutes=10)
    other = a_browser(app)
    other.sign_in(ADA)
    form = {"code": device.code(seconds)}
    assert other.post("/sign-in/second-factor", form).status_code == status


def test_codes_can_not_be_guessed(app: Flask, browser: Browser, clock: Clock) -> None:
    device, _ = set_up(browser, clock)
    clock.advance(minutes=1)
    other = a_browser(app)
    other.sign_in(ADA)
    tries = [
        other.post("/sign-in/second-factor", {"code": f"{number:06}"}).status_code
        for number in range(6)
    ]
    assert tries == [422] * 5 + [429]
    refused = other.post("/sign-in/second-factor", {"code": device.code()})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_a_new_sign_in_does_not_give_more_guesses(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    set_up(browser, clock)
    answers = []
    for number in range(6):
        other = a_browser(app)
        other.sign_in(ADA)
        answers.append(other.post("/sign-in/second-factor", {"code": f"{number:06}"}).status_code)
    assert answers[-1] == 429


def test_half_a_sign_in_ends_after_ten_minutes(app: Flask, browser: Browser, clock: Clock) -> None:
    device, _ = set_up(browser, clock)
    other = a_browser(app)
    other.sign_in(ADA)
    clock.advance(minutes=10, seconds=1)
    answer = other.post("/sign-in/second-factor", {"code": device.code()})
    assert answer.location == "/dashboard/sign-in"
    assert other.get("/account").status_code == 303


def test_half_a_sign_in_is_finished_once(app: Flask, browser: Browser, clock: Clock) -> None:
    device, codes = set_up(browser, clock)
    other = a_browser(app)
    other.sign_in(ADA)
    kept = other.client.get_cookie("comment_widget_form")
    assert kept
    assert other.post("/sign-in/second-factor", {"recovery": codes[0]}).status_code == 303
    thief = a_browser(app)
    thief.client.set_cookie("comment_widget_form", kept.value, httponly=True, path="/")
    answer = thief.post("/sign-in/second-factor", {"code": next_code(device, clock)})
    assert answer.location == "/dashboard/sign-in"


def test_after_both_steps_one_is_where_one_wanted_to_be(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    device, _ = set_up(browser, clock)
    other = a_browser(app)
    other.post("/sign-in", {"email": ADA, "password": PASSWORD, "next": "/dashboard/account"})
    answer = other.post("/sign-in/second-factor", {"code": next_code(device, clock)})
    assert answer.location == "/dashboard/account"


def test_a_recovery_code_signs_in_once_however_it_is_typed(
    app: Flask, browser: Browser, clock: Clock
) -> None:
    _, codes = set_up(browser, clock)
    assert len(set(codes)) == factors.RECOVERY_CODES
    typed = codes[3].upper().replace("-", " ")
    for wanted in (303, 422):
        other = a_browser(app)
        other.sign_in(ADA)
        assert other.post("/sign-in/second-factor", {"recovery": typed}).status_code == wanted
    assert "9 are left" in browser.get("/account").text


def test_new_recovery_codes_end_the_old_ones(app: Flask, browser: Browser, clock: Clock) -> None:
    _, old = set_up(browser, clock)
    new = _CODES.findall(browser.post("/account/recovery-codes").text)
    assert not set(old) & set(new)
    other = a_browser(app)
    other.sign_in(ADA)
    assert other.post("/sign-in/second-factor", {"recovery": old[0]}).status_code == 422
    assert other.post("/sign-in/second-factor", {"recovery": new[0]}).status_code == 303


def test_somebody_elses_recovery_code_is_worth_nothing(
    app: Flask, browser: Browser, parts: Parts, clock: Clock
) -> None:
    _, of_ada = set_up(browser, clock)
    add_person(parts, "bob@example.org", Role.ADMIN)
    bob = a_browser(app)
    bob.sign_in("bob@example.org")
    set_up(bob, clock)
    other = a_browser(app)
    other.sign_in("bob@example.org")
    assert other.post("/sign-in/second-factor", {"recovery": of_ada[0]}).status_code == 422


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/totp", {}),
        ("/account/totp/remove", {}),
        ("/account/recovery-codes", {}),
        ("/account/passkeys/1/remove", {}),
        ("/account/passkeys/1/name", {"name": "Mine"}),
    ],
)
def test_an_open_browser_is_not_enough_to_change_how_one_signs_in(
    browser: Browser, clock: Clock, path: str, form: dict[str, str]
) -> None:
    set_up(browser, clock)
    clock.advance(minutes=11)
    answer = browser.post(path, form)
    assert answer.location == "/dashboard/account/confirm?next=/dashboard/account"
    wrong = browser.post("/account/confirm", {"password": "a guess"})
    assert wrong.status_code == 422
    assert browser.post(path, form).location.startswith("/dashboard/account/confirm")


def test_who_says_again_who_they_are_goes_on_where_they_were(
    browser: Browser, clock: Clock
) -> None:
    clock.advance(minutes=11)
    asked = browser.get("/account/passkeys/new").location
    assert asked == "/dashboard/account/confirm?next=/dashboard/account/passkeys/new"
    form = {"password": PASSWORD, "next": "/dashboard/account/passkeys/new"}
    assert browser.post("/account/confirm", form).location == "/dashboard/account/passkeys/new"
    assert browser.get("/account/passkeys/new").status_code == 200


def test_an_open_browser_of_somebody_without_a_password_can_not_set_one(
    app: Flask, parts: Parts, clock: Clock
) -> None:
    browser = a_browser(app)
    browser.post(sign_in_link(parts, add_person(parts, ADA, Role.ADMIN, password=None)))
    clock.advance(minutes=11)
    answer = browser.post("/account/password", {"password": "another long password"})
    assert answer.location == "/dashboard/account/confirm?next=/dashboard/account/password"
    assert "new link" in browser.get("/account/confirm").text


def test_a_link_lets_its_browser_set_a_password_for_ten_minutes_only(
    app: Flask, parts: Parts, clock: Clock
) -> None:
    browser = a_browser(app)
    browser.post(sign_in_link(parts, add_person(parts, ADA, Role.ADMIN)))
    clock.advance(minutes=11)
    answer = browser.post("/account/password", {"password": "another long password"})
    assert answer.status_code == 422
    assert a_browser(app).sign_in(ADA).status_code == 303


def test_without_its_app_an_account_is_as_before(
    app: Flask, browser: Browser, parts: Parts, clock: Clock
) -> None:
    set_up(browser, clock)
    assert browser.post("/account/totp/remove").status_code == 303
    assert a_browser(app).sign_in(ADA).location == "/dashboard/"
    with parts.database.read() as session:
        assert session.query(RecoveryCodeRow).count() == 0


def test_neither_the_key_nor_a_recovery_code_is_in_the_database(
    browser: Browser, parts: Parts, clock: Clock
) -> None:
    browser.post("/account/totp")
    found = _KEY.search(browser.get("/account/totp").text)
    assert found
    secret = found[1].replace(" ", "")
    code = App(secret, clock).code()
    codes = _CODES.findall(browser.post("/account/totp/confirm", {"code": code}).text)
    with parts.database.read() as session:
        stored = repr([row.sealed for row in session.query(TotpRow)]) + repr(
            [row.code_hash for row in session.query(RecoveryCodeRow)]
        )
    assert secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_a_rotation_of_keys_covers_the_key_of_an_app(
    browser: Browser, parts: Parts, clock: Clock
) -> None:
    set_up(browser, clock)
    rotate_key_file(parts.config.home)
    newer = load_keys(parts.config.home, [])
    with parts.database.write() as session:
        while rotation.encrypt_anew(session, newer):
            pass
    with parts.database.read() as session:
        assert newer.is_newest(session.query(TotpRow).one().sealed)
        assert rotation.outdated(session, newer) == 0


def test_a_server_can_ask_everybody_for_a_second_factor(config: Config, clock: Clock) -> None:
    app = create_app(config.model_copy(update={"require_second_factor": True}), now=clock)
    parts = parts_of(app)
    schema.upgrade(parts.database)
    add_person(parts, ADA, Role.ADMIN)
    browser = a_browser(app)
    browser.sign_in(ADA)
    assert browser.get("/").location == "/dashboard/account"
    assert browser.post("/people/invitations", {"email": "x@example.org"}).status_code == 403
    assert "needs a second factor" in browser.get("/account").text
    set_up(browser, clock)
    assert browser.get("/").status_code == 200
    assert browser.post("/account/totp/remove").status_code == 422
    parts.database.engine.dispose()
