"""Who is banned doesn't write, vote or report, and reads on; only moderators learn why."""

import ipaddress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ORIGIN
from tests.integration.conftest import World
from tests.integration.dashboard_kit import a_browser, add_person, sign_in_link
from widget.domain.audit_log import By
from widget.domain.ban import Ban, BanAct, BanKind, address_digits, ban_value, network_range
from widget.domain.comment import Status
from widget.domain.errors import Invalid
from widget.domain.person import Role
from widget.jobs.periodic import promise_periodic
from widget.moderation.banning import end_ban, set_ban
from widget.store import bans

ADA = {"name": "Ada", "email": "ada@mail.example.net", "website": "https://ada.example.org/"}


@pytest.fixture
def banning(world: World) -> World:
    return world.start()


def ban(world: World, kind: BanKind, value: str, **fields: object) -> Ban:
    now = world.clock()
    asked = Ban(
        id=0, site_id=0, kind=kind, value=value, act=BanAct.REJECT, reason="Adverts", message="",
        actor="", created=now, until=None, ended=None,
    )  # fmt: skip
    return set_ban(world.parts, world.site, replace(asked, **fields), by=By(actor="person:1"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BanKind.EMAIL, "Ada@Mail.Example.NET"),
        (BanKind.DOMAIN, "example.net"),
        (BanKind.DOMAIN, "ada.example.org"),
        (BanKind.NETWORK, "127.0.0.0/24"),
        (BanKind.NETWORK, "127.0.0.1"),
    ],
)
def test_who_is_banned_is_refused_with_the_words_of_any_refusal(
    banning: World, kind: BanKind, value: str
) -> None:
    kept = ban(banning, kind, value)
    answer = banning.post("Buy this.", author=ADA)
    assert (answer.status_code, answer.get_json()["detail"]) == (403, "This comment was refused.")
    assert banning.shown() == []
    entry = banning.trail(1)["ban"]
    assert entry.reason == f"Ban {kept.id} of this {kind.value}: Adverts"
    assert banning.status(1) is Status.REJECTED
    assert (
        banning.client.get("/api/v1/thread?site=blog&url=https://example.org/a").status_code == 200
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BanKind.EMAIL, "grace@mail.example.net"),
        (BanKind.DOMAIN, "other.example.net"),
        (BanKind.DOMAIN, "le.net"),
        (BanKind.NETWORK, "127.0.1.0/24"),
        (BanKind.NETWORK, "::1"),
    ],
)
def test_nobody_else_is_refused(banning: World, kind: BanKind, value: str) -> None:
    ban(banning, kind, value)
    assert banning.post(author=ADA).status_code == 201


def test_a_ban_asks_no_plugin_and_one_that_holds_asks_them_all(banning: World) -> None:
    banning.set("words", mode="on", hold="bridge")
    refusing = ban(banning, BanKind.EMAIL, ADA["email"])
    banning.post("A bridge.", author=ADA)
    assert set(banning.trail(1)) == {"ban"}
    end_ban(banning.parts, banning.site, refusing.id, by=By(actor="person:1"))
    ban(banning, BanKind.EMAIL, ADA["email"], act=BanAct.HOLD)
    held = banning.posted("No such thing.", author=ADA)
    assert banning.status(held) is Status.PENDING
    assert {"ban", "words"} <= set(banning.trail(held))


def test_a_reader_is_told_what_the_moderator_wrote(banning: World) -> None:
    ban(banning, BanKind.EMAIL, ADA["email"], message="You have been asked to stop.")
    assert banning.post(author=ADA).get_json()["detail"] == "You have been asked to stop."


def test_a_ban_ends_by_itself_and_by_hand_and_is_forgotten(banning: World) -> None:
    promise_periodic(banning.parts)
    ban(banning, BanKind.EMAIL, ADA["email"], until=banning.clock() + timedelta(days=7))
    banning.clock.advance(days=6)
    assert banning.post(author=ADA).status_code == 403
    banning.clock.advance(days=1)
    assert banning.post(author=ADA).status_code == 201
    again = ban(banning, BanKind.EMAIL, ADA["email"])
    assert banning.post(author=ADA).status_code == 403
    end_ban(banning.parts, banning.site, again.id, by=By(actor="person:1"))
    assert banning.post(author=ADA).status_code == 201
    banning.wait(days=31)
    with banning.parts.database.read() as session:
        assert bans.bans_of(session, banning.parts.keys, banning.site.id) == []


def test_who_is_banned_neither_edits_nor_votes_nor_reports(banning: World) -> None:
    posted = banning.post(author=ADA).get_json()
    other = banning.posted("Another.")
    ban(banning, BanKind.NETWORK, "127.0.0.1")
    token = {"Origin": ORIGIN, "Authorization": f"Bearer {posted['token']}"}
    own = f"/api/v1/comments/{posted['comment']['id']}"
    assert banning.client.patch(own, json={"body": "Buy."}, headers=token).status_code == 403
    for act, body in (("vote", {"value": 1}), ("flag", {"reason": "spam"})):
        place = f"/api/v1/comments/{other}/{act}"
        answer = banning.client.post(place, json=body, headers={"Origin": ORIGIN})
        assert answer.status_code == 403


def test_a_moderator_bans_from_a_comment_and_ends_it(banning: World) -> None:
    comment = banning.posted(author=ADA)
    person = add_person(
        banning.parts, "mia@example.org", Role.MODERATOR, banning.site, password=None
    )
    browser = a_browser(banning.app)
    browser.post(sign_in_link(banning.parts, person))
    page = browser.get(f"/blog/bans/new?comment={comment}").text
    for known in ("ada@mail.example.net", "127.0.0.0/24", "mail.example.net"):
        assert known in page
    form = {"kind": "network", "value": "10.0.0.0/4", "days": "7", "act": "reject"}
    form |= {"choice": "other"}
    wide = browser.post("/blog/bans", form)
    assert (wide.status_code, "A network is banned from /8 on" in wide.text) == (422, True)
    assert 'value="10.0.0.0/4"' in wide.text
    form |= {"kind": "email", "value": "ada@mail.example.net"}
    assert browser.post("/blog/bans", form).status_code == 303
    assert banning.post(author=ADA).status_code == 403
    assert "ada@mail.example.net" in browser.get("/blog/bans").text
    assert browser.post("/blog/bans/1/end").status_code == 303
    assert banning.post(author=ADA).status_code == 201


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (BanKind.EMAIL, "x"), (BanKind.EMAIL, ""), (BanKind.DOMAIN, "com"), (BanKind.DOMAIN, ""),
        (BanKind.DOMAIN, "a b.example"), (BanKind.NETWORK, "x"), (BanKind.NETWORK, "0.0.0.0/0"),
        (BanKind.NETWORK, "::/8"), (BanKind.NETWORK, "1.2.3.4/99"),
    ],
)  # fmt: skip
def test_what_can_not_be_banned_is_told_at_its_field(kind: BanKind, text: str) -> None:
    with pytest.raises(Invalid) as told:
        ban_value(kind, text)
    assert told.value.errors[0].field == "value"


def test_a_domain_is_banned_in_its_one_form() -> None:
    assert ban_value(BanKind.DOMAIN, " *.Bücher.Example. ") == "xn--bcher-kva.example"


@given(address=st.ip_addresses(), prefix=st.integers(0, 128), other=st.ip_addresses())
def test_a_network_holds_exactly_its_addresses(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
    prefix: int,
    other: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    widest = {4: 8, 6: 16}[address.version]
    length = max(widest, min(prefix, address.max_prefixlen))
    if getattr(address, "ipv4_mapped", None) and length >= 96:
        length = max(length, 96 + 8)
    written = str(ipaddress.ip_network((address, length), strict=False))
    network = ipaddress.ip_network(ban_value(BanKind.NETWORK, written))
    first, last = network_range(str(network))
    for one in (address, other):
        digits = address_digits(str(one))
        assert digits is not None
        mapped = getattr(one, "ipv4_mapped", None)
        # An IPv4 address written as IPv6 is that IPv4 address, and so in no network of IPv6.
        inside = (mapped or one) in network
        assert (first <= digits <= last) == inside


def test_a_network_of_mapped_addresses_is_the_network_of_ipv4_it_stands_for() -> None:
    assert ban_value(BanKind.NETWORK, "::ffff:192.0.2.0/120") == "192.0.2.0/24"
    assert ban_value(BanKind.NETWORK, "::ffff:192.0.2.7/128") == "192.0.2.7/32"
    with pytest.raises(Invalid):
        ban_value(BanKind.NETWORK, "::ffff:0:0/96")
