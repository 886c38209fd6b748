"""Acts on everything that somebody wrote, and the decisions that each made."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("known_by", sa.String(length=10), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.Column("ban_id", sa.Integer(), nullable=True),
        sa.Column("begin", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_sweep_site_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ban_id"], ["ban.id"], name=op.f("fk_sweep_ban_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep")),
    )
    op.create_index("ix_sweep_site", "sweep", ["site_id", "id"])
    op.create_index("ix_sweep_created", "sweep", ["created"])
    op.create_table(
        "sweep_event",
        sa.Column("sweep_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name=op.f("fk_sweep_event_sweep_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_sweep_event_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sweep_id", "event_id", name=op.f("pk_sweep_event")),
    )
    op.create_index("ix_sweep_event_event_id", "sweep_event", ["event_id"])


def downgrade() -> None:
    op.drop_table("sweep_event")
    op.drop_table("sweep")
