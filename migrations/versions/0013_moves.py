"""Comments moved to other threads, threads merged; what a list of a site's pages goes by."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("thread", sa.Column("active", _MOMENT, nullable=True))
    op.add_column("thread", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE thread SET active = coalesce((SELECT max(comment.created) FROM comment"
        " WHERE comment.thread_id = thread.id), thread.created)"
    )
    _add_tables()
    op.create_index("ix_thread_active", "thread", ["site_id", "active", "id"])
    op.create_index("ix_move_source_id", "move", ["source_id"])
    op.create_index("ix_move_target_id", "move", ["target_id"])
    op.create_index("ix_move_undoes", "move", ["undoes"])
    op.create_index("ix_moved_comment_id", "moved", ["comment_id"])
    op.create_index("ix_audit_target", "audit", ["target", "id"])
    _partial("ix_thread_merged_into", "thread", "merged_into", "merged_into IS NOT NULL")
    _partial("ix_comment_thread_pending", "comment", "thread_id", "status = 'pending'")
    _partial("ix_comment_thread_flagged", "comment", "thread_id", "flag_count > 0")


def _add_tables() -> None:
    op.create_table(
        "move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        _refers("move", "source_id", "thread"),
        _refers("move", "target_id", "thread"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
    )
    op.create_table(
        "moved",
        sa.Column("move_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        _refers("moved", "move_id", "move"),
        _refers("moved", "comment_id", "comment"),
        sa.PrimaryKeyConstraint("move_id", "comment_id", name=op.f("pk_moved")),
    )


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _partial(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    op.drop_index("ix_comment_thread_flagged", "comment")
    op.drop_index("ix_comment_thread_pending", "comment")
    op.drop_index("ix_audit_target", "audit")
    op.drop_table("moved")
    op.drop_table("move")
    op.drop_index("ix_thread_merged_into", "thread")
    op.drop_index("ix_thread_active", "thread")
    op.drop_column("thread", "merged_into")
    op.drop_column("thread", "active")
