"""Comments."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class CommentRow(Base):
    """One comment.

    ``root`` is the top-level comment that it stands under. ``visible`` is whether readers see
    anything of it: published, or a tombstone that carries visible replies. ``reply_count`` is
    the number of visible direct replies. Both are kept at write time.

    ``number`` is the comment's ordinal in its thread, from when it was first published.
    ``original_source`` is what the author wrote, where a moderator has changed it.
    ``score`` is ``base_score``, which an import brought, and the sum of the votes.
    ``flag_count`` counts the reports that nobody has looked at. ``review_settled`` is the
    decision that answered the author's wish for a review.

    Conditions of SQLite's partial indexes are written as the queries are, ``visible = 1``: it
    uses such an index only where it reads the very same words.
    """

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("site_id", "idempotency_key"),
        UniqueConstraint("site_id", "source_id"),
        Index(
            "ix_comment_top",
            "thread_id",
            "created",
            "id",
            sqlite_where=text("visible = 1 AND root IS NULL"),
            postgresql_where=text("visible AND root IS NULL"),
        ),
        Index(
            "ix_comment_best",
            "thread_id",
            "score",
            "id",
            sqlite_where=text("visible = 1 AND root IS NULL"),
            postgresql_where=text("visible AND root IS NULL"),
        ),
        Index(
            "ix_comment_descendants",
            "root",
            "id",
            sqlite_where=text("visible = 1"),
            postgresql_where=text("visible"),
        ),
        Index(
            "ix_comment_replies",
            "parent",
            "id",
            sqlite_where=text("visible = 1"),
            postgresql_where=text("visible"),
        ),
        Index("ix_comment_queue", "site_id", "status", "id"),
        Index(
            "ix_comment_waiting",
            "site_id",
            "status",
            "thread_id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_comment_proposed",
            "site_id",
            "id",
            sqlite_where=text("proposed_source IS NOT NULL"),
            postgresql_where=text("proposed_source IS NOT NULL"),
        ),
        Index(
            "ix_comment_flagged",
            "site_id",
            "id",
            sqlite_where=text("flag_count > 0"),
            postgresql_where=text("flag_count > 0"),
        ),
        Index(
            "ix_comment_review",
            "site_id",
            "status",
            "id",
            sqlite_where=text("review_asked IS NOT NULL AND review_settled IS NULL"),
            postgresql_where=text("review_asked IS NOT NULL AND review_settled IS NULL"),
        ),
        Index(
            "ix_comment_pinned",
            "thread_id",
            "id",
            sqlite_where=text("pinned = 1"),
            postgresql_where=text("pinned"),
        ),
        Index(
            "ix_comment_thread_flagged",
            "thread_id",
            sqlite_where=text("flag_count > 0"),
            postgresql_where=text("flag_count > 0"),
        ),
        Index(
            "ix_comment_thread_pending",
            "thread_id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_comment_number", "thread_id", "number", unique=True),
        Index("ix_comment_email", "site_id", "email_hash"),
        Index("ix_comment_address", "site_id", "address_hash"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    parent: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    root: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(10))
    visible: Mapped[bool] = mapped_column(default=False)
    reply_count: Mapped[int] = mapped_column(default=0)

    name: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_hash: Mapped[str | None] = mapped_column(String(64))
    website: Mapped[str | None] = mapped_column(String(500))
    avatar: Mapped[str] = mapped_column(String(16))
    badge: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(45))
    address_hash: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(400))
    referrer: Mapped[str | None] = mapped_column(String(2048))
    language: Mapped[str | None] = mapped_column(String(35))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)

    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    proposed_source: Mapped[str | None] = mapped_column(Text)
    proposed_html: Mapped[str | None] = mapped_column(Text)
    original_source: Mapped[str | None] = mapped_column(Text)
    created: Mapped[datetime]
    edited: Mapped[datetime | None]
    number: Mapped[int | None]
    score: Mapped[int] = mapped_column(default=0)
    base_score: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    flag_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    review_asked: Mapped[datetime | None]
    review_settled: Mapped[int | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    featured: Mapped[bool] = mapped_column(default=False)

    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str | None] = mapped_column(String(64))
    source_id: Mapped[str | None] = mapped_column(String(200))
