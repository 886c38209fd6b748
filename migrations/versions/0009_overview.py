"""Counts by day, made from what is there; replays; an index of the comments that wait."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DECIDED = """
    SELECT comment.site_id, {day}, CASE WHEN actor = 'pipeline' THEN actor ELSE 'people' END AS who,
        count(*)
    FROM event JOIN comment ON comment.id = event.comment_id
    WHERE coalesce(event.before, '') <> event.after AND event.after <> 'pending'
        AND event.undoes IS NULL AND (actor = 'pipeline' OR actor LIKE 'person:%')
    GROUP BY comment.site_id, {day}, who
"""
#: The last objections of plugins, by what a person made of the comment at last.
_OBJECTIONS = """
    SELECT site_id, day, plugin, last, count(*) FROM (
        SELECT comment.site_id AS site_id, {day} AS day, trail.plugin AS plugin,
            (SELECT event.after FROM event WHERE event.comment_id = comment.id
                AND event.actor LIKE 'person:%' ORDER BY event.id DESC LIMIT 1) AS last
        FROM trail JOIN comment ON comment.id = trail.comment_id
        WHERE trail.mode = 'on' AND trail.outcome IN ('hold', 'spam', 'reject')
            AND NOT EXISTS (SELECT 1 FROM trail AS later
                WHERE later.comment_id = trail.comment_id AND later.plugin = trail.plugin
                AND later.id > trail.id)
    ) AS objection GROUP BY site_id, day, plugin, last
"""
_WAITS = """
    SELECT comment.site_id, event.at AS at, (SELECT held.at FROM event AS held
        WHERE held.comment_id = event.comment_id AND held.id < event.id
        AND held.after = 'pending' AND coalesce(held.before, '') <> 'pending'
        ORDER BY held.id DESC LIMIT 1) AS held
    FROM event JOIN comment ON comment.id = event.comment_id
    WHERE event.before = 'pending' AND event.after <> 'pending' AND event.undoes IS NULL
        AND event.actor LIKE 'person:%'
"""

_Key = tuple[int, date, str, str]


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    day_count = _table(
        "day_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_index("ix_day_count_day", "day_count", ["site_id", "day", "what", "name"])
    _table(
        "replay",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("settings", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("since", moment, nullable=True),
        sa.Column("until", moment, nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created", moment, nullable=False),
        sa.Column("moved", moment, nullable=False),
    )
    op.create_index("ix_replay_site", "replay", ["site_id", "plugin", "id"])
    op.create_index(
        "ix_comment_waiting",
        "comment",
        ["site_id", "status", "thread_id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    _fill(day_count)


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f(f"fk_{name}_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _fill(day_count: sa.Table) -> None:
    """Count what is there already."""
    created, at = _day("comment.created"), _day("event.at")
    counts = _objections(created)
    for site_id, day, status, number in _rows(
        f"SELECT site_id, {created}, status, count(*) FROM comment"  # noqa: S608
        f" GROUP BY site_id, {created}, status"
    ):
        counts[site_id, _date(day), "status", status] += number
    for site_id, day, who, number in _rows(_DECIDED.format(day=at)):
        counts[site_id, _date(day), "decided", who] += number
    for site_id, decided, held in _rows(_WAITS):
        if held is not None:
            waited, until = _moment(decided) - _moment(held), _moment(decided)
            step = max(0, math.floor(math.log2(max(waited.total_seconds(), 1.0)) * 4))
            counts[site_id, until.date(), "waited", str(step)] += 1
    names = ("site_id", "day", "what", "name")
    rows = [{**dict(zip(names, key, strict=True)), "number": n} for key, n in counts.items()]
    if rows:
        op.bulk_insert(day_count, rows)


def _objections(created: str) -> Counter[_Key]:
    counts: Counter[_Key] = Counter()
    for site_id, day, plugin, last, number in _rows(_OBJECTIONS.format(day=created)):
        counts[site_id, _date(day), "objected", plugin] += number
        if last in ("published", "spam", "rejected"):
            counts[site_id, _date(day), "judged", plugin] += number
        if last == "published":
            counts[site_id, _date(day), "overruled", plugin] += number
    return counts


def _rows(query: str) -> Iterator[Any]:
    return iter(op.get_bind().execute(sa.text(query)))


def _day(column: str) -> str:
    """Return the day of a moment in UTC."""
    if op.get_bind().dialect.name == "sqlite":
        return f"date({column})"
    return f"({column} AT TIME ZONE 'UTC')::date"


def _date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _moment(value: datetime | str) -> datetime:
    """Return a moment in UTC; SQLite keeps it as text, without its zone."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def downgrade() -> None:
    op.drop_index("ix_comment_waiting", "comment")
    op.drop_table("replay")
    op.drop_table("day_count")
