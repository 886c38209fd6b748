"""Webhooks: who is told of decisions by signed requests (Standard Webhooks), and the log of it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


class WebhookEvent(StrEnum):
    """What a webhook can be told of. ``ping`` is sent by the button that tries it."""

    PUBLISHED = "comment.published"
    HELD = "comment.held"
    SPAM = "comment.spam"
    REJECTED = "comment.rejected"
    DELETED = "comment.deleted"
    EDITED = "comment.edited"
    PING = "ping"


#: What an owner chooses from.
CHOICES = tuple(event for event in WebhookEvent if event is not WebhookEvent.PING)


class DeliveryState(StrEnum):
    """Where a delivery is on its way."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address of an owner's that is told of decisions on one site."""

    id: int
    site_id: int
    url: str
    secret: str = field(repr=False)
    events: Sequence[WebhookEvent]
    is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to a webhook, with what came of its last attempt.

    ``message_id`` stays the same however often it is sent: receivers know it by that.
    """

    id: int
    webhook_id: int
    message_id: str
    event: WebhookEvent
    body: str
    state: DeliveryState
    attempts: int
    answer: str | None
    created: datetime
    tried: datetime | None


def sign_webhook(secret: str, message_id: str, moment: int, content: bytes) -> Mapping[str, str]:
    """Return the headers that sign a message, as https://www.standardwebhooks.com has it.

    ``moment`` is Unix time in seconds; ``secret`` is ``whsec_`` and base64.

    Raises:
        ValueError: where the secret can't be read.
    """
    signed = b".".join((message_id.encode(), str(moment).encode(), content))
    digest = hmac.digest(webhook_key(secret), signed, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def webhook_key(secret: str) -> bytes:
    """Return the bytes of a secret; none for an empty one.

    Raises:
        ValueError: saying how a secret is written.
    """
    if not secret:
        return b""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("It is whsec_ and then base64.") from error
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError("It is whsec_ and then 24 to 64 bytes in base64.")
    return key
