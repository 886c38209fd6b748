"""Threads, and which comments went from one to another."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class ThreadRow(Base):
    """The comments of one page. ``key`` names the page; ``url`` is where it is.

    ``numbered`` is the last number that a comment was given. ``voted`` is when votes last made
    a new version, and ``votes_due`` whether some have come since that no version shows.
    ``policy`` is the thread's own, in place of its site's; ``reopened`` is set where somebody
    opened it by hand, so that no plugin closes it again. ``active`` is the time of its newest
    comment, published or not. ``merged_into`` is the thread that has its comments now: whoever
    asks for this one is answered with that one, which is itself never merged.
    """

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        Index("ix_thread_active", "site_id", "active", "id"),
        Index(
            "ix_thread_merged_into",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(2100))
    url: Mapped[str] = mapped_column(String(2048))
    title: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), default="open")
    version: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=0)
    numbered: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    voted: Mapped[datetime | None]
    votes_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    policy: Mapped[str | None] = mapped_column(String(10))
    reopened: Mapped[bool] = mapped_column(default=False, server_default=false())
    active: Mapped[datetime | None]
    merged_into: Mapped[int | None]
    created: Mapped[datetime]


class MoveRow(Base):
    """Comments that went from one thread to another: ``comment_id`` with its replies, or all."""

    __tablename__ = "move"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    comment_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(80))
    undoes: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime]


class MovedRow(Base):
    """A comment that went along with a move, and what it was in the thread that it left."""

    __tablename__ = "moved"

    move_id: Mapped[int] = mapped_column(
        ForeignKey("move.id", ondelete="CASCADE"), primary_key=True
    )
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    parent: Mapped[int | None]
    number: Mapped[int | None]
    pinned: Mapped[bool]
