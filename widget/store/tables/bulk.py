"""Acts on all comments that a search finds, and which decisions each of them made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class BulkActRow(Base):
    """One act on many. ``asked`` is the list that it was asked for, as its address has it.

    Only comments up to ``last_id`` are meant: those that had been counted. ``position`` is the
    last that was looked at, and while it is taken back, the last decision. ``skipped`` counts
    those that somebody else had decided on meanwhile.
    """

    __tablename__ = "bulk_act"
    __table_args__ = (Index("ix_bulk_act_site", "site_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    actor: Mapped[str] = mapped_column(String(80))
    after: Mapped[str] = mapped_column(String(10))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int]
    done: Mapped[int]
    skipped: Mapped[int]
    position: Mapped[int]
    last_id: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime]
    moved: Mapped[datetime]


class BulkEventRow(Base):
    """One decision that an act on many made."""

    __tablename__ = "bulk_event"
    __table_args__ = (Index("ix_bulk_event_bulk", "bulk_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_act.id", ondelete="CASCADE"))
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int]
