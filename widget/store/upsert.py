"""Rows that several may write at once: none of them fails, whoever is last is right."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from widget.store.database import Session
from widget.store.tables.base import Base

Values = Mapping[str, Any]


def put(
    session: Session, kind: type[Base], rows: Sequence[Values], *, keep: Collection[str] = ()
) -> None:
    """Write rows, in place of those with the same primary key; ``keep`` stays as it was there."""
    table = _table(kind)
    own = [column.name for column in table.primary_key]
    if session.get_bind().dialect.name == "sqlite":
        lite = sqlite.insert(table)
        new = {c.name: lite.excluded[c.name] for c in table.c if c.name not in (*own, *keep)}
        session.execute(lite.on_conflict_do_update(index_elements=own, set_=new), rows)
        return
    wide = postgresql.insert(table)
    new = {c.name: wide.excluded[c.name] for c in table.c if c.name not in (*own, *keep)}
    session.execute(wide.on_conflict_do_update(index_elements=own, set_=new), rows)


def add_missing(session: Session, kind: type[Base], row: Values) -> None:
    """Write a row, unless there is one that takes its place by any unique key."""
    table = _table(kind)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(table).on_conflict_do_nothing(), row)
    else:
        session.execute(postgresql.insert(table).on_conflict_do_nothing(), row)


def _table(kind: type[Base]) -> Table:
    table = kind.__table__
    if not isinstance(table, Table):
        raise TypeError(kind)
    return table
