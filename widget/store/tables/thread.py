"""Threads."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class ThreadRow(Base):
    """The comments of one page. ``key`` names the page; ``url`` is where it is.

    ``numbered`` is the last number that a comment was given. ``voted`` is when votes last made
    a new version, and ``votes_due`` whether some have come since that no version shows.
    ``policy`` is the thread's own, in place of its site's; ``reopened`` is set where somebody
    opened it by hand, so that no plugin closes it again.
    """

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("site_id", "key"),)

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
    created: Mapped[datetime]
