"""The outbox: work promised in the same transaction as what it is for."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class JobRow(Base):
    """One piece of work. ``due`` moves into the future while it is claimed or backs off.

    A job that is done is deleted; one that failed for good stays with ``failed`` set.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "failed", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    site_id: Mapped[int | None]
    due: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    failed: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime]
