"""Whole numbers of eight bytes on PostgreSQL, as SQLite has them: no id runs out.

At 100,000 comments a minute four bytes are used up within days: each comment has several rows of
its trail and several jobs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NARROW = """
    SELECT columns.table_name, columns.column_name,
        pg_get_serial_sequence(quote_ident(columns.table_name), columns.column_name)
    FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND tables.table_type = 'BASE TABLE'
        AND columns.data_type = '{narrow}'
    ORDER BY columns.table_name, columns.ordinal_position
"""


def upgrade() -> None:
    _change("integer", "bigint")


def downgrade() -> None:
    _change("bigint", "integer", kept=("passkey.sign_count",))


def _change(narrow: str, wide: str, kept: tuple[str, ...] = ()) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    tables: dict[str, list[str]] = {}
    sequences: list[str] = []
    for table, column, sequence in op.get_bind().execute(sa.text(_NARROW.format(narrow=narrow))):
        if f"{table}.{column}" in kept:
            continue
        tables.setdefault(table, []).append(column)
        if sequence:
            sequences.append(sequence)
    for table, columns in tables.items():
        # All columns of a table in one statement: it is written anew once.
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE {wide}' for column in columns)
        op.execute(f'ALTER TABLE "{table}" {changes}')
    for sequence in sequences:
        op.execute(f"ALTER SEQUENCE {sequence} AS {wide}")
