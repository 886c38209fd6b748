"""Invitations, second factors, the audit log; when people were seen, and proved who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ACTS = "actor <> 'pipeline'"
LOG_INDEXES = {
    "at": ["at", "id"],
    "site": ["site_id", "at", "id"],
    "site_actor": ["site_id", "actor", "at", "id"],
    "actor": ["actor", "at", "id"],
}


def upgrade() -> None:
    op.add_column("person", sa.Column("seen", MOMENT, nullable=True))
    op.add_column("session", sa.Column("proved", MOMENT, nullable=True))
    op.execute(
        "UPDATE person SET seen = (SELECT max(session.seen) FROM session"
        " WHERE session.person_id = person.id)"
    )
    _add_invitation()
    _add_factors()
    _add_ceremony()
    _add_audit()
    op.add_column("event", sa.Column("site_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE event SET site_id = (SELECT comment.site_id FROM comment"
        " WHERE comment.id = event.comment_id)"
    )
    for name, columns in LOG_INDEXES.items():
        op.create_index(
            f"ix_event_{name}",
            "event",
            columns,
            sqlite_where=sa.text(ACTS),
            postgresql_where=sa.text(ACTS),
        )


def _add_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        _belongs("invitation", "site", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("site_id", "email_hash", name=op.f("uq_invitation_site_id_email_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )


def _add_factors() -> None:
    op.create_table(
        "totp",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("confirmed", MOMENT, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        _belongs("totp", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used", MOMENT, nullable=True),
        _belongs("recovery_code", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("used", MOMENT, nullable=True),
        _belongs("passkey", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])


def _add_ceremony() -> None:
    op.create_table(
        "ceremony",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("challenge", sa.LargeBinary(), nullable=True),
        sa.Column("by_link", sa.Boolean(), nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        _belongs("ceremony", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_ceremony_token_hash")),
    )
    op.create_index("ix_ceremony_person_id", "ceremony", ["person_id"])
    op.create_index("ix_ceremony_expires", "ceremony", ["expires"])


def _add_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        _belongs("audit", "site", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    for name, columns in {**LOG_INDEXES, "kind": ["kind", "at", "id"]}.items():
        op.create_index(f"ix_audit_{name}", "audit", columns)


def _belongs(table: str, to: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{to}_id"], [f"{to}.id"], name=op.f(f"fk_{table}_{to}_id"), ondelete=on_delete
    )
