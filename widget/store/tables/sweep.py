"""Acts on everything that somebody wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class SweepRow(Base):
    """One sweep. ``hashes`` are those of the email or the addresses; they end with the work.

    Where there are none, comments from ``begin`` on are compared with what the ban is of.
    """

    __tablename__ = "sweep"
    __table_args__ = (Index("ix_sweep_site", "site_id", "id"), Index("ix_sweep_created", "created"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(String(10))
    known_by: Mapped[str] = mapped_column(String(10))
    hashes: Mapped[list[Any]] = mapped_column(JSON)
    ban_id: Mapped[int | None] = mapped_column(ForeignKey("ban.id", ondelete="SET NULL"))
    begin: Mapped[int]
    through: Mapped[int]
    total: Mapped[int]
    actor: Mapped[str] = mapped_column(String(80))
    undone_by: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    created: Mapped[datetime]


class SweepEventRow(Base):
    """A decision that a sweep made."""

    __tablename__ = "sweep_event"

    sweep_id: Mapped[int] = mapped_column(
        ForeignKey("sweep.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, index=True
    )
