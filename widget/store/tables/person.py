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


class MembershipRow(Base):
    """A person's role on one site: ``owner`` or ``moderator``."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "site_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))


class SessionRow(Base):
    """A signed-in browser. Only a hash of what its cookie holds is kept."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    seen: Mapped[datetime]
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
