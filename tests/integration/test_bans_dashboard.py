"""Bans in the dashboard: from a comment, with what was written before; searched and changed."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.bans_kit import (
    ADA,
    AWAY,
    HOME,
    MODERATOR,
    a_ban,
    another_site,
    ban,
    end,
    send,
    sent,
)
from tests.integration.conftest import World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from widget.domain.audit_log import Action, Kind
from widget.domain.ban import Ban, BanAct
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.jobs.periodic import promise_periodic
from widget.moderation.banning import set_ban
from widget.store import audit_log, authored, bans
from widget.store.audit_log import LogQuery
from widget.store.bans import PAGE_SIZE, BanQuery

FORM = {"choice": f"email:{ADA}", "days": "30", "act": "reject", "earlier": "leave"}


@pytest.fixture
def blog(world: World) -> World:
    """Return a server on which comments are published at once."""
    return world.start()


def a_moderator(world: World, email: str = "mia@staff.example") -> Browser:
    """Return the browser of a moderator."""
    person = add_person(world.parts, email, Role.MODERATOR, world.site, password=None)
    browser = a_browser(world.app)
    browser.post(sign_in_link(world.parts, person))
    return browser


@pytest.fixture
def mia(blog: World) -> Browser:
    """Return the browser of a moderator."""
    return a_moderator(blog)


def all_bans(world: World) -> list[Ban]:
    """Return the site's bans, the newest first."""
    with world.parts.database.read() as session:
        return bans.bans_of(session, world.parts.keys, world.site.id)


def words_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


# Banning the author of a comment.


def test_what_is_known_of_an_author_is_offered_with_what_it_would_have_caught(
    blog: World, mia: Browser
) -> None:
    comment = sent(blog, email=ADA, website="https://www.shop.example/buy")
    sent(blog, email=ADA, address=AWAY)
    sent(blog, email="bob@mail.example.net", address="203.0.113.200")
    assert f"/blog/bans/new?comment={comment}" in mia.get(f"/blog/comments/{comment}").text
    page = mia.get(f"/blog/bans/new?comment={comment}").text
    offers = re.findall(r'name="choice" value="([^"]+)"( checked)?', page)
    assert offers == [
        (f"email:{ADA}", " checked"), (f"network:{HOME}/32", ""), ("network:203.0.113.0/24", ""),
        ("domain:shop.example", ""), ("domain:mail.example.net", ""), ("other", ""),
    ]  # fmt: skip
    said = words_of(page)
    assert f"{ADA} Email 2 comments" in said
    assert f"{HOME} IP address one comment" in said
    assert "203.0.113.0/24 The network around it 2 comments by 2 authors" in said
    assert "mail.example.net Domain of the email 3 comments by 2 authors, among the" in said
    for term in ("A day", "A week", "A month", "For good"):
        assert term in said


def test_an_ipv6_author_is_offered_with_the_household_and_the_network(
    blog: World, mia: Browser
) -> None:
    comment = sent(blog, address="2001:db8:1:2:3::4")
    page = mia.get(f"/blog/bans/new?comment={comment}").text
    assert 'value="network:2001:db8:1:2::/64"' in page
    assert 'value="network:2001:db8:1::/48"' in page


def test_of_an_author_without_a_trace_only_what_is_typed_can_be_banned(
    blog: World,
) -> None:
    comment = sent(blog)
    promise_periodic(blog.parts)
    blog.wait(days=31)
    page = a_moderator(blog).get(f"/blog/bans/new?comment={comment}").text
    assert "Nothing is known of this author" in page
    assert 'type="radio"' not in page
    assert 'name="value"' in page


@pytest.mark.parametrize(
    ("choice", "others"),
    [
        (f"email:{ADA}", {}),
        (f"network:{HOME}", {}),
        ("domain:mail.example.net", {}),
        ("domain:shop.example", {}),
        ("network:203.0.113.0/24", {}),
        ("network:203.0.0.0/16", {}),
        ("other", {"kind": "email", "value": ADA}),
    ],
)
@pytest.mark.parametrize(
    ("earlier", "after"),
    [("leave", "published"), ("hold", "pending"), ("spam", "spam"), ("delete", "deleted")],
)
def test_what_they_wrote_before_is_counted_and_shown_and_then_done(
    blog: World, mia: Browser, choice: str, others: dict[str, str], earlier: str, after: str
) -> None:
    ids = [sent(blog, f"Advert {n}.", email=ADA, website="https://shop.example/") for n in range(2)]
    other = sent(blog, "Harmless.", email="bob@example.org", address=AWAY)
    form = FORM | {"choice": choice, "earlier": earlier, **others}
    answer = mia.post("/blog/bans", form)
    if earlier != "leave":
        assert answer.status_code == 200
        said = words_of(answer.text)
        assert "2 earlier comments are" in said
        assert "Advert 1." in said
        assert all_bans(blog) == []
        assert {blog.status(one) for one in ids} == {Status.PUBLISHED}
        answer = mia.post("/blog/bans", form | {"confirmed": "yes"})
        assert answer.location == "/dashboard/blog/acts/1"
    assert answer.status_code == 303
    assert [blog.status(one) for one in ids] == [after, after]
    assert blog.status(other) is Status.PUBLISHED
    assert send(blog, email=ADA, website="https://shop.example/").status_code == 403
    if earlier != "leave":
        assert blog.events(ids[0])[-1].reason == "Ban 1."
        mia.post("/blog/acts/1/undo")
        assert {blog.status(one) for one in ids} == {Status.PUBLISHED}
        assert len(all_bans(blog)) == 1, "the ban stays"


def test_of_a_domain_the_newest_comments_are_looked_through(
    blog: World, mia: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authored, "LOOKED_THROUGH", 3)
    monkeypatch.setattr(authored, "_PAGE", 2)
    ids = [sent(blog, f"Advert {n}.", email=f"a{n}@mail.example.net") for n in range(5)]
    form = FORM | {"choice": "domain:example.net", "earlier": "spam", "confirmed": "yes"}
    assert mia.post("/blog/bans", form).status_code == 303
    assert [blog.status(one) for one in ids] == ["published"] * 2 + ["spam"] * 3


def test_a_person_who_is_not_of_the_site_can_not_ban_by_its_comments(blog: World) -> None:
    comment = sent(blog, email=ADA)
    person = add_person(blog.parts, "stranger@example.org", Role.MODERATOR, None, password=None)
    browser = a_browser(blog.app)
    browser.post(sign_in_link(blog.parts, person))
    assert browser.get(f"/blog/bans/new?comment={comment}").status_code == 404
    assert browser.post("/blog/bans", FORM | {"confirmed": "yes"}).status_code == 404
    assert all_bans(blog) == []


# What to think of.


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("network", "127.0.0.0/24", "Your own address, 127.0.0.1, is banned with it"),
        ("network", "127.0.0.1", "Your own address"),
        ("email", "boss@example.org", "signs in with this email"),
        ("email", "Boss@Example.ORG", "signs in with this email"),
        ("domain", "staff.example", "Somebody who works on this site has their email there"),
        ("domain", "example.net", "2 authors have written from there"),
    ],
)
def test_a_ban_that_may_not_be_meant_is_asked_about_first(
    blog: World, mia: Browser, kind: str, value: str, words: str
) -> None:
    add_person(blog.parts, "boss@example.org", Role.OWNER, None, password=None)
    for name in ("ada", "bob"):
        sent(blog, email=f"{name}@mail.example.net")
    form = FORM | {"choice": "other", "kind": kind, "value": value, "reason": "Adverts"}
    asked = mia.post("/blog/bans", form)
    assert asked.status_code == 200
    assert words in words_of(asked.text)
    assert all_bans(blog) == []
    # What was typed goes on as it was.
    assert mia.post("/blog/bans", _hidden(asked.text)).status_code == 303
    (kept,) = all_bans(blog)
    assert (kept.kind, kept.reason) == (kind, "Adverts")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("network", "192.0.2.0/24"), ("email", ADA), ("domain", "example.com"),
     ("domain", "boss.example.org")],
)  # fmt: skip
def test_any_other_ban_is_set_at_once(blog: World, mia: Browser, kind: str, value: str) -> None:
    # Who works elsewhere is told to nobody here.
    add_person(blog.parts, "x@boss.example.org", Role.OWNER, None, password=None)
    answer = mia.post("/blog/bans", FORM | {"choice": "other", "kind": kind, "value": value})
    assert answer.status_code == 303
    said = words_of(mia.get(str(answer.location).removeprefix("/dashboard")).text)
    assert "is in force" in said


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    blog: World, mia: Browser
) -> None:
    comment = sent(blog, email=ADA)
    form = FORM | {"choice": "other", "kind": "network", "value": "1.2.3.4/99", "reason": "R" * 501,
                   "comment": str(comment)}  # fmt: skip
    answer = mia.post("/blog/bans", form)
    assert answer.status_code == 422
    assert "This is not an address or network" in answer.text
    assert 'value="1.2.3.4/99"' in answer.text
    assert f'value="email:{ADA}"' in answer.text
    answer = mia.post("/blog/bans", form | {"value": "192.0.2.1"})
    assert answer.status_code == 422
    assert "Write at most 500 characters." in answer.text
    assert "R" * 501 in answer.text


# The same again, changed, searched.


@pytest.mark.parametrize(
    ("kind", "value", "again"),
    [("email", ADA, ADA.upper()), ("domain", "example.net", "*.Example.net."),
     ("network", HOME, f"{HOME}/32"), ("network", "203.0.113.0/24", "203.0.113.9/24")],
)  # fmt: skip
def test_to_set_the_same_ban_again_changes_the_first(
    blog: World, kind: str, value: str, again: str
) -> None:
    first = ban(blog, kind, value, message="Please stop.")
    until = blog.clock() + timedelta(days=7)
    second = ban(blog, kind, again, until=until, act=BanAct.HOLD, reason="")
    assert all_bans(blog) == [second]
    assert (second.id, second.until, second.act) == (first.id, until, BanAct.HOLD)
    # Words that were not given stay.
    assert (second.reason, second.message) == ("Adverts", "Please stop.")
    assert _log(blog)[0] == Action.BAN_CHANGED


def test_after_a_ban_is_over_the_same_can_be_set_anew(blog: World) -> None:
    first = ban(blog, "email", ADA)
    end(blog, first)
    assert ban(blog, "email", ADA).id > first.id
    assert ban(blog, "email", "bob@example.org", until=blog.clock() + timedelta(days=1))
    blog.clock.advance(days=2)
    ban(blog, "email", "bob@example.org")
    assert len(all_bans(blog)) == 4


def test_a_bans_end_act_and_words_are_changed(blog: World, mia: Browser) -> None:
    kept = ban(blog, "email", ADA, until=blog.clock() + timedelta(days=30))
    page = mia.get(f"/blog/bans/{kept.id}").text
    assert 'value="2026-02-01"' in page
    form = {"until": "2026-02-01", "act": "hold", "reason": "Milder", "message": "Wait a while."}
    assert mia.post(f"/blog/bans/{kept.id}", form).status_code == 303
    (changed,) = all_bans(blog)
    assert changed.until == kept.until, "its day wasn't changed, and so nor its hour"
    assert (changed.act, changed.reason, changed.message) == (
        BanAct.HOLD, "Milder", "Wait a while.",
    )  # fmt: skip
    assert send(blog, email=ADA).status_code == 202
    assert mia.post(f"/blog/bans/{kept.id}", form | {"until": ""}).status_code == 303
    assert all_bans(blog)[0].until is None
    assert mia.post(f"/blog/bans/{kept.id}", form | {"until": "2026-03-01"}).status_code == 303
    until = all_bans(blog)[0].until
    assert until is not None
    assert until.isoformat() == "2026-03-02T00:00:00+00:00"
    log = _log(blog)
    assert log == [Action.BAN_CHANGED] * 3 + [Action.BAN_SET]
    with blog.parts.database.read() as session:
        line = audit_log.log_page(
            session, blog.parts.keys, LogQuery(site_id=blog.site.id, kind=Kind.PEOPLE)
        ).lines[0]
    assert line.details["values"] == {"until": ["for good", "2026-03-02 00:00"]}
    assert ADA not in str(line.details)


@pytest.mark.parametrize(
    ("until", "words"),
    [("2025-12-31", "This time is over."), ("soon", "Write a day as"), ("9999-12-31", "Write a")],
)
def test_what_is_no_end_is_told_at_the_field(
    blog: World, mia: Browser, until: str, words: str
) -> None:
    kept = ban(blog, "email", ADA)
    answer = mia.post(f"/blog/bans/{kept.id}", {"until": until, "act": "hold", "reason": "Mine"})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Mine"' in answer.text
    assert all_bans(blog)[0].act is BanAct.REJECT


def test_a_ban_that_is_over_is_shown_and_not_changed(blog: World, mia: Browser) -> None:
    kept = ban(blog, "email", ADA)
    end(blog, kept)
    assert "It is over" in mia.get(f"/blog/bans/{kept.id}").text
    answer = mia.post(f"/blog/bans/{kept.id}", {"until": "", "act": "reject"})
    assert (answer.status_code, "This ban is over." in answer.text) == (422, True)
    assert mia.get("/blog/bans/99").status_code == 404
    assert mia.get(f"/blog/bans/{'9' * 15}").status_code == 404


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("ADVERTS", [5, 4, 3, 1]),
        ("casino", [2]),
        ("mail.example", [1]),
        ("203.0.113.77", [3]),
        ("::ffff:203.0.113.77", [3]),
        ("2001:db8:9::1", [5]),
        ("somebody@shop.example.com", [4]),
        ("www.example.com", [4]),
        ("192.0.2.1", []),
    ],
)
def test_bans_are_found_by_words_and_by_what_falls_under_them(
    blog: World, mia: Browser, about: str, found: list[int]
) -> None:
    ban(blog, "email", ADA)
    ban(blog, "email", "bob@example.org", reason="Casino, again and again")
    ban(blog, "network", "203.0.113.0/24")
    ban(blog, "domain", "example.com")
    ban(blog, "network", "2001:db8::/32")
    page = mia.get("/blog/bans", query_string={"q": about}).text
    assert [int(one) for one in re.findall(r'/blog/bans/(\d+)">', page)] == found
    if not found:
        assert "There is no such ban." in page


def test_bans_are_listed_by_whether_they_are_in_force_page_by_page(
    blog: World, mia: Browser
) -> None:
    over = ban(blog, "email", "first@example.org")
    end(blog, over)
    for number in range(PAGE_SIZE + 3):
        ban(blog, "email", f"a{number}@example.org")
    page = mia.get("/blog/bans?which=now").text
    assert len(re.findall(r'/blog/bans/(\d+)">', page)) == PAGE_SIZE
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    path = following[1].replace("&amp;", "&").removeprefix("/dashboard")
    assert re.findall(r'/blog/bans/(\d+)">', mia.get(path).text) == ["4", "3", "2"]
    assert re.findall(r'/blog/bans/(\d+)">', mia.get("/blog/bans?which=over").text) == ["1"]
    for wrong in ("which=odd", "before=x", "before=-1"):
        assert mia.get(f"/blog/bans?{wrong}").status_code == 400


def test_looking_for_something_in_many_bans_fills_pages(
    blog: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bans, "_BATCH", 4)
    for number in range(20):
        ban(blog, "email", f"a{number}@example.org", reason="odd" if number % 2 else "even")
    parts, found, before = blog.parts, [], None
    query = BanQuery(site_id=blog.site.id, now=blog.clock(), about="odd")
    for _ in range(4):
        with parts.database.read() as session:
            asked = replace(query, before=before)
            some, before = bans.bans_page(session, parts.keys, asked, 3)
        found.append([one.id for one in some])
    assert (found, before) == ([[20, 18, 16], [14, 12, 10], [8, 6, 4], [2]], None)


def test_a_ban_of_another_site_is_not_found(blog: World, mia: Browser) -> None:
    other = another_site(blog)
    asked = a_ban("email", ADA, blog.clock())
    kept = set_ban(blog.parts, other, asked, by=MODERATOR)
    for path in (f"/blog/bans/{kept.id}", f"/blog/bans/{kept.id}/end"):
        assert mia.post(path, {"act": "hold"}).status_code == 404
    assert mia.get(f"/blog/bans/{kept.id}").status_code == 404
    assert all_bans(blog) == []


def _hidden(page: str) -> dict[str, str]:
    """Return what the form of a page would send, but for its token."""
    found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return {name: value for name, value in found.items() if name != "csrf_token"}


def _log(world: World) -> list[str]:
    with world.parts.database.read() as session:
        query = LogQuery(site_id=world.site.id, kind=Kind.PEOPLE)
        return [line.action for line in audit_log.log_page(session, world.parts.keys, query).lines]
