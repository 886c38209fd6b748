"""The people of a site: who invites whom, who changes whose role, and who can't be locked out."""

import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.dashboard_kit import (
    PASSWORD,
    Browser,
    a_browser,
    add_invitation,
    add_person,
)
from widget.domain.errors import Invalid
from widget.domain.person import Person, Role
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import people, roles
from widget.store.tables import InvitationRow

OLIVE, MO, NEW = "olive@example.org", "mo@example.org", "new@example.org"
_LINK = re.compile(r'value="http[^"]+/dashboard(/invitation/[^"]+)"')


@pytest.fixture
def olive(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of the site's owner."""
    return signed_in(app, parts, OLIVE, Role.OWNER, site)


def signed_in(app: Flask, parts: Parts, email: str, role: Role, site: Site | None) -> Browser:
    add_person(parts, email, role, site)
    browser = a_browser(app)
    assert browser.sign_in(email).status_code == 303
    return browser


def person(parts: Parts, email: str) -> Person:
    with parts.database.read() as session:
        found = people.find_person(session, parts.keys, email)
    assert found is not None
    return found


def invited(browser: Browser, role: str = "moderator", email: str = NEW) -> str:
    """Invite somebody; return the path of the link."""
    page = browser.post("/blog/people/invitations", {"email": email, "role": role})
    found = _LINK.search(page.text)
    assert found, page.text
    return found[1]


def join(app: Flask, link: str, password: str = PASSWORD) -> Browser:
    browser = a_browser(app)
    assert browser.post(link, {"password": password}).status_code == 303
    return browser


def test_somebody_new_joins_by_the_link_and_has_the_role(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    link = invited(olive)
    assert site.title in a_browser(app).get(link).text
    new = join(app, link)
    assert new.get("/blog/queue").status_code == 200
    assert new.get("/blog/people").status_code == 404
    assert person(parts, NEW).roles == {site.id: Role.MODERATOR}
    assert a_browser(app).sign_in(NEW).status_code == 303


def test_a_link_is_shown_once_and_says_that_no_mail_was_sent(olive: Browser) -> None:
    link = invited(olive)
    page = olive.get("/blog/people").text
    assert NEW in page
    assert link not in page
    assert "No mail is sent" in page


def test_looking_at_an_invitation_does_not_use_it_up_and_taking_it_does(
    app: Flask, olive: Browser
) -> None:
    link = invited(olive)
    for _ in range(3):
        assert a_browser(app).get(link).status_code == 200
    join(app, link)
    second = a_browser(app)
    assert second.get(link).status_code == 404
    assert second.post(link, {"password": PASSWORD}).status_code == 404


def test_a_password_that_is_too_short_loses_no_invitation(app: Flask, olive: Browser) -> None:
    link = invited(olive)
    assert a_browser(app).post(link, {"password": "short"}).status_code == 422
    join(app, link)


def test_an_invitation_ends_after_a_week_and_can_be_renewed(
    app: Flask, olive: Browser, clock: Clock
) -> None:
    old = invited(olive)
    clock.advance(days=6, hours=23)
    assert a_browser(app).get(old).status_code == 200
    clock.advance(hours=2)
    assert a_browser(app).get(old).status_code == 404
    olive.sign_in(OLIVE)
    found = _LINK.search(olive.post("/blog/people/invitations/1/renew").text)
    assert found
    assert a_browser(app).get(old).status_code == 404
    join(app, found[1])


def test_a_withdrawn_invitation_is_worth_nothing(app: Flask, olive: Browser) -> None:
    link = invited(olive)
    assert olive.post("/blog/people/invitations/1/withdraw").status_code == 303
    assert a_browser(app).post(link, {"password": PASSWORD}).status_code == 404


def test_a_link_never_signs_in_somebody_who_is_known_already(
    app: Flask, olive: Browser, parts: Parts, add_site: Callable[..., Site], site: Site
) -> None:
    add_person(parts, MO, Role.ADMIN)
    link = invited(olive, email=MO)
    thief = a_browser(app)
    page = thief.get(link).text
    assert "Sign in" in page
    assert 'name="password"' not in page
    assert thief.post(link, {"password": "a password of my own"}).status_code == 422
    assert thief.get("/account").status_code == 303
    assert a_browser(app).sign_in(MO, "a password of my own").status_code == 422
    mo = a_browser(app)
    mo.sign_in(MO)
    assert mo.post(link).status_code == 303
    assert person(parts, MO).roles == {site.id: Role.MODERATOR}


def test_an_invitation_of_another_person_gives_one_nothing(
    app: Flask, olive: Browser, parts: Parts, site: Site, add_site: Callable[..., Site]
) -> None:
    other = add_site("other", hosts=("other.example",))
    add_person(parts, MO, Role.OWNER, other)
    eve = signed_in(app, parts, "eve@example.org", Role.OWNER, other)
    assert eve.post(invited(olive, email=MO)).status_code == 422
    assert site.id not in person(parts, "eve@example.org").roles


def test_an_invitation_takes_no_role_away(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    link = invited(olive, email=MO)
    mo = signed_in(app, parts, MO, Role.OWNER, site)
    assert mo.post(link).status_code == 303
    assert person(parts, MO).roles == {site.id: Role.OWNER}


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"email": "nonsense", "role": "moderator"}, "not an email address"),
        ({"email": NEW, "role": "admin"}, "Choose one of the roles"),
        ({"email": NEW, "role": ""}, "Choose one of the roles"),
        ({"email": OLIVE, "role": "moderator"}, "have a role here already"),
    ],
)
def test_a_wrong_invitation_is_refused_and_nothing_typed_is_lost(
    olive: Browser, parts: Parts, form: dict[str, str], fault: str
) -> None:
    page = olive.post("/blog/people/invitations", form)
    assert page.status_code == 422
    assert fault in page.text
    assert f'value="{form["email"]}"' in page.text
    with parts.database.read() as session:
        assert session.query(InvitationRow).count() == 0


def test_who_is_invited_already_is_not_invited_again(olive: Browser) -> None:
    invited(olive)
    form = {"email": NEW.upper(), "role": "owner"}
    page = olive.post("/blog/people/invitations", form)
    assert page.status_code == 422
    assert "invited already" in page.text


def test_a_role_is_changed_and_counts_at_once(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    mo = signed_in(app, parts, MO, Role.MODERATOR, site)
    path = f"/blog/people/{person(parts, MO).id}/role"
    assert mo.get("/blog/settings").status_code == 404
    assert olive.post(path, {"role": "owner"}).status_code == 303
    assert mo.get("/blog/settings").status_code == 200
    assert olive.post(path, {"role": "moderator"}).status_code == 303
    assert mo.get("/blog/settings").status_code == 404


@pytest.mark.parametrize("role", ["admin", "nonsense", ""])
def test_an_owner_makes_nobody_an_admin(
    olive: Browser, parts: Parts, site: Site, role: str
) -> None:
    mo = add_person(parts, MO, Role.MODERATOR, site)
    assert olive.post(f"/blog/people/{mo.id}/role", {"role": role}).status_code == 422
    assert not person(parts, MO).is_admin


def test_nobody_changes_their_own_role(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    add_person(parts, MO, Role.OWNER, site)
    path = f"/blog/people/{person(parts, OLIVE).id}/role"
    page = olive.post(path, {"role": "moderator"})
    assert page.status_code == 422
    assert "your own role" in page.text.replace("&#39;", "'")


def test_an_owner_touches_nobody_of_another_site(
    olive: Browser, parts: Parts, add_site: Callable[..., Site]
) -> None:
    other = add_site("other", hosts=("other.example",))
    mo = add_person(parts, MO, Role.OWNER, other)
    add_invitation(parts, other.id, NEW)
    for path, form in (
        (f"/blog/people/{mo.id}/role", {"role": "moderator"}),
        (f"/blog/people/{mo.id}/remove", {}),
        (f"/other/people/{mo.id}/remove", {}),
        ("/blog/people/invitations/1/renew", {}),
        ("/blog/people/invitations/1/withdraw", {}),
        ("/people/invitations/1/withdraw", {}),
        (f"/people/{mo.id}/remove", {}),
    ):
        assert olive.post(path, form).status_code == 404, path
    assert MO not in olive.get("/blog/people").text
    assert person(parts, MO).roles == {other.id: Role.OWNER}


def test_who_is_removed_is_out_at_once(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    mo = signed_in(app, parts, MO, Role.MODERATOR, site)
    assert olive.post(f"/blog/people/{person(parts, MO).id}/remove").status_code == 303
    assert mo.get("/account").status_code == 303
    assert MO not in olive.get("/blog/people").text


def test_who_has_another_site_stays_signed_in_there(
    app: Flask, olive: Browser, parts: Parts, site: Site, add_site: Callable[..., Site]
) -> None:
    other = add_site("other", hosts=("other.example",))
    mo = signed_in(app, parts, MO, Role.MODERATOR, site)
    with parts.database.write() as session:
        people.set_role(session, person(parts, MO).id, other.id, Role.MODERATOR)
    olive.post(f"/blog/people/{person(parts, MO).id}/remove")
    assert mo.get("/blog/queue").status_code == 404
    assert mo.get("/other/queue").status_code == 200


def test_the_last_owner_can_neither_leave_nor_be_removed(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    path = f"/blog/people/{person(parts, OLIVE).id}"
    admin = signed_in(app, parts, MO, Role.ADMIN, None)
    for browser, act, form in (
        (olive, "remove", {}),
        (admin, "remove", {}),
        (admin, "role", {"role": "moderator"}),
    ):
        page = browser.post(f"{path}/{act}", form)
        assert page.status_code == 422
        assert "at least one owner" in page.text
    add_person(parts, NEW, Role.OWNER, site)
    assert olive.post(f"{path}/remove").location == "/dashboard/"
    assert olive.get("/blog/queue").status_code == 303


def test_two_owners_who_leave_at_once_do_not_both_go(
    olive: Browser, parts: Parts, site: Site
) -> None:
    add_person(parts, MO, Role.OWNER, site)
    ids = [person(parts, email).id for email in (OLIVE, MO)]
    begin = threading.Barrier(2)
    refused: list[int] = []

    def leave(person_id: int) -> None:
        begin.wait()
        try:
            with parts.database.write() as session:
                roles.remove_from_site(session, person_id, site.id)
        except Invalid:
            refused.append(person_id)

    threads = [threading.Thread(target=leave, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_the_last_admin_stays_and_another_can_be_let_go(
    app: Flask, parts: Parts, site: Site
) -> None:
    admin = signed_in(app, parts, OLIVE, Role.ADMIN, None)
    assert admin.post(f"/people/{person(parts, OLIVE).id}/remove").status_code == 422
    other = signed_in(app, parts, MO, Role.ADMIN, None)
    assert admin.post(f"/people/{person(parts, MO).id}/remove").status_code == 303
    assert other.get("/account").status_code == 303
    with parts.database.write() as session, pytest.raises(Invalid, match="at least one admin"):
        roles.remove_admin(session, person(parts, OLIVE).id)


def test_an_admin_is_invited_by_an_admin(app: Flask, parts: Parts) -> None:
    admin = signed_in(app, parts, OLIVE, Role.ADMIN, None)
    page = admin.post("/people/invitations", {"email": NEW, "role": "admin"})
    found = _LINK.search(page.text)
    assert found
    assert admin.post("/people/invitations", {"email": MO, "role": "owner"}).status_code == 422
    assert join(app, found[1]).get("/people").status_code == 200


def test_the_list_says_who_was_seen_and_who_has_a_second_factor(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    add_person(parts, MO, Role.MODERATOR, site)
    page = olive.get("/blog/people").text
    assert page.count("No second factor") == 2
    assert page.count("never signed in") == 1


def test_neither_the_address_nor_the_token_of_an_invitation_is_in_the_database(
    olive: Browser, parts: Parts
) -> None:
    link = invited(olive)
    with parts.database.read() as session:
        row = session.query(InvitationRow).one()
        stored = repr({one.name: getattr(row, one.key) for one in row.__table__.columns})
    assert NEW not in stored
    assert link.rsplit("/", 1)[1] not in stored
