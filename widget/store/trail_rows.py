"""Rows of trails as what they say."""

from widget.domain.trail import Answer, Mode, OnFailure, TrailEntry
from widget.domain.verdict import Outcome, Verdict
from widget.store.tables import TrailRow


def entry_of(row: TrailRow) -> TrailEntry:
    """Return a row of the trail as what it says."""
    verdict = (
        Verdict(
            outcome=Outcome(row.outcome), reason=row.reason, message=row.message, score=row.score
        )
        if row.outcome
        else None
    )
    return TrailEntry(
        plugin=row.plugin,
        version=row.version,
        mode=Mode(row.mode),
        answer=Answer(row.answer),
        verdict=verdict,
        reason=row.reason,
        duration_ms=row.duration_ms,
        settings_revision=row.settings_revision,
        at=row.at,
        on_failure=OnFailure(row.on_failure or OnFailure.HOLD),
    )
