"""A thread's own policy, and that somebody opened it again by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("thread", sa.Column("policy", sa.String(length=10), nullable=True))
    op.add_column(
        "thread", sa.Column("reopened", sa.Boolean(), nullable=False, server_default=sa.false())
    )
