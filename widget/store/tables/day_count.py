"""What happened on which day."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class DayCountRow(Base):
    """A part of a count of a site's day: ``number`` more, or less, of ``what`` named ``name``.

    A count is the sum of its rows. Each change is a row of its own: two that decide at once on
    one site don't wait for each other. A task makes one row of many.
    """

    __tablename__ = "day_count"
    __table_args__ = (Index("ix_day_count_day", "site_id", "day", "what", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    day: Mapped[date]
    what: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
