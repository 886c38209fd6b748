"""What readers say of comments: votes and flags."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class VoteRow(Base):
    """One reader's vote on one comment, 1 or -1.

    ``voter`` is a keyed hash; it ends with the address that it was made of, the vote stays.
    """

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("comment_id", "voter"),
        Index(
            "ix_vote_created",
            "created",
            sqlite_where=text("voter IS NOT NULL"),
            postgresql_where=text("voter IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    voter: Mapped[str | None] = mapped_column(String(64))
    value: Mapped[int]
    created: Mapped[datetime]


class FlagRow(Base):
    """One reader's report of one comment; ``settled`` is the decision that answered it.

    ``flagger`` is a keyed hash, and ends as a voter's does.
    """

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("comment_id", "flagger"),
        Index(
            "ix_flag_created",
            "created",
            sqlite_where=text("flagger IS NOT NULL"),
            postgresql_where=text("flagger IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    flagger: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    settled: Mapped[int | None]
