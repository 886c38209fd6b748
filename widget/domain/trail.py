"""A comment's trail: what each plugin decided, why, in which version, how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from widget.domain.verdict import Outcome, Verdict


class Mode(StrEnum):
    """How a plugin takes part on a site: not at all, recorded only, or deciding."""

    OFF = "off"
    SHADOW = "shadow"
    ON = "on"


class Answer(StrEnum):
    """How asking a plugin ended."""

    VERDICT = "verdict"
    ABSTAINED = "abstained"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"


#: Answers after which the check is owed: the comment is held and the plugin asked again.
UNANSWERED = frozenset({Answer.FAILED, Answer.TIMED_OUT, Answer.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One plugin's part in one judgement. ``duration_ms`` is wall time in milliseconds."""

    plugin: str
    version: str
    mode: Mode
    answer: Answer
    verdict: Verdict | None
    reason: str
    duration_ms: float
    settings_revision: int
    at: datetime

    @property
    def outcome(self) -> Outcome | None:
        """Return what this entry asks for: its verdict's outcome, or a hold where it failed."""
        if self.mode is not Mode.ON:
            return None
        if self.answer in UNANSWERED:
            return Outcome.HOLD
        return self.verdict.outcome if self.verdict else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All verdicts on a submission and what the pipeline made of them."""

    outcome: Outcome
    reason: str
    entries: Sequence[TrailEntry]

    @property
    def refusal(self) -> Verdict | None:
        """Return the rejecting verdict that the reader is told, if there is one.

        One that the reader can mend comes first: an answer which helps beats one that ends.
        """
        rejecting = [
            entry.verdict
            for entry in self.entries
            if entry.outcome is Outcome.REJECT and entry.verdict is not None
        ]
        return min(rejecting, key=lambda verdict: not verdict.can_be_mended, default=None)

    @property
    def owed(self) -> tuple[str, ...]:
        """Return the plugins that still owe their answer."""
        return owed_by(self.entries)


def owed_by(entries: Sequence[TrailEntry]) -> tuple[str, ...]:
    """Return the plugins that were on and gave no answer."""
    return tuple(
        entry.plugin for entry in entries if entry.mode is Mode.ON and entry.answer in UNANSWERED
    )
