"""Votes, flags, wishes for a review, messages to authors, numbers, pinned comments first.

Columns are added and indexes made, and no table is copied: SQLite would have to drop the old
``comment`` table for that, and all that refers to it would go with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: SQLite uses a partial index only for a query with the same words, and those say ``= 1``.
VISIBLE = {
    "ix_comment_top": (["thread_id", "created", "id"], " AND root IS NULL"),
    "ix_comment_best": (["thread_id", "score", "id"], " AND root IS NULL"),
    "ix_comment_descendants": (["root", "id"], ""),
    "ix_comment_replies": (["parent", "id"], ""),
}
REVIEW = "review_asked IS NOT NULL AND review_settled IS NULL"


def upgrade() -> None:
    _add_columns()
    _add_tables()
    _number_comments()
    _add_indexes()


def _add_columns() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("comment", sa.Column("number", sa.Integer(), nullable=True))
    for name in ("base_score", "flag_count"):
        op.add_column("comment", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("comment", sa.Column("review_asked", moment, nullable=True))
    op.add_column("comment", sa.Column("review_settled", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("message", sa.Text(), nullable=True))
    op.add_column("thread", sa.Column("numbered", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("thread", sa.Column("voted", moment, nullable=True))
    op.add_column(
        "thread",
        sa.Column("votes_due", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _add_tables() -> None:
    for table, who, columns in (
        ("vote", "voter", [sa.Column("value", sa.Integer(), nullable=False)]),
        (
            "flag",
            "flagger",
            [
                sa.Column("reason", sa.Text(), nullable=False),
                sa.Column("settled", sa.Integer(), nullable=True),
            ],
        ),
    ):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("comment_id", sa.Integer(), nullable=False),
            sa.Column(who, sa.String(length=64), nullable=True),
            *columns,
            sa.Column("created", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["comment_id"],
                ["comment.id"],
                name=op.f(f"fk_{table}_comment_id"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("comment_id", who, name=op.f(f"uq_{table}_comment_id_{who}")),
        )
        _index(f"ix_{table}_created", table, ["created"], f"{who} IS NOT NULL")


def _number_comments() -> None:
    """Number the published comments of each thread in the order in which they came."""
    op.execute(
        "UPDATE comment SET number = ranked.number FROM (SELECT id, row_number() OVER"
        " (PARTITION BY thread_id ORDER BY id) AS number FROM comment"
        " WHERE status = 'published') AS ranked WHERE ranked.id = comment.id"
    )
    op.execute(
        "UPDATE thread SET numbered = (SELECT count(*) FROM comment"
        " WHERE comment.thread_id = thread.id AND comment.status = 'published')"
    )
    op.execute("UPDATE comment SET base_score = score WHERE score <> 0")


def _add_indexes() -> None:
    op.create_index("ix_comment_number", "comment", ["thread_id", "number"], unique=True)
    _index("ix_comment_flagged", "comment", ["site_id", "id"], "flag_count > 0")
    _index("ix_comment_review", "comment", ["site_id", "status", "id"], REVIEW)
    _index("ix_comment_pinned", "comment", ["thread_id", "id"], "pinned = 1", "pinned")
    if op.get_bind().dialect.name == "sqlite":
        for name, (columns, rest) in VISIBLE.items():
            op.drop_index(name, "comment")
            _index(name, "comment", columns, f"visible = 1{rest}")


def _index(
    name: str, table: str, columns: list[str], where: str, on_postgresql: str | None = None
) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(on_postgresql or where),
    )


def downgrade() -> None:
    op.drop_table("flag")
    op.drop_table("vote")
    for name in ("number", "flagged", "review", "pinned"):
        op.drop_index(f"ix_comment_{name}", "comment")
    if op.get_bind().dialect.name == "sqlite":
        for name, (columns, rest) in VISIBLE.items():
            op.drop_index(name, "comment")
            _index(name, "comment", columns, f"visible{rest}")
    for name in ("number", "base_score", "flag_count", "review_asked", "review_settled"):
        op.drop_column("comment", name)
    op.drop_column("event", "message")
    for name in ("numbered", "voted", "votes_due"):
        op.drop_column("thread", name)
