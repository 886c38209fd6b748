"""How a plugin does on a site: how quick, how often it objects, fails and is overruled."""

from collections.abc import Sequence
from dataclasses import dataclass

from widget.domain.comment import Event, Status
from widget.domain.site import Site
from widget.domain.trail import UNANSWERED, Answer, TrailEntry
from widget.domain.verdict import Outcome
from widget.publication.parts import Parts
from widget.store.health import lately

_PERSON = "person:"
#: Comments that it was not to be asked about; and those, too, that it could not be asked about.
_PASSED_BY = frozenset({Answer.NO_CONSENT, Answer.NOT_ASKED})
_NOT_ASKED = _PASSED_BY | {Answer.SKIPPED}
_REFUSED = frozenset({Status.SPAM, Status.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A plugin's figures over the newest comments of a site.

    ``p50_ms`` and ``p95_ms`` are how long it took, in milliseconds. ``objected`` counts verdicts
    to hold, spam or reject; ``decided`` those verdicts, vouching ones too, on comments that a
    person decided on, ``overruled`` those of them that the person saw otherwise.
    """

    asked: int
    p50_ms: float
    p95_ms: float
    objected: int
    failed: int
    decided: int
    overruled: int

    def share(self, number: int) -> str:
        """Return a number of those asked in per cent."""
        return f"{number / self.asked:.1%}" if self.asked else "0 %"


def health_of(parts: Parts, site: Site, plugin: str) -> Health:
    """Return how a plugin did on the newest comments of a site."""
    with parts.database.read() as session:
        found = lately(session, site.id, plugin)
    asked = [entry for _, entry in found.entries if entry.answer not in _NOT_ASKED]
    times = sorted(entry.duration_ms for entry in asked)
    judged = [
        _overruled(entry, found.events.get(comment_id, ()))
        for comment_id, entry in found.entries
        if entry.verdict is not None
    ]
    known = [one for one in judged if one is not None]
    return Health(
        asked=sum(entry.answer not in _PASSED_BY for _, entry in found.entries),
        p50_ms=_percentile(times, 0.5),
        p95_ms=_percentile(times, 0.95),
        objected=sum(_objects(entry) for _, entry in found.entries),
        failed=sum(entry.answer in UNANSWERED for _, entry in found.entries),
        decided=len(known),
        overruled=sum(known),
    )


def _objects(entry: TrailEntry) -> bool:
    return entry.verdict is not None and entry.verdict.outcome is not Outcome.ALLOW


def _overruled(entry: TrailEntry, events: Sequence[Event]) -> bool | None:
    """Tell whether the last person who decided saw it otherwise; ``None`` where nobody did."""
    by_people = [event for event in events if event.actor.startswith(_PERSON)]
    if not by_people:
        return None
    after = by_people[-1].after
    if after is Status.PUBLISHED:
        return _objects(entry)
    return not _objects(entry) if after in _REFUSED else None


def _percentile(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
