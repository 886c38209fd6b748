"""What plugins keep for themselves, and which of them are paused."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class MemoryRow(Base):
    """One value of a plugin's memory; ``ends`` is when it is to be forgotten."""

    __tablename__ = "memory"
    __table_args__ = (Index("ix_memory_ends", "ends"),)

    site_id: Mapped[int] = mapped_column(
        ForeignKey("site.id", ondelete="CASCADE"), primary_key=True
    )
    plugin: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    written: Mapped[datetime]
    ends: Mapped[datetime | None]


class PauseRow(Base):
    """A plugin that failed again and again on a site, and isn't asked until then."""

    __tablename__ = "pause"

    site_id: Mapped[int] = mapped_column(
        ForeignKey("site.id", ondelete="CASCADE"), primary_key=True
    )
    plugin: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime]
