"""The search index of the queue, filled by a job; acts on all that a search finds."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Not ``op.execute``: it would take what follows the colon for a parameter.
        op.get_bind().exec_driver_sql(
            "CREATE VIRTUAL TABLE comment_search USING fts5(body, author, reason, tags,"
            " tokenize = \"unicode61 remove_diacritics 0 tokenchars '\\:_'\")"
        )
        op.execute(
            "CREATE TRIGGER comment_search_gone AFTER DELETE ON comment"
            " BEGIN DELETE FROM comment_search WHERE rowid = old.id; END"
        )
    else:
        op.create_table(
            "comment_search",
            sa.Column("comment_id", sa.Integer(), primary_key=True, autoincrement=False),
            sa.Column("words", TSVECTOR(), nullable=False),
            sa.ForeignKeyConstraint(
                ["comment_id"],
                ["comment.id"],
                name="fk_comment_search_comment_id",
                ondelete="CASCADE",
            ),
        )
        op.create_index(
            "ix_comment_search_words", "comment_search", ["words"], postgresql_using="gin"
        )
    _make_bulk_tables()
    _promise_to_fill()


def _make_bulk_tables() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created", moment, nullable=False),
        sa.Column("moved", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name="fk_bulk_act_site_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_act"),
    )
    op.create_index("ix_bulk_act_site", "bulk_act", ["site_id", "id"])
    op.create_table(
        "bulk_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_act.id"], name="fk_bulk_event_bulk_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name="fk_bulk_event_comment_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_event"),
    )
    op.create_index("ix_bulk_event_bulk", "bulk_event", ["bulk_id", "id"])
    op.create_index("ix_bulk_event_comment_id", "bulk_event", ["comment_id"])


def _promise_to_fill() -> None:
    """Let a job index what is there: a start needn't wait for it."""
    now = datetime.now(UTC)
    job = sa.table(
        "job",
        sa.column("kind", sa.String()),
        sa.column("payload", sa.JSON()),
        sa.column("due", sa.DateTime(timezone=True)),
        sa.column("attempts", sa.Integer()),
        sa.column("failed", sa.Boolean()),
        sa.column("created", sa.DateTime(timezone=True)),
    )
    there = op.get_bind().execute(sa.text("SELECT max(id) FROM comment")).scalar()
    if there:
        op.bulk_insert(
            job,
            [
                {
                    "kind": "index_comments",
                    "payload": {"below": there + 1},
                    "due": now,
                    "attempts": 0,
                    "failed": False,
                    "created": now,
                }
            ],
        )


def downgrade() -> None:
    op.drop_table("bulk_event")
    op.drop_table("bulk_act")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS comment_search_gone")
    op.drop_table("comment_search")
    op.execute(sa.text("DELETE FROM job WHERE kind = 'index_comments'"))
