"""What was decided: the plugins' verdicts, the decisions, and what plugins keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class TrailRow(Base):
    """One plugin's part in one judgement; ``round`` counts a comment's judgements."""

    __tablename__ = "trail"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    round: Mapped[int]
    plugin: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(40))
    mode: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    message: Mapped[str | None] = mapped_column(Text)
    score: Mapped[float | None]
    on_failure: Mapped[str | None] = mapped_column(String(10))
    duration_ms: Mapped[float]
    settings_revision: Mapped[int]
    at: Mapped[datetime]


#: What people did; the pipeline's own events are on the trails and not in the audit log.
_ACTS = text("actor <> 'pipeline'")


def _index_of_acts(name: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=_ACTS, postgresql_where=_ACTS)


class EventRow(Base):
    """One decision. ``undoes`` is the event that it takes back; the author reads ``message``.

    ``site_id`` is the comment's, so that the audit log of a site needn't ask each comment.
    """

    __tablename__ = "event"
    __table_args__ = (
        _index_of_acts("ix_event_at", "at", "id"),
        _index_of_acts("ix_event_site", "site_id", "at", "id"),
        _index_of_acts("ix_event_site_actor", "site_id", "actor", "at", "id"),
        _index_of_acts("ix_event_actor", "actor", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[int | None]
    before: Mapped[str | None] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    message: Mapped[str | None] = mapped_column(Text)
    undoes: Mapped[int | None]
    at: Mapped[datetime]


class RecordRow(Base):
    """What a plugin keeps with a comment, e.g. which policy its author agreed to, and when."""

    __tablename__ = "record"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), index=True
    )
    plugin: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
