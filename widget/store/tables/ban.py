"""Bans."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class BanRow(Base):
    """A ban. ``value`` is encrypted; an email or domain is found by ``hashed``.

    ``first`` and ``last`` bound a network.
    """

    __tablename__ = "ban"
    __table_args__ = (
        Index("ix_ban_hashed", "site_id", "hashed"),
        Index("ix_ban_network", "site_id", "first", "last"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[bytes] = mapped_column(LargeBinary)
    hashed: Mapped[str | None] = mapped_column(String(64))
    first: Mapped[str | None] = mapped_column(String(33))
    last: Mapped[str | None] = mapped_column(String(33))
    act: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500))
    message: Mapped[str] = mapped_column(String(500))
    actor: Mapped[str] = mapped_column(String(80))
    created: Mapped[datetime]
    until: Mapped[datetime | None]
    ended: Mapped[datetime | None]
