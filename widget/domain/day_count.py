"""What one comment adds to its site's counts by day. Days are those of UTC."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum

from widget.domain.comment import PERSON, PIPELINE, Event, Status

#: Seconds are counted in steps of this many to a doubling: a step is 19 % wide.
_STEPS = 4
PEOPLE = "people"


class Counted(StrEnum):
    """What is counted; each has names of its own.

    By the day on which a comment was written: where it stands (``status``, by status), and by
    plugin, whether that objects to it (``objected``), whether a person decided on it all the same
    (``judged``), and published it (``overruled``). By the day of the decision: who decided
    (``decided``, ``pipeline`` or ``people``), and how long a held comment had waited for a person
    (``waited``, by ``step_of`` its seconds).
    """

    STATUS = "status"
    OBJECTED = "objected"
    JUDGED = "judged"
    OVERRULED = "overruled"
    DECIDED = "decided"
    WAITED = "waited"


#: How many of what there are on which day.
Counts = Counter[tuple[date, Counted, str]]


def counts_of(
    created: datetime, status: Status, events: Sequence[Event], objecting: Iterable[str]
) -> Counts:
    """Return what a comment adds: its events in order, and the plugins that object to it now."""
    written = day_of(created)
    counts: Counts = Counter({(written, Counted.STATUS, status.value): 1})
    last = last_decided(events)
    for plugin in objecting:
        counts[written, Counted.OBJECTED, plugin] += 1
        if last is not None:
            counts[written, Counted.JUDGED, plugin] += 1
        if last is Status.PUBLISHED:
            counts[written, Counted.OVERRULED, plugin] += 1
    held: datetime | None = None
    for event in events:
        who = decider(event)
        if who is not None:
            counts[day_of(event.at), Counted.DECIDED, who] += 1
        if who == PEOPLE and event.before is Status.PENDING and held is not None:
            step = step_of((event.at - held).total_seconds())
            counts[day_of(event.at), Counted.WAITED, str(step)] += 1
        if event.after is Status.PENDING and event.before is not Status.PENDING:
            held = event.at
    return counts


def decider(event: Event) -> str | None:
    """Return whether the pipeline or people decided by an event; ``None`` where neither did.

    To hold a comment is to leave it to somebody else, and to take a decision back is none.
    """
    if event.before is event.after or event.after is Status.PENDING or event.undoes is not None:
        return None
    if event.actor.startswith(PERSON):
        return PEOPLE
    return PIPELINE if event.actor == PIPELINE else None


def last_decided(events: Sequence[Event]) -> Status | None:
    """Return what the last word of a person made of a comment; a deletion says nothing."""
    mine = [event for event in events if event.actor.startswith(PERSON)]
    last = mine[-1].after if mine else None
    return last if last in (Status.PUBLISHED, Status.SPAM, Status.REJECTED) else None


def day_of(moment: datetime) -> date:
    """Return the day of a moment in UTC."""
    return moment.astimezone(UTC).date()


def step_of(seconds: float) -> int:
    """Return the step in which a time of waiting is counted."""
    return max(0, math.floor(math.log2(max(seconds, 1.0)) * _STEPS))


def percentile(steps: Mapping[int, int], share: float) -> float | None:
    """Return the seconds within which this share of those counted had waited, to some 9 %."""
    total = sum(steps.values())
    seen = 0
    for step in sorted(steps):
        seen += steps[step]
        if seen and seen >= total * share:
            return float(2 ** ((step + 0.5) / _STEPS))
    return None
