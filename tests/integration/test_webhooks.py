"""An owner's program is told of decisions: signed, once each, again until it takes them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest

from tests.conftest import Clock
from tests.integration.conftest import World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from tests.receiver import Receiver
from widget.config import Config
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.webhook import CHOICES, Webhook, WebhookEvent
from widget.jobs.periodic import promise_periodic
from widget.moderation.decide import change_status, undo
from widget.store import jobs, webhooks
from widget.subscriptions.webhooks import new_webhook, send_again


@pytest.fixture
def world(config: Config, clock: Clock) -> Iterator[World]:
    """Return a server that may reach this machine's own programs."""
    made = World(config.model_copy(update={"private_hosts": ("127.0.0.1",)}), clock)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def webhook(world: World, receiver: Receiver) -> Webhook:
    """Return a webhook that is told of everything."""
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    return new_webhook(world.parts, world.site, url, CHOICES)


def types(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for _, _, body in receiver.got]


def log(world: World) -> list[tuple[str, str]]:
    with world.parts.database.read() as session:
        found = webhooks.deliveries_of(session, world.site.id, 50)
    return [(one.event.value, one.state.value) for one in found]


def test_each_decision_is_told_with_its_comment(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    comment = world.posted("It *sings*.", author={"name": "Ada", "email": "ada@example.net"})
    for status in (Status.PENDING, Status.SPAM, Status.REJECTED, Status.DELETED):
        change_status(world.parts, comment, status, actor="person:1")
    undo(world.parts, comment, actor="person:1")
    world.wait()
    assert types(receiver) == [
        "comment.published", "comment.held", "comment.spam", "comment.rejected",
        "comment.deleted", "comment.rejected",
    ]  # fmt: skip
    data = json.loads(receiver.got[0][2])["data"]
    assert data["comment"]["html"] == "<p>It <em>sings</em>.</p>\n"
    assert data["comment"]["permalink"] == f"https://example.org/article#comment-{comment}"
    assert (data["before"], data["after"], data["actor"]) == (None, "published", "pipeline")
    assert json.loads(receiver.got[1][2])["data"]["actor"] == "moderator"


def test_no_address_is_told_to_a_webhook(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    world.posted(author={"name": "Ada", "email": "ada@example.net"})
    world.wait()
    told = receiver.got[0][2].decode()
    assert "ada@example.net" not in told
    assert "127.0.0.1" not in told


def test_a_message_is_signed_so_that_its_receiver_knows_who_sent_it(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    world.posted()
    world.wait()
    ((_, headers, body),) = receiver.got
    known = {name.lower(): value for name, value in headers.items()}
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    signed = f"{known['webhook-id']}.{known['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert known["webhook-signature"] == f"v1,{expected}"


def test_a_program_that_is_away_is_told_later_by_the_same_message(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.status = 503
    world.posted()
    world.wait()
    assert log(world) == [("comment.published", "waiting")]
    receiver.status = 200
    world.wait(seconds=11)
    assert log(world) == [("comment.published", "delivered")]
    first, second = (headers for _, headers, _ in receiver.got)
    assert first["webhook-id"] == second["webhook-id"]
    world.wait(days=2)
    assert len(receiver.got) == 2


def test_a_message_is_given_up_in_the_end_and_can_be_sent_by_hand(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.status = 500
    world.posted()
    for _ in range(12):
        world.wait(days=1)
    assert log(world) == [("comment.published", "failed")]
    assert len(receiver.got) == 8
    receiver.status = 200
    with world.parts.database.read() as session:
        (delivery,) = webhooks.deliveries_of(session, world.site.id, 5)
        assert jobs.jobs_failed(session) == 0
    send_again(world.parts, world.site, delivery.id)
    world.wait()
    assert log(world) == [("comment.published", "delivered")]


def test_a_program_that_is_gone_is_told_no_more(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    receiver.status = 410
    world.posted()
    world.wait()
    world.posted()
    world.wait()
    assert len(receiver.got) == 1
    with world.parts.database.read() as session:
        assert not webhooks.webhook_of(session, world.parts.keys, world.site.id, webhook.id).is_on


def test_a_webhook_is_told_only_of_what_was_chosen(world: World, receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    new_webhook(world.parts, world.site, url, [WebhookEvent.SPAM])
    comment = world.posted()
    change_status(world.parts, comment, Status.SPAM, actor="person:1")
    world.wait()
    assert types(receiver) == ["comment.spam"]


def test_the_servers_own_network_is_not_reached(
    config: Config, clock: Clock, receiver: Receiver
) -> None:
    world = World(config, clock)
    world.start()
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    new_webhook(world.parts, world.site, url, CHOICES)
    world.posted()
    world.wait()
    assert receiver.got == []
    assert log(world) == [("comment.published", "waiting")]
    world.stop()


def test_a_message_ends_with_its_comment(
    world: World, webhook: Webhook, receiver: Receiver
) -> None:
    promise_periodic(world.parts)
    world.posted()
    world.wait()
    assert len(log(world)) == 1
    world.wait(days=31)
    assert log(world) == []


@pytest.fixture
def owner(world: World) -> Browser:
    """Return the browser of the site's owner."""
    person = add_person(world.parts, "own@example.org", Role.OWNER, world.site, password=None)
    browser = a_browser(world.app)
    browser.post(sign_in_link(world.parts, person))
    return browser


def test_an_owner_adds_tries_and_removes_a_webhook(
    world: World, owner: Browser, receiver: Receiver
) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    page = owner.post("/blog/webhooks", {"url": url, "events": ["comment.held"]})
    with world.parts.database.read() as session:
        (webhook,) = webhooks.webhooks_of(session, world.parts.keys, world.site.id)
    assert webhook.secret in page.text
    assert webhook.secret not in owner.get("/blog/deliveries").text
    owner.post(f"/blog/webhooks/{webhook.id}", {"act": "ping"})
    world.wait()
    assert types(receiver) == ["ping"]
    assert "Delivered" in owner.get("/blog/deliveries").text
    owner.post(f"/blog/webhooks/{webhook.id}", {"act": "save", "events": ["comment.spam"]})
    with world.parts.database.read() as session:
        (changed,) = webhooks.webhooks_of(session, world.parts.keys, world.site.id)
    assert (changed.events, changed.is_on) == ([WebhookEvent.SPAM], False)
    owner.post(f"/blog/webhooks/{webhook.id}", {"act": "remove"})
    assert url not in owner.get("/blog/deliveries").text


@pytest.mark.parametrize("url", ["", "example.org", "ftp://example.org/", "javascript:alert(1)"])
def test_what_is_no_address_is_told_at_its_field_and_kept(
    world: World, owner: Browser, url: str
) -> None:
    answer = owner.post("/blog/webhooks", {"url": url, "events": ["comment.held"]})
    assert answer.status_code == 422
    assert "Write a whole address" in answer.text
    assert f'value="{url}"' in answer.text


def test_what_failed_is_listed_and_tried_again(
    world: World, request: pytest.FixtureRequest
) -> None:
    now = world.clock()
    with world.parts.database.write() as session:
        jobs.promise(session, "odd", {}, due=now, now=now, site_id=world.site.id)
    for _ in range(10):
        world.wait(days=1)
    owner: Browser = request.getfixturevalue("owner")  # a session doesn't last ten days
    assert "What could not be done" in owner.get("/blog/deliveries").text
    owner.post("/blog/deliveries")
    assert "What could not be done" not in owner.get("/blog/deliveries").text
