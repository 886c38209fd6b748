"""Webhooks, and the log of what was sent to them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class WebhookRow(Base):
    """An address that is told of decisions; its secret is encrypted."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(2048))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[list[str]] = mapped_column(JSON)
    is_on: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime]


class DeliveryRow(Base):
    """One message. It ends with its comment, or after a while."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_webhook", "webhook_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    event: Mapped[str] = mapped_column(String(30))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime]
    tried: Mapped[datetime | None]
