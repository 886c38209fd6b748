"""Moderators, owners and admins; their sessions and one-time sign-in links."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class PersonRow(Base):
    """Somebody who signs in to the dashboard."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str | None] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]
    seen: Mapped[datetime | None]


class MembershipRow(Base):
    """A person's role on one site: ``owner`` or ``moderator``."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "site_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))


class SessionRow(Base):
    """A signed-in browser. Only a hash of what its cookie holds is kept.

    ``proved`` is when the person last showed in it who they are.
    """

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    seen: Mapped[datetime]
    proved: Mapped[datetime | None]
    expires: Mapped[datetime]
    user_agent: Mapped[str | None] = mapped_column(String(400))


class InviteRow(Base):
    """A sign-in link that works once. Only a hash of what it holds is kept."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires: Mapped[datetime]
    used: Mapped[datetime | None]


class InvitationRow(Base):
    """A role that waits for somebody; without a site it is the server's. Accepted, it is gone."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("site_id", "email_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))
    email: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    actor: Mapped[str] = mapped_column(String(80))
    created: Mapped[datetime]
    expires: Mapped[datetime]
