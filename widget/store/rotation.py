"""Everything that is encrypted, encrypted anew with the newest key."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from widget.store import (
    audit_log,
    bans,
    comments,
    factors,
    invitations,
    people,
    plugin_settings,
    replays,
    subscriptions,
    webhooks,
)
from widget.store.database import Session
from widget.store.keys import KeyRing
from widget.store.tables import (
    AuditRow,
    BanRow,
    CommentRow,
    InvitationRow,
    PersonRow,
    PluginSettingRow,
    ReplayRow,
    SubscriberRow,
    TotpRow,
    WebhookRow,
)

BATCH = 500

#: Each encrypted column and the name that its values are bound to.
_COLUMNS: tuple[tuple[InstrumentedAttribute[Any], str], ...] = (
    (CommentRow.email, comments.EMAIL),
    (PersonRow.email, people.EMAIL),
    (PluginSettingRow.sealed, plugin_settings.COLUMN),
    (SubscriberRow.email, subscriptions.EMAIL),
    (WebhookRow.secret, webhooks.SECRET),
    (InvitationRow.email, invitations.EMAIL),
    (TotpRow.sealed, factors.SECRET),
    (AuditRow.email, audit_log.EMAIL),
    (BanRow.value, bans.VALUE),
    (ReplayRow.sealed, replays.COLUMN),
)


def outdated(session: Session, keys: KeyRing) -> int:
    """Return how many values are encrypted with an older key."""
    return sum(1 for _ in _old(session, keys))


def encrypt_anew(session: Session, keys: KeyRing) -> int:
    """Encrypt a batch of values with the newest key; return how many there were."""
    done = 0
    for row, attribute, column in _old(session, keys):
        text = keys.decrypt(getattr(row, attribute), column)
        setattr(row, attribute, keys.encrypt(text, column))
        done += 1
        if done == BATCH:
            break
    return done


def _old(session: Session, keys: KeyRing) -> Iterator[tuple[Any, str, str]]:
    for attribute, column in _COLUMNS:
        for row in session.scalars(select(attribute.class_).where(attribute.is_not(None))):
            if not keys.is_newest(getattr(row, attribute.key)):
                yield row, attribute.key, column
