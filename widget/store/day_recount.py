"""The counts by day made anew, to see whether those that are kept are right.

This looks through everything, and so is for ``comment-widget check`` alone. It is written as
queries, apart from the rule by which counts are kept (``domain.day_count``): the two agree only
where both are right.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Select, and_, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from widget.domain.comment import PERSON, PIPELINE, Status
from widget.domain.day_count import PEOPLE, Counted, day_of, step_of
from widget.domain.trail import Mode
from widget.store.database import Session
from widget.store.day_counts import OBJECTIONS, SiteCounts
from widget.store.tables import CommentRow, DayCountRow, EventRow, SiteRow, TrailRow

_BY_PEOPLE = EventRow.actor.like(f"{PERSON}%")


def wrong_days(session: Session) -> list[str]:
    """Return a line for each count of a day that is wrong."""
    rows = session.execute(
        select(
            DayCountRow.site_id,
            DayCountRow.day,
            DayCountRow.what,
            DayCountRow.name,
            func.sum(DayCountRow.number),
        ).group_by(DayCountRow.site_id, DayCountRow.day, DayCountRow.what, DayCountRow.name)
    )
    kept = Counter({(site, day, Counted(what), name): int(n) for site, day, what, name, n in rows})
    counted = recount(session)
    keys = {site_id: key for site_id, key in session.execute(select(SiteRow.id, SiteRow.key))}
    return [
        f"the site {keys[site_id]} has {kept[site_id, day, what, name]} of {what} {name}"
        f" on {day}, and counting gives {counted[site_id, day, what, name]}"
        for site_id, day, what, name in sorted({*kept, *counted})
        if kept[site_id, day, what, name] != counted[site_id, day, what, name]
    ]


def recount(session: Session) -> SiteCounts:
    """Return all counts of all sites and days, made from what they count."""
    counted: SiteCounts = Counter()
    for what, query in (
        (Counted.STATUS, _statuses(session)),
        (Counted.DECIDED, _decided(session)),
    ):
        for site_id, day, named, number in session.execute(query):
            counted[site_id, _date(day), what, named] += number
    _count_objections(counted, session.execute(_objections(session)))
    _count_waits(counted, session.execute(_waits()))
    return counted


def _statuses(session: Session) -> Select[Any]:
    day = _day(session, CommentRow.created)
    query = select(CommentRow.site_id, day, CommentRow.status, func.count())
    return query.group_by(CommentRow.site_id, day, CommentRow.status)


def _decided(session: Session) -> Select[Any]:
    day = _day(session, EventRow.at)
    who = case((EventRow.actor == PIPELINE, PIPELINE), else_=PEOPLE)
    return (
        select(CommentRow.site_id, day, who, func.count())
        .join(CommentRow, CommentRow.id == EventRow.comment_id)
        .where(
            func.coalesce(EventRow.before, "") != EventRow.after,
            EventRow.after != Status.PENDING,
            EventRow.undoes.is_(None),
            (EventRow.actor == PIPELINE) | _BY_PEOPLE,
        )
        .group_by(CommentRow.site_id, day, who)
    )


def _objections(session: Session) -> Select[Any]:
    """Return objections that are a plugin's last word, by what a person made of the comment."""
    day, later = _day(session, CommentRow.created), aliased(TrailRow)
    last = (
        select(EventRow.after)
        .where(EventRow.comment_id == CommentRow.id, _BY_PEOPLE)
        .order_by(EventRow.id.desc())
        .limit(1)
        .correlate(CommentRow)
        .scalar_subquery()
    )
    is_last = ~(
        select(later.id)
        .where(
            later.comment_id == TrailRow.comment_id,
            later.plugin == TrailRow.plugin,
            later.id > TrailRow.id,
        )
        .exists()
    )
    return (
        select(CommentRow.site_id, day, TrailRow.plugin, last, func.count())
        .join(CommentRow, CommentRow.id == TrailRow.comment_id)
        .where(TrailRow.mode == Mode.ON, TrailRow.outcome.in_(OBJECTIONS), is_last)
        .group_by(CommentRow.site_id, day, TrailRow.plugin, last)
    )


def _count_objections(counted: SiteCounts, rows: Iterable[Any]) -> None:
    for site_id, day, plugin, last, number in rows:
        counted[site_id, _date(day), Counted.OBJECTED, plugin] += number
        if last in (Status.PUBLISHED, Status.SPAM, Status.REJECTED):
            counted[site_id, _date(day), Counted.JUDGED, plugin] += number
        if last == Status.PUBLISHED:
            counted[site_id, _date(day), Counted.OVERRULED, plugin] += number


def _waits() -> Select[int, datetime, datetime]:
    """Return when a person decided on a held comment, and when it was held last before that."""
    held = aliased(EventRow)
    since = (
        select(held.at)
        .where(
            held.comment_id == EventRow.comment_id,
            held.id < EventRow.id,
            held.after == Status.PENDING,
            func.coalesce(held.before, "") != Status.PENDING,
        )
        .order_by(held.id.desc())
        .limit(1)
        .correlate(EventRow)
        .scalar_subquery()
    )
    return (
        select(CommentRow.site_id, EventRow.at, since)
        .join(CommentRow, CommentRow.id == EventRow.comment_id)
        .where(
            and_(EventRow.before == Status.PENDING, EventRow.after != Status.PENDING),
            EventRow.undoes.is_(None),
            _BY_PEOPLE,
        )
    )


def _count_waits(counted: SiteCounts, rows: Iterable[Any]) -> None:
    for site_id, at, held in rows:
        if held is not None:
            step = step_of((at - held).total_seconds())
            counted[site_id, day_of(at), Counted.WAITED, str(step)] += 1


def _day(session: Session, moment: InstrumentedAttribute[Any]) -> Any:  # noqa: ANN401  # as SQLAlchemy has it
    """Return the day of a moment in UTC, as the database says it."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(moment)
    return cast(func.timezone("UTC", moment), Date)


def _date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
