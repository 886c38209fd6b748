"""The audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class AuditRow(Base):
    """One entry: who did what, to what, when, from which address. Never changed, but cut.

    ``details`` hold no secret. An address of email that the entry is about is encrypted.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_site", "site_id", "at", "id"),
        Index("ix_audit_site_actor", "site_id", "actor", "at", "id"),
        Index("ix_audit_actor", "actor", "at", "id"),
        Index("ix_audit_kind", "kind", "at", "id"),
        Index("ix_audit_target", "target", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(40))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="SET NULL"))
    target: Mapped[str] = mapped_column(String(200))
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str | None] = mapped_column(String(45))
    is_cut: Mapped[bool] = mapped_column(default=False)
