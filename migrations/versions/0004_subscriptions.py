"""Subscriptions, and mails that are promised, sent or failed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        _to("site", nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("confirmed", MOMENT, nullable=True),
        sa.Column("asked", MOMENT, nullable=True),
        sa.Column("asked_times", sa.Integer(), nullable=False),
        sa.Column("told", MOMENT, nullable=True),
        sa.Column("ending", sa.String(length=10), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        _foreign("subscriber", "site"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("site_id", "email_hash", name=op.f("uq_subscriber_site_id_email_hash")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        _to("subscriber", nullable=False),
        _to("site", nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        _to("thread"),
        _to("comment"),
        sa.Column("created", MOMENT, nullable=False),
        *[_foreign("subscription", to) for to in ("subscriber", "site", "thread", "comment")],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "subscriber_id", "target", name=op.f("uq_subscription_subscriber_id_target")
        ),
    )
    op.create_index(
        "ix_subscription_target", "subscription", ["site_id", "target", "subscriber_id"]
    )
    for column in ("thread_id", "comment_id"):
        op.create_index(op.f(f"ix_subscription_{column}"), "subscription", [column])
    _mails()


def _mails() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        _to("site", nullable=False),
        _to("subscriber"),
        _to("person"),
        _to("comment"),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("ended", MOMENT, nullable=True),
        *[_foreign("mail", to) for to in ("site", "subscriber", "person", "comment")],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    waiting = sa.text("ended IS NULL")
    op.create_index(
        "ix_mail_due", "mail", ["due", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_mail_site", "mail", ["site_id", "state", "id"])
    for column in ("subscriber_id", "person_id", "comment_id"):
        op.create_index(op.f(f"ix_mail_{column}"), "mail", [column])
    op.create_table(
        "moderator_mail",
        _to("person", nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("told", MOMENT, nullable=True),
        _foreign("moderator_mail", "person"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_moderator_mail")),
    )


def _to(table: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(f"{table}_id", sa.Integer(), nullable=nullable)


def _foreign(table: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{to}_id")
    return sa.ForeignKeyConstraint([f"{to}_id"], [f"{to}.id"], name=name, ondelete="CASCADE")
