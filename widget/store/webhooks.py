"""Webhooks, and the log of what was sent to them. Secrets are encrypted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from widget.domain.errors import NotFound
from widget.domain.webhook import Delivery, DeliveryState, Webhook, WebhookEvent
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import DeliveryRow, WebhookRow

SECRET = "webhook.secret"  # noqa: S105  # the name of a column
GONE = "There is no such webhook."


def add_webhook(session: Session, keys: KeyRing, webhook: Webhook, now: datetime) -> Webhook:
    """Store a webhook; return it with its id."""
    row = WebhookRow(
        site_id=webhook.site_id,
        url=webhook.url,
        secret=keys.encrypt(webhook.secret, SECRET),
        events=[event.value for event in webhook.events],
        is_on=webhook.is_on,
        created=now,
    )
    session.add(row)
    session.flush()
    return _webhook(row, keys)


def webhooks_of(session: Session, keys: KeyRing, site_id: int) -> list[Webhook]:
    """Return a site's webhooks, the oldest first."""
    rows = session.scalars(
        select(WebhookRow).where(WebhookRow.site_id == site_id).order_by(WebhookRow.id)
    )
    return [_webhook(row, keys) for row in rows]


def webhook_of(session: Session, keys: KeyRing, site_id: int, webhook_id: int) -> Webhook:
    """Return a webhook of a site.

    Raises:
        NotFound: where the site has none of that id.
    """
    return _webhook(_row(session, site_id, webhook_id), keys)


def change_webhook(
    session: Session, site_id: int, webhook_id: int, *, events: Sequence[WebhookEvent], is_on: bool
) -> None:
    """Keep what a webhook is told of, and whether it is.

    Raises:
        NotFound: where the site has none of that id.
    """
    row = _row(session, site_id, webhook_id)
    row.events, row.is_on = [event.value for event in events], is_on


def remove_webhook(session: Session, site_id: int, webhook_id: int) -> None:
    """Remove a webhook with its log.

    Raises:
        NotFound: where the site has none of that id.
    """
    _row(session, site_id, webhook_id)
    session.execute(delete(WebhookRow).where(WebhookRow.id == webhook_id))


#: Made once: it is asked with each comment, and making it takes longer than running it.
_LISTENING = select(WebhookRow.id, WebhookRow.events).where(
    WebhookRow.site_id == bindparam("site"), WebhookRow.is_on
)


def listening(session: Session, site_id: int, event: WebhookEvent) -> list[int]:
    """Return the webhooks of a site that are told of an event, by their ids."""
    rows = session.connection().execute(_LISTENING, {"site": site_id})
    return [webhook_id for webhook_id, events in rows if event in events]


def add_delivery(session: Session, delivery: Delivery, comment_id: int | None) -> Delivery | None:
    """Store a message that is to be sent; ``None`` where it is there already."""
    known = select(DeliveryRow.id).where(DeliveryRow.message_id == delivery.message_id)
    if session.scalar(known) is not None:
        return None
    row = DeliveryRow(
        webhook_id=delivery.webhook_id,
        comment_id=comment_id,
        message_id=delivery.message_id,
        event=delivery.event,
        body=delivery.body,
        state=DeliveryState.WAITING,
        attempts=0,
        created=delivery.created,
    )
    session.add(row)
    session.flush()
    return _delivery(row)


def find_delivery(
    session: Session, keys: KeyRing, delivery_id: int
) -> tuple[Delivery, Webhook] | None:
    """Return a message with its webhook, ``None`` where it is gone."""
    row = session.get(DeliveryRow, delivery_id)
    if row is None:
        return None
    return _delivery(row), _webhook(session.get_one(WebhookRow, row.webhook_id), keys)


def note_attempt(
    session: Session, delivery_id: int, state: DeliveryState, answer: str, now: datetime
) -> None:
    """Note what came of sending a message."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id)
        .values(state=state, answer=answer, tried=now, attempts=DeliveryRow.attempts + 1)
    )


def deliveries_of(session: Session, site_id: int, limit: int) -> list[Delivery]:
    """Return the newest messages to a site's webhooks."""
    rows = session.scalars(
        select(DeliveryRow)
        .where(
            DeliveryRow.webhook_id.in_(select(WebhookRow.id).where(WebhookRow.site_id == site_id))
        )
        .order_by(DeliveryRow.id.desc())
        .limit(limit)
    )
    return [_delivery(row) for row in rows]


def deliveries_failed(session: Session) -> int:
    """Return how many messages could not be delivered."""
    query = select(func.count()).select_from(DeliveryRow)
    return session.scalar(query.where(DeliveryRow.state == DeliveryState.FAILED)) or 0


def forget_deliveries(session: Session, before: datetime) -> None:
    """Forget messages that are older."""
    session.execute(delete(DeliveryRow).where(DeliveryRow.created < before))


def _row(session: Session, site_id: int, webhook_id: int) -> WebhookRow:
    row = session.get(WebhookRow, webhook_id)
    if row is None or row.site_id != site_id:
        raise NotFound(GONE)
    return row


def _webhook(row: WebhookRow, keys: KeyRing) -> Webhook:
    return Webhook(
        id=row.id,
        site_id=row.site_id,
        url=row.url,
        secret=keys.decrypt(row.secret, SECRET),
        events=[WebhookEvent(name) for name in row.events],
        is_on=row.is_on,
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        message_id=row.message_id,
        event=WebhookEvent(row.event),
        body=row.body,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        answer=row.answer,
        created=row.created,
        tried=row.tried,
    )
