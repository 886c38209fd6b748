"""Every route of the dashboard, for everybody: a new route fails here until it is listed."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask

from tests.integration.bans_kit import a_ban
from tests.integration.dashboard_kit import (
    Browser,
    a_browser,
    add_comment,
    add_invitation,
    add_person,
    sign_in_link,
)
from widget.domain.audit_log import By
from widget.domain.comment import Status
from widget.domain.person import Person, Role
from widget.domain.site import Site
from widget.domain.sweep import SweepAct
from widget.moderation import sweeping
from widget.moderation.banning import set_ban
from widget.moderation.decide import change_status
from widget.moderation.replays import Wanted, cancel, start
from widget.publication.parts import Parts
from widget.store.authored import whose_email

WHO = ("anonymous", "stranger", "moderator", "owner", "admin")
#: Statuses: 303 leads to the sign-in page or on; 404 is how what isn't theirs reads.
OPEN = (200, 303, 303, 303, 303)
SIGNED_IN = (303, 200, 200, 200, 200)
ACTS = (303, 303, 303, 303, 303)
MODERATES = (303, 404, 200, 200, 200)
MODERATES_ACT = (303, 404, 303, 303, 303)
CONFIGURES = (303, 404, 404, 200, 200)
CONFIGURES_ACT = (303, 404, 404, 303, 303)
ADMINISTERS = (303, 404, 404, 404, 200)
ADMINISTERS_ACT = (303, 404, 404, 404, 303)
NOTHING = (303, 404, 404, 404, 404)

#: (method, rule): (path, form, what each of ``WHO`` gets).
ROUTES: dict[tuple[str, str], tuple[str, dict[str, str], tuple[int, ...]]] = {
    ("GET", "/dashboard/sign-in"): ("/sign-in", {}, OPEN),
    ("POST", "/dashboard/sign-in"): ("/sign-in", {"email": "x@example.org"}, (422,) * 5),
    ("GET", "/dashboard/sign-in/<token>"): ("/sign-in/unknown", {}, (404,) * 5),
    ("POST", "/dashboard/sign-in/<token>"): ("/sign-in/unknown", {}, (404,) * 5),
    ("POST", "/dashboard/sign-out"): ("/sign-out", {}, ACTS),
    ("GET", "/dashboard/account"): ("/account", {}, SIGNED_IN),
    ("GET", "/dashboard/account/password"): ("/account/password", {}, SIGNED_IN),
    ("POST", "/dashboard/account/password"): ("/account/password", {}, (303, 422, 422, 422, 422)),
    ("POST", "/dashboard/account/mail"): ("/account/mail", {"rhythm": "daily"}, ACTS),
    ("POST", "/dashboard/account/sessions/<int:session_id>"): (
        "/account/sessions/999", {}, NOTHING,
    ),
    ("GET", "/dashboard/sign-in/second-factor"): ("/sign-in/second-factor", {}, ACTS),
    ("POST", "/dashboard/sign-in/second-factor"): (
        "/sign-in/second-factor", {"code": "123456"}, ACTS,
    ),
    ("POST", "/dashboard/sign-in/passkey/challenge"): (
        "/sign-in/passkey/challenge", {}, (200,) * 5,
    ),
    ("POST", "/dashboard/sign-in/passkey"): ("/sign-in/passkey", {"passkey": "{}"}, (422,) * 5),
    ("GET", "/dashboard/invitation/<token>"): ("/invitation/unknown", {}, (404,) * 5),
    ("POST", "/dashboard/invitation/<token>"): ("/invitation/unknown", {}, (404,) * 5),
    ("POST", "/dashboard/account/sessions/others"): ("/account/sessions/others", {}, ACTS),
    ("GET", "/dashboard/account/confirm"): ("/account/confirm", {}, SIGNED_IN),
    ("POST", "/dashboard/account/confirm"): ("/account/confirm", {}, (303, 422, 422, 422, 422)),
    ("POST", "/dashboard/account/confirm/challenge"): (
        "/account/confirm/challenge", {}, SIGNED_IN,
    ),
    ("POST", "/dashboard/account/totp"): ("/account/totp", {}, ACTS),
    ("GET", "/dashboard/account/totp"): ("/account/totp", {}, ACTS),
    ("POST", "/dashboard/account/totp/confirm"): ("/account/totp/confirm", {}, ACTS),
    ("POST", "/dashboard/account/totp/remove"): ("/account/totp/remove", {}, NOTHING),
    ("POST", "/dashboard/account/recovery-codes"): ("/account/recovery-codes", {}, NOTHING),
    ("GET", "/dashboard/account/passkeys/new"): ("/account/passkeys/new", {}, SIGNED_IN),
    ("POST", "/dashboard/account/passkeys/challenge"): (
        "/account/passkeys/challenge", {}, NOTHING,
    ),
    ("POST", "/dashboard/account/passkeys"): (
        "/account/passkeys", {"name": "Key", "passkey": "{}"}, (303, 422, 422, 422, 422),
    ),
    ("POST", "/dashboard/account/passkeys/<int:passkey_id>/name"): (
        "/account/passkeys/9/name", {"name": "Key"}, NOTHING,
    ),
    ("POST", "/dashboard/account/passkeys/<int:passkey_id>/remove"): (
        "/account/passkeys/9/remove", {}, NOTHING,
    ),
    # A stranger has one site of their own, as moderator and owner have: straight to its queue.
    ("GET", "/dashboard/"): ("/", {}, (303, 303, 303, 303, 200)),
    ("GET", "/dashboard/<site_key>/queue"): ("/blog/queue", {}, MODERATES),
    ("GET", "/dashboard/<site_key>/comments/<int:comment_id>"): ("/blog/comments/1", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/comments"): (
        "/blog/comments", {"comment": "1", "act": "approve"}, MODERATES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/undo"): ("/blog/undo", {"decision": "2.3"}, MODERATES_ACT),
    ("GET", "/dashboard/<site_key>/overview"): ("/blog/overview", {}, MODERATES),
    ("GET", "/dashboard/<site_key>/comments/<int:comment_id>/move"): (
        "/blog/comments/1/move", {}, MODERATES,
    ),
    ("POST", "/dashboard/<site_key>/comments/<int:comment_id>/move"): (
        "/blog/comments/1/move", {"to": "https://example.org/b"}, MODERATES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/threads"): ("/blog/threads", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/threads"): (
        "/blog/threads", {"url": "https://example.org/b"}, MODERATES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/threads/<int:thread_id>"): ("/blog/threads/1", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/threads/<int:thread_id>/state"): (
        "/blog/threads/1/state", {"act": "close"}, MODERATES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/threads/<int:thread_id>/policy"): (
        "/blog/threads/1/policy", {"policy": "hold"}, MODERATES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/threads/<int:thread_id>/merge"): (
        "/blog/threads/1/merge", {"to": "https://example.org/b"}, MODERATES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/threads/undo"): (
        "/blog/threads/undo", {"move": "999"}, NOTHING,
    ),
    ("GET", "/dashboard/<site_key>/what-if"): ("/blog/what-if", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/what-if"): ("/blog/what-if", {"body": "What if?"}, MODERATES),
    ("GET", "/dashboard/<site_key>/bans"): ("/blog/bans", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/bans"): ("/blog/bans", {}, (303, 404, 422, 422, 422)),
    ("POST", "/dashboard/<site_key>/bans/<int:ban_id>/end"): ("/blog/bans/99/end", {}, NOTHING),
    ("GET", "/dashboard/<site_key>/bans/new"): ("/blog/bans/new?comment=1", {}, MODERATES),
    ("GET", "/dashboard/<site_key>/bans/<int:ban_id>"): ("/blog/bans/1", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/bans/<int:ban_id>"): (
        "/blog/bans/1", {"reason": "Adverts", "act": "hold"}, MODERATES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/comments/<int:comment_id>/author"): (
        "/blog/comments/1/author?act=spam", {}, MODERATES,
    ),
    ("POST", "/dashboard/<site_key>/comments/<int:comment_id>/author"): (
        "/blog/comments/1/author", {"act": "spam", "through": "9"}, MODERATES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/acts/<int:sweep_id>"): ("/blog/acts/1", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/acts/<int:sweep_id>/undo"): (
        "/blog/acts/1/undo", {}, MODERATES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/deliveries"): ("/blog/deliveries", {}, CONFIGURES),
    ("POST", "/dashboard/<site_key>/deliveries"): ("/blog/deliveries", {}, CONFIGURES_ACT),
    ("POST", "/dashboard/<site_key>/deliveries/<int:delivery_id>"): (
        "/blog/deliveries/99", {}, NOTHING,
    ),
    ("POST", "/dashboard/<site_key>/webhooks"): ("/blog/webhooks", {}, (303, 404, 404, 422, 422)),
    ("POST", "/dashboard/<site_key>/webhooks/<int:webhook_id>"): (
        "/blog/webhooks/99", {"act": "ping"}, NOTHING,
    ),
    ("GET", "/dashboard/<site_key>/many"): ("/blog/many", {}, MODERATES),
    ("POST", "/dashboard/<site_key>/many"): (
        "/blog/many", {"act": "spam", "last": "99", "q": "nothing"}, (303, 404, 422, 422, 422),
    ),
    ("GET", "/dashboard/<site_key>/many/<int:bulk_id>"): ("/blog/many/99", {}, NOTHING),
    ("POST", "/dashboard/<site_key>/many/<int:bulk_id>/cancel"): (
        "/blog/many/99/cancel", {}, NOTHING,
    ),
    ("POST", "/dashboard/<site_key>/many/<int:bulk_id>/undo"): (
        "/blog/many/99/undo", {}, NOTHING,
    ),
    ("GET", "/dashboard/<site_key>/comments/<int:comment_id>/edit"): (
        "/blog/comments/1/edit", {}, MODERATES,
    ),
    ("POST", "/dashboard/<site_key>/comments/<int:comment_id>/edit"): (
        "/blog/comments/1/edit", {"act": "save"}, (303, 404, 422, 422, 422),
    ),
    ("GET", "/dashboard/<site_key>/comments/<int:comment_id>/like"): (
        "/blog/comments/1/like", {}, MODERATES,
    ),
    ("GET", "/dashboard/<site_key>/settings"): ("/blog/settings", {}, CONFIGURES),
    ("POST", "/dashboard/<site_key>/settings"): ("/blog/settings", {}, (303, 404, 404, 422, 422)),
    ("POST", "/dashboard/<site_key>/policy"): (
        "/blog/policy", {"site.policy": "hold", "links.mode": "shadow"}, CONFIGURES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/plugins/<name>"): ("/blog/plugins/akismet", {}, CONFIGURES),
    ("POST", "/dashboard/<site_key>/plugins/<name>"): (
        "/blog/plugins/akismet", {"mode": "off", "discard": "reject"}, CONFIGURES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/plugins/<name>/test"): (
        "/blog/plugins/links/test", {"hold_above": "4"}, CONFIGURES,
    ),
    ("POST", "/dashboard/<site_key>/plugins/<name>/revisions/<int:revision>"): (
        "/blog/plugins/links/revisions/99", {}, NOTHING,
    ),
    ("POST", "/dashboard/<site_key>/plugins/<name>/resume"): (
        "/blog/plugins/links/resume", {}, CONFIGURES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/people"): ("/blog/people", {}, CONFIGURES),
    ("POST", "/dashboard/<site_key>/people/invitations"): (
        "/blog/people/invitations", {"email": "n@example.org", "role": "moderator"}, CONFIGURES,
    ),
    ("POST", "/dashboard/<site_key>/people/invitations/<int:invitation_id>/renew"): (
        "/blog/people/invitations/1/renew", {}, CONFIGURES,
    ),
    ("POST", "/dashboard/<site_key>/people/invitations/<int:invitation_id>/withdraw"): (
        "/blog/people/invitations/1/withdraw", {}, CONFIGURES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/people/<int:person_id>/role"): (
        "/blog/people/2/role", {"role": "moderator"}, CONFIGURES_ACT,
    ),
    ("POST", "/dashboard/<site_key>/people/<int:person_id>/remove"): (
        "/blog/people/2/remove", {}, CONFIGURES_ACT,
    ),
    ("GET", "/dashboard/people"): ("/people", {}, ADMINISTERS),
    ("POST", "/dashboard/people/invitations"): (
        "/people/invitations", {"email": "n@example.org", "role": "admin"}, ADMINISTERS,
    ),
    ("POST", "/dashboard/people/invitations/<int:invitation_id>/renew"): (
        "/people/invitations/2/renew", {}, ADMINISTERS,
    ),
    ("POST", "/dashboard/people/invitations/<int:invitation_id>/withdraw"): (
        "/people/invitations/2/withdraw", {}, ADMINISTERS_ACT,
    ),
    ("POST", "/dashboard/people/<int:person_id>/remove"): (
        "/people/5/remove", {}, ADMINISTERS_ACT,
    ),
    ("GET", "/dashboard/<site_key>/log"): ("/blog/log", {}, CONFIGURES),
    ("POST", "/dashboard/<site_key>/log/export"): ("/blog/log/export", {"form": "csv"}, CONFIGURES),
    ("GET", "/dashboard/log"): ("/log", {}, ADMINISTERS),
    ("POST", "/dashboard/log/export"): ("/log/export", {"form": "jsonl"}, ADMINISTERS),
    ("GET", "/dashboard/<site_key>/plugins/<name>/replays"): (
        "/blog/plugins/links/replays", {}, CONFIGURES,
    ),
    ("POST", "/dashboard/<site_key>/plugins/<name>/replays"): (
        "/blog/plugins/links/replays", {"replay.most": "5"}, CONFIGURES_ACT,
    ),
    ("GET", "/dashboard/<site_key>/plugins/<name>/replays/<int:replay_id>"): (
        "/blog/plugins/words/replays/1", {}, CONFIGURES,
    ),
    ("GET", "/dashboard/<site_key>/plugins/<name>/replays/<int:replay_id>.csv"): (
        "/blog/plugins/words/replays/1.csv", {}, CONFIGURES,
    ),
    ("POST", "/dashboard/<site_key>/plugins/<name>/replays/<int:replay_id>/cancel"): (
        "/blog/plugins/words/replays/1/cancel", {}, CONFIGURES_ACT,
    ),
    ("GET", "/dashboard/<path:rest>"): ("/no/such/page/here", {}, NOTHING),
}  # fmt: skip


class SignedIn(dict[str, Browser]):
    """A browser for each of ``WHO``, who signs in when first asked for."""

    def __init__(self, app: Flask, parts: Parts, people: Mapping[str, Person]) -> None:
        super().__init__(anonymous=a_browser(app))
        self._app, self._parts, self._people = app, parts, people

    def __missing__(self, who: str) -> Browser:
        self[who] = a_browser(self._app)
        self[who].post(sign_in_link(self._parts, self._people[who]))
        return self[who]


@pytest.fixture
def world(
    app: Flask, parts: Parts, site: Site, add_site: Callable[..., Site]
) -> dict[str, Browser]:
    """Return a browser for each of ``WHO``, on a server with two sites."""
    other = add_site("other", hosts=("other.example",))
    add_comment(parts, site)
    _a_decision_that_can_be_taken_back(parts, site)
    add_comment(parts, other, url="https://other.example/a")
    _a_ban_and_an_act_on_all_by_an_author(parts, site)
    # An ended one: another can be started.
    cancel(parts, start(parts, Wanted(site=site, plugin="words"), actor="person:1"))
    roles = {
        "stranger": (Role.OWNER, other),
        "moderator": (Role.MODERATOR, site),
        "owner": (Role.OWNER, site),
        "admin": (Role.ADMIN, None),
    }
    people = {
        name: add_person(parts, f"{name}@example.org", role, where, password=None)
        for name, (role, where) in roles.items()
    }
    add_person(parts, "second-admin@example.org", Role.ADMIN, password=None)
    for where in (site.id, None):
        add_invitation(parts, where, f"invited-{where}@example.org")
    return SignedIn(app, parts, people)


def _a_decision_that_can_be_taken_back(parts: Parts, site: Site) -> None:
    comment = add_comment(parts, site)
    change_status(parts, comment.id, Status.SPAM, actor="person:1")


def _a_ban_and_an_act_on_all_by_an_author(parts: Parts, site: Site) -> None:
    set_ban(parts, site, a_ban("domain", "example.com", parts.now()), by=By(actor="person:1"))
    whose = whose_email(parts.keys, site, "nobody@example.net")
    wanted = sweeping.Wanted(site=site, whose=whose, act=SweepAct.SPAM, through=9)
    sweeping.start(parts, wanted, actor="person:1")


def test_every_route_is_listed(app: Flask) -> None:
    found = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/dashboard")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == set(ROUTES)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_each_route_lets_in_whom_it_should(
    world: dict[str, Browser], route: tuple[str, str], who: str
) -> None:
    path, form, wanted = ROUTES[route]
    browser = world[who]
    answer = browser.get(path) if route[0] == "GET" else browser.post(path, form)
    assert answer.status_code == wanted[WHO.index(who)]
    if who == "anonymous" and answer.status_code == 303:
        assert (answer.location or "").startswith("/dashboard/sign-in")


@pytest.mark.parametrize("who", ["stranger", "moderator", "owner", "admin"])
@pytest.mark.parametrize(
    "path",
    [
        "/blog/comments/3",
        "/blog/comments/999",
        "/other/comments/1",
        "/blog/comments/3/move",
        "/blog/threads/2",
        "/blog/threads/999",
        "/other/threads/1",
    ],
)
def test_a_comment_of_another_site_is_not_found(
    world: dict[str, Browser], who: str, path: str
) -> None:
    assert world[who].get(path).status_code == 404


@pytest.mark.parametrize("path", ["/blog/comments", "/blog/undo"])
def test_a_comment_of_another_site_can_not_be_decided_on_through_ones_own(
    world: dict[str, Browser], path: str
) -> None:
    form = {"comment": "3", "act": "approve", "decision": "3.4"}
    assert world["moderator"].post(path, form).status_code == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/blog/threads/2/state", {"act": "close"}),
        ("/blog/threads/2/policy", {"policy": "hold"}),
        ("/blog/threads/2/merge", {"to": "https://example.org/b"}),
        ("/blog/comments/3/move", {"to": "https://example.org/b"}),
    ],
)
def test_a_page_of_another_site_can_not_be_changed_through_ones_own(
    world: dict[str, Browser], path: str, form: dict[str, str]
) -> None:
    for who in ("moderator", "admin"):
        assert world[who].post(path, form).status_code == 404


def test_an_anonymous_script_is_told_to_sign_in(world: dict[str, Browser]) -> None:
    answer = world["anonymous"].act("/blog/comments", {"comment": "1", "act": "approve"})
    assert answer.status_code == 401
    assert answer.json["detail"] == "You are signed out."


def test_a_moderator_sees_their_own_sites_only(world: dict[str, Browser]) -> None:
    assert world["moderator"].get("/").location == "/dashboard/blog/queue"
    assert world["stranger"].get("/").location == "/dashboard/other/queue"
    assert "Other" in world["admin"].get("/").text
    assert "Other" not in world["moderator"].get("/blog/queue").text


def test_a_moderator_is_not_shown_the_way_to_the_settings(world: dict[str, Browser]) -> None:
    assert "/blog/settings" not in world["moderator"].get("/blog/queue").text
    assert "/blog/settings" in world["owner"].get("/blog/queue").text
