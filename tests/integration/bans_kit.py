"""What tests of bans do: send as somebody from somewhere, ban somebody, end it."""

from dataclasses import replace
from datetime import datetime

from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from tests.integration.conftest import World
from widget.domain.audit_log import By
from widget.domain.ban import Ban, BanAct, BanKind
from widget.domain.site import Site, SiteSettings
from widget.moderation.banning import end_ban, set_ban
from widget.store import sites

HOME = "203.0.113.7"
AWAY = "198.51.100.9"
ADA = "ada@mail.example.net"
MODERATOR = By(actor="person:1")


def ban(world: World, kind: str, value: str, **fields: object) -> Ban:
    """Ban somebody; what they write is refused unless the fields say otherwise."""
    asked = a_ban(kind, value, world.clock())
    return set_ban(world.parts, world.site, replace(asked, **fields), by=MODERATOR)  # type: ignore[arg-type]  # a test's fields


def a_ban(kind: str, value: str, now: datetime) -> Ban:
    """Return a ban that somebody asks for."""
    return Ban(
        id=0, site_id=0, kind=BanKind(kind), value=value, act=BanAct.REJECT, reason="Adverts",
        message="", actor="", created=now, until=None, ended=None,
    )  # fmt: skip


def end(world: World, one: Ban) -> None:
    """End a ban."""
    end_ban(world.parts, world.site, one.id, by=MODERATOR)


def send(
    world: World,
    body: str = "A comment.",
    *,
    address: str = HOME,
    email: str | None = None,
    website: str | None = None,
) -> TestResponse:
    """Post a comment from an address."""
    author = {"name": "Ada", "email": email, "website": website}
    return world.client.post(
        "/api/v1/comments",
        json={"site": "blog", "url": PAGE, "body": body, "author": author},
        headers={"Origin": ORIGIN},
        environ_base={"REMOTE_ADDR": address},
    )


def sent(world: World, body: str = "A comment.", **who: str) -> int:
    """Post a comment that is stored; return its id."""
    answer = send(world, body, **who)
    assert answer.status_code in (201, 202), answer.get_json()
    return int(answer.get_json()["comment"]["id"])


def another_site(world: World) -> Site:
    """Make another site of the same server, on which comments are published at once."""
    parts = world.parts
    settings = SiteSettings.model_validate({"policy": "publish"})
    site = Site(id=0, key="other", title="O", hosts=("other.example",), settings=settings)
    with parts.database.write() as session:
        return sites.add_site(session, site, parts.now())


def newest(world: World) -> int:
    """Return the id of the comment that came last, also of one that was refused."""
    number = 1
    while _is_there(world, number + 1):
        number += 1
    return number


def _is_there(world: World, number: int) -> bool:
    return bool(world.events(number))
