"""Who is told by mail, of what, and the mails themselves."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class SubscriberRow(Base):
    """An address on one site, encrypted, and looked up by its keyed hash.

    ``asked`` is when it was last asked to confirm, ``asked_times`` how often on that day.
    """

    __tablename__ = "subscriber"
    __table_args__ = (UniqueConstraint("site_id", "email_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    email: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(35))
    rhythm: Mapped[str] = mapped_column(String(10))
    confirmed: Mapped[datetime | None]
    asked: Mapped[datetime | None]
    asked_times: Mapped[int] = mapped_column(default=0)
    told: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(10))
    created: Mapped[datetime]


class SubscriptionRow(Base):
    """What a subscriber asked for; ``target`` says it in one word, so that it is there once."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "target"),
        Index("ix_subscription_target", "site_id", "target", "subscriber_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(40))
    thread_id: Mapped[int | None] = mapped_column(
        ForeignKey("thread.id", ondelete="CASCADE"), index=True
    )
    comment_id: Mapped[int | None] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    created: Mapped[datetime]


class MailRow(Base):
    """One thing that one recipient is to be told; several may go out in one mail.

    ``key`` names what and whom, so that nobody is told twice. A row that has ``ended`` is kept for
    a while: it was sent, dropped as there was nothing left to tell, or failed for good.
    """

    __tablename__ = "mail"
    __table_args__ = (
        Index(
            "ix_mail_due",
            "due",
            "id",
            sqlite_where=text("ended IS NULL"),
            postgresql_where=text("ended IS NULL"),
        ),
        Index("ix_mail_site", "site_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    comment_id: Mapped[int | None] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    due: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime]
    ended: Mapped[datetime | None]


class ModeratorMailRow(Base):
    """How often a moderator is told of held comments; without a row, of each."""

    __tablename__ = "moderator_mail"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    rhythm: Mapped[str] = mapped_column(String(10))
    told: Mapped[datetime | None]
