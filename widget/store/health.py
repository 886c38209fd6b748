"""How plugins did of late: their trail entries, and what people decided after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from widget.domain.comment import Event
from widget.domain.trail import TrailEntry
from widget.store import trails
from widget.store.database import Session
from widget.store.tables import CommentRow, TrailRow
from widget.store.trail_rows import entry_of

#: So many of a site's newest comments are looked at: enough to tell, and quick at any size.
LOOKED_AT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """A plugin's entries on the newest comments of a site, and the decisions on these."""

    entries: Sequence[tuple[int, TrailEntry]]
    events: Mapping[int, Sequence[Event]]


def lately(session: Session, site_id: int, plugin: str) -> Lately:
    """Return how a plugin did on the newest comments of a site."""
    newest = list(
        session.scalars(
            select(CommentRow.id)
            .where(CommentRow.site_id == site_id)
            .order_by(CommentRow.id.desc())
            .limit(LOOKED_AT)
        )
    )
    rows = session.scalars(
        select(TrailRow)
        .where(TrailRow.comment_id.in_(newest), TrailRow.plugin == plugin)
        .order_by(TrailRow.id)
    )
    entries = [(row.comment_id, entry_of(row)) for row in rows]
    concerned = sorted({comment_id for comment_id, _ in entries})
    return Lately(entries=entries, events=trails.events_by_comment(session, concerned))
