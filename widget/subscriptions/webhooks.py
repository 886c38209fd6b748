"""Webhooks are told of decisions: a message for each, signed, sent again until it is taken."""

import base64
import secrets
from collections.abc import Mapping, Sequence

import orjson

from widget.domain.comment import AUTHOR, PIPELINE, Comment, Event
from widget.domain.errors import FieldError, Invalid, NotFound
from widget.domain.hosts import check_http_url
from widget.domain.site import Site
from widget.domain.thread import Thread
from widget.domain.webhook import (
    PREFIX,
    Delivery,
    DeliveryState,
    Webhook,
    WebhookEvent,
    sign_webhook,
)
from widget.outbound.on_demand import PosterOnDemand
from widget.publication.parts import Parts
from widget.publication.publish import webhook_event
from widget.store import comments, jobs, sites, threads, trails, webhooks
from widget.store.database import Session
from widget.subscriptions.letter import place_of

#: The job that sends one message.
DELIVER = "deliver"
LIMIT_S = 15.0
#: So many attempts with the jobs' back-off; then a message failed, and can be sent by hand.
ATTEMPTS = 8
_GONE = 410
_KEY_BYTES = 32


class NotDelivered(Exception):
    """A message was not taken; it is sent again later."""


def new_webhook(parts: Parts, site: Site, url: str, events: Sequence[WebhookEvent]) -> Webhook:
    """Store a webhook with a fresh secret.

    Raises:
        Invalid: for an address that is none, or where nothing is to be told.
    """
    faults = []
    try:
        address = check_http_url(url.strip())
    except ValueError:
        address = ""
    if not address:
        faults.append(FieldError("url", "Write a whole address, as https://example.org/hook."))
    if not events:
        faults.append(FieldError("events", "Choose what it is told of."))
    if faults:
        raise Invalid(faults)
    key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    webhook = Webhook(
        id=0, site_id=site.id, url=address, secret=f"{PREFIX}{key}", events=list(events)
    )
    with parts.database.write() as session:
        return webhooks.add_webhook(session, parts.keys, webhook, parts.now())


def tell_webhooks(parts: Parts, event_id: int) -> None:
    """Write the messages by which a site's webhooks are told of a decision, each once."""
    with parts.database.read() as session:
        event = trails.get_event(session, event_id)
        if event is None:
            return
        try:
            comment = comments.get_comment(session, parts.keys, event.comment_id)
        except NotFound:
            return
        site = sites.site_by_id(session, comment.site_id)
        thread = threads.thread_by_id(session, comment.thread_id)
    kind = webhook_event(event)
    if site is None or thread is None or kind is None:
        return
    body = _body(kind, event, comment, site, thread)
    with parts.database.write() as session:
        for webhook_id in webhooks.listening(session, site.id, kind):
            message = _message(parts, webhook_id, f"msg_{event.id}.{webhook_id}", kind, body)
            _promise(parts, session, site, message, comment.id)


def send_ping(parts: Parts, site: Site, webhook: Webhook) -> None:
    """Send a message that only says that the webhook works."""
    now = parts.now()
    said = {"type": WebhookEvent.PING, "timestamp": now.isoformat(), "data": {"site": site.key}}
    name = f"msg_ping.{webhook.id}.{secrets.token_hex(8)}"
    with parts.database.write() as session:
        body = orjson.dumps(said).decode()
        message = _message(parts, webhook.id, name, WebhookEvent.PING, body)
        _promise(parts, session, site, message, None)


def send_again(parts: Parts, site: Site, delivery_id: int) -> None:
    """Send a message once more, with the id that it had.

    Raises:
        NotFound: where the site has none of that id.
    """
    now = parts.now()
    with parts.database.write() as session:
        found = webhooks.find_delivery(session, parts.keys, delivery_id)
        if found is None or found[1].site_id != site.id:
            raise NotFound("There is no such delivery.")
        payload = {"delivery": delivery_id}
        jobs.promise(session, DELIVER, payload, due=now, now=now, site_id=site.id)


def deliver(parts: Parts, delivery_id: int) -> None:
    """Send a message, and note what came of it.

    Raises:
        NotDelivered: where it is to be sent again later.
    """
    with parts.database.read() as session:
        found = webhooks.find_delivery(session, parts.keys, delivery_id)
    if found is None or not found[1].is_on:
        return
    delivery, webhook = found
    status, answer = _post(parts, webhook, delivery)
    taken = status is not None and 200 <= status < 300
    last = delivery.attempts + 1 >= ATTEMPTS or status == _GONE
    state = DeliveryState.FAILED if last else DeliveryState.WAITING
    with parts.database.write() as session:
        webhooks.note_attempt(
            session,
            delivery.id,
            DeliveryState.DELIVERED if taken else state,
            answer,
            parts.now(),
        )
        if status == _GONE:
            webhooks.change_webhook(
                session, webhook.site_id, webhook.id, events=webhook.events, is_on=False
            )
    if not taken and not last:
        raise NotDelivered(answer)


def _post(parts: Parts, webhook: Webhook, delivery: Delivery) -> tuple[int | None, str]:
    content = delivery.body.encode()
    moment = int(parts.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Comment-Widget",
        **sign_webhook(webhook.secret, delivery.message_id, moment, content),
    }
    poster = PosterOnDemand(private_hosts=frozenset(parts.config.private_hosts))
    try:
        answer = poster.post(webhook.url, content=content, headers=headers, limit_s=LIMIT_S)
    except ConnectionError as error:
        return None, str(error)
    words = answer.body[:200].decode("utf-8", "replace").strip()
    return answer.status, f"{answer.status} {words}".strip()


def _message(parts: Parts, webhook_id: int, name: str, kind: WebhookEvent, body: str) -> Delivery:
    return Delivery(
        id=0,
        webhook_id=webhook_id,
        message_id=name,
        event=kind,
        body=body,
        state=DeliveryState.WAITING,
        attempts=0,
        answer=None,
        created=parts.now(),
        tried=None,
    )


def _promise(
    parts: Parts, session: Session, site: Site, message: Delivery, comment_id: int | None
) -> None:
    stored = webhooks.add_delivery(session, message, comment_id)
    if stored is not None:
        payload, now = {"delivery": stored.id}, parts.now()
        jobs.promise(session, DELIVER, payload, due=now, now=now, site_id=site.id)


def _body(kind: WebhookEvent, event: Event, comment: Comment, site: Site, thread: Thread) -> str:
    """Return what a webhook is told: what a moderator may see, without addresses of any kind."""
    said: Mapping[str, object] = {
        "type": kind,
        "timestamp": event.at.isoformat(),
        "data": {
            "site": site.key,
            "thread": {"id": thread.id, "url": thread.url, "title": thread.title},
            "comment": {
                "id": comment.id,
                "parent": comment.parent,
                "author": {"name": comment.author.name, "website": comment.author.website},
                "body": comment.source,
                "html": comment.html,
                "status": comment.status,
                "created": comment.created.isoformat(),
                "permalink": place_of(thread, comment.id),
            },
            "before": event.before,
            "after": event.after,
            "actor": event.actor if event.actor in (AUTHOR, PIPELINE) else "moderator",
            "reason": event.reason,
        },
    }
    return orjson.dumps(said).decode()
