"""Passkeys: what signs somebody in, alone or as the second step, and what doesn't."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.authenticator import PRESENT, Authenticator
from tests.integration.dashboard_kit import Browser, a_browser, add_person
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.person import Role
from widget.http.dashboard.relying_party import RelyingParty
from widget.publication.parts import Parts
from widget.store import schema
from widget.store.tables import PasskeyRow

ADA, BOB = "ada@example.org", "bob@example.org"
ORIGIN = "http://localhost"
SECOND = "/dashboard/sign-in/second-factor"


@dataclass
class Desk:
    """A server that is reached by a name, and Ada, who has just signed in."""

    app: Flask
    parts: Parts
    ada: Browser

    def device(self, **differences: object) -> Authenticator:
        """Return a device that has no passkey yet."""
        values = {"origin": ORIGIN, "rp_id": "localhost", **differences}
        return Authenticator(**values)  # type: ignore[arg-type]  # a test's differences

    def add(self, browser: Browser, device: Authenticator, name: str = "Key") -> int:
        """Make a passkey on a device; return the status of the answer."""
        options = ask(browser, "/account/passkeys/challenge")
        form = {"name": name, "passkey": device.create(options)}
        return browser.post("/account/passkeys", form).status_code


def ask(browser: Browser, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """Ask the server for a challenge, as the page's script does."""
    answer = browser.act(path, form or {})
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.get_json()
    return options


@pytest.fixture
def desk(config: Config, clock: Clock) -> Iterator[Desk]:
    app = create_app(config.model_copy(update={"public_url": ORIGIN}), now=clock)
    parts = parts_of(app)
    schema.upgrade(parts.database)
    for email in (ADA, BOB):
        add_person(parts, email, Role.ADMIN)
    ada = a_browser(app)
    ada.sign_in(ADA)
    yield Desk(app, parts, ada)
    parts.database.engine.dispose()


def sign_in(browser: Browser, device: Authenticator) -> int:
    """Sign in with a passkey alone; return the status of the answer."""
    options = ask(browser, "/sign-in/passkey/challenge")
    return browser.post("/sign-in/passkey", {"passkey": device.get(options)}).status_code


def test_a_passkey_signs_in_without_a_password(desk: Desk) -> None:
    device = desk.device()
    assert desk.add(desk.ada, device) == 200
    other = a_browser(desk.app)
    assert sign_in(other, device) == 303
    assert ADA in other.get("/account").text


def test_a_passkey_is_the_second_step_after_a_password(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    other = a_browser(desk.app)
    assert other.sign_in(ADA).location == SECOND
    options = ask(other, "/sign-in/passkey/challenge", {"second": "1"})
    assert len(options["allowCredentials"]) == 1
    answer = other.post("/sign-in/second-factor", {"passkey": device.get(options)})
    assert answer.location == "/dashboard/"
    assert other.get("/account").status_code == 200


def test_the_passkey_of_somebody_else_is_no_second_step(desk: Desk) -> None:
    of_ada, of_bob = desk.device(), desk.device(credential=b"the passkey of Bob")
    desk.add(desk.ada, of_ada)
    bob = a_browser(desk.app)
    bob.sign_in(BOB)
    desk.add(bob, of_bob)
    other = a_browser(desk.app)
    other.sign_in(ADA)
    options = ask(other, "/sign-in/passkey/challenge", {"second": "1"})
    answer = other.post("/sign-in/second-factor", {"passkey": of_bob.get(options)})
    assert answer.status_code == 422
    assert other.get("/account").status_code == 303


@pytest.mark.parametrize("counts", [True, False])
def test_an_answer_works_once_also_of_a_device_that_keeps_no_count(
    desk: Desk, counts: bool
) -> None:
    device = desk.device(counts=counts)
    desk.add(desk.ada, device)
    other = a_browser(desk.app)
    answer = device.get(ask(other, "/sign-in/passkey/challenge"))
    kept = other.client.get_cookie("comment_widget_form")
    assert kept
    assert other.post("/sign-in/passkey", {"passkey": answer}).status_code == 303
    thief = a_browser(desk.app)
    thief.client.set_cookie("comment_widget_form", kept.value, httponly=True, path="/")
    assert thief.post("/sign-in/passkey", {"passkey": answer}).status_code == 422


def test_an_answer_to_a_sign_in_without_a_password_is_no_second_step(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    other = a_browser(desk.app)
    other.sign_in(ADA)
    options = ask(other, "/sign-in/passkey/challenge")
    answer = other.post("/sign-in/second-factor", {"passkey": device.get(options)})
    assert answer.status_code == 422


def test_a_wrong_answer_uses_the_challenge_up(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    other = a_browser(desk.app)
    options = ask(other, "/sign-in/passkey/challenge")
    stranger = desk.device(handle=device.handle)
    assert other.post("/sign-in/passkey", {"passkey": stranger.get(options)}).status_code == 422
    assert other.post("/sign-in/passkey", {"passkey": device.get(options)}).status_code == 422


def test_a_challenge_ends_after_ten_minutes(desk: Desk, clock: Clock) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    other = a_browser(desk.app)
    options = ask(other, "/sign-in/passkey/challenge")
    clock.advance(minutes=10, seconds=1)
    assert other.post("/sign-in/passkey", {"passkey": device.get(options)}).status_code == 422


def test_a_challenge_is_of_the_browser_that_asked(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    asked, other = a_browser(desk.app), a_browser(desk.app)
    answer = device.get(ask(asked, "/sign-in/passkey/challenge"))
    ask(other, "/sign-in/passkey/challenge")
    assert other.post("/sign-in/passkey", {"passkey": answer}).status_code == 422


def test_a_copy_of_a_key_whose_count_stays_behind_is_refused(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    copy = desk.device(key=device.key, handle=device.handle)
    for _ in range(2):
        assert sign_in(a_browser(desk.app), device) == 303
    assert sign_in(a_browser(desk.app), copy) == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"handle": "AAAA"},
    ],
)
def test_what_was_signed_elsewhere_or_without_its_owner_is_refused(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    other = desk.device(**{"key": device.key, "handle": device.handle, "count": 9, **wrong})
    assert sign_in(a_browser(desk.app), other) == 422
    assert sign_in(a_browser(desk.app), device) == 303


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"flags": PRESENT}])
def test_a_passkey_is_made_only_on_this_server_and_by_its_owner(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    assert desk.add(desk.ada, desk.device(**wrong)) == 422
    with desk.parts.database.read() as session:
        assert session.query(PasskeyRow).count() == 0


def test_the_same_passkey_is_not_kept_twice(desk: Desk) -> None:
    device = desk.device()
    assert desk.add(desk.ada, device) == 200
    assert desk.add(desk.ada, device) == 422
    bob = a_browser(desk.app)
    bob.sign_in(BOB)
    assert desk.add(bob, device) == 422


def test_a_new_passkey_answers_the_challenge_of_its_owner(desk: Desk) -> None:
    device = desk.device()
    bob = a_browser(desk.app)
    bob.sign_in(BOB)
    ask(bob, "/account/passkeys/challenge")
    made = device.create(ask(desk.ada, "/account/passkeys/challenge"))
    assert bob.post("/account/passkeys", {"name": "Key", "passkey": made}).status_code == 422


@pytest.mark.parametrize(
    "sent",
    ["", "{}", "[]", "null", "nonsense", "[" * 19_000, "x" * 30_000, '{"id": 1}',
     json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {
         "clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}})],
)  # fmt: skip
def test_nonsense_is_refused_as_any_wrong_answer(desk: Desk, sent: str) -> None:
    other = a_browser(desk.app)
    ask(other, "/sign-in/passkey/challenge")
    answer = other.post("/sign-in/passkey", {"passkey": sent})
    assert answer.status_code == 422
    assert "not taken" in answer.text
    ask(desk.ada, "/account/passkeys/challenge")
    made = desk.ada.post("/account/passkeys", {"name": "Key", "passkey": sent})
    assert made.status_code == 422


def test_an_unknown_passkey_reads_as_a_wrong_one(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    unknown = desk.device(credential=b"unknown")
    forged = desk.device(handle=device.handle)
    pages = []
    for one in (unknown, forged):
        browser = a_browser(desk.app)
        options = ask(browser, "/sign-in/passkey/challenge")
        pages.append(browser.post("/sign-in/passkey", {"passkey": one.get(options)}))
    assert [page.status_code for page in pages] == [422, 422]
    assert all("This passkey was not taken" in page.text for page in pages)


def test_passkeys_are_named_and_removed_by_their_owner_alone(desk: Desk) -> None:
    device = desk.device()
    desk.add(desk.ada, device, name="Laptop")
    assert 'value="Laptop"' in desk.ada.get("/account").text
    bob = a_browser(desk.app)
    bob.sign_in(BOB)
    assert bob.post("/account/passkeys/1/name", {"name": "Mine"}).status_code == 404
    assert bob.post("/account/passkeys/1/remove").status_code == 404
    assert desk.ada.post("/account/passkeys/1/name", {"name": "Phone"}).status_code == 303
    assert 'value="Phone"' in desk.ada.get("/account").text
    assert desk.ada.post("/account/passkeys/1/remove").status_code == 303
    assert sign_in(a_browser(desk.app), device) == 422
    assert a_browser(desk.app).sign_in(ADA).location == "/dashboard/"


def test_a_passkey_without_a_name_is_refused_at_its_field(desk: Desk) -> None:
    assert desk.add(desk.ada, desk.device(), name="  ") == 422


def test_a_passkey_says_again_who_one_is(desk: Desk, clock: Clock) -> None:
    device = desk.device()
    desk.add(desk.ada, device)
    clock.advance(minutes=11)
    assert desk.ada.post("/account/passkeys/1/remove").status_code == 303
    options = ask(desk.ada, "/account/confirm/challenge")
    answer = desk.ada.post("/account/confirm", {"passkey": device.get(options)})
    assert answer.location == "/dashboard/account"
    desk.ada.post("/account/passkeys/1/remove")
    with desk.parts.database.read() as session:
        assert session.query(PasskeyRow).count() == 0


def test_an_address_can_not_begin_without_end(desk: Desk) -> None:
    browser = a_browser(desk.app)
    answers = [browser.act("/sign-in/passkey/challenge", {}).status_code for _ in range(61)]
    assert (answers[59], answers[60]) == (200, 429)


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://comments.example.org", True),
        ("https://comments.example.org:8443", True),
        ("http://localhost:8080", True),
        ("http://comments.example.org", False),
        ("http://127.0.0.1:8080", False),
        ("https://[::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_make_them(url: str, usable: bool) -> None:
    assert RelyingParty(url, b"key").is_usable is usable
