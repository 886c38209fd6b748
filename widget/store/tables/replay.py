"""Replays of plugins over past comments, under way and done."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class ReplayRow(Base):
    """One replay. ``sealed`` are the settings that it tries, encrypted: they may hold secrets.

    ``shown`` are those that differ from the site's, as they may be shown. ``position`` is the last
    comment that was asked about; ``found`` what was found up to there. ``moved`` is when it last
    got on.
    """

    __tablename__ = "replay"
    __table_args__ = (Index("ix_replay_site", "site_id", "plugin", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    plugin: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bytes] = mapped_column("settings", LargeBinary)
    shown: Mapped[list[Any]] = mapped_column(JSON)
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    most: Mapped[int | None]
    remote: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int | None]
    position: Mapped[int]
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime]
    moved: Mapped[datetime]
