"""A comment's trail: what each plugin decided, why, in which version, how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from widget.domain.verdict import Outcome, Verdict
from widget.domain.words import say

NOT_CHECKED = say("Your comment could not be checked right now. Please try again later.")


class Mode(StrEnum):
    """How a plugin takes part on a site: not at all, recorded only, or deciding."""

    OFF = "off"
    SHADOW = "shadow"
    ON = "on"


class OnFailure(StrEnum):
    """What becomes of a comment that a plugin could not check."""

    HOLD = "hold"
    IGNORE = "ignore"
    REJECT = "reject"


class Answer(StrEnum):
    """How asking a plugin ended.

    ``NO_CONSENT``: the reader didn't agree that it is asked. ``NOT_ASKED``: another one had
    objected, and on the site the first objection ends the asking.
    """

    VERDICT = "verdict"
    ABSTAINED = "abstained"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    NO_CONSENT = "no_consent"
    NOT_ASKED = "not_asked"


#: Answers that are none. Where the plugin's failures hold, the check is owed: it is asked again.
UNANSWERED = frozenset({Answer.FAILED, Answer.TIMED_OUT, Answer.SKIPPED})
#: Where the owner said what becomes of the comment. Without the reader's consent nothing is owed.
OWNER_SAYS = UNANSWERED | {Answer.NO_CONSENT}


_MEANS = {
    OnFailure.HOLD: Outcome.HOLD,
    OnFailure.IGNORE: None,
    OnFailure.REJECT: Outcome.REJECT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One plugin's part in one judgement. ``duration_ms`` is wall time in milliseconds.

    ``on_failure`` is what the owner wanted to become of a comment that the plugin can't check, or
    may not be asked about.
    """

    plugin: str
    version: str
    mode: Mode
    answer: Answer
    verdict: Verdict | None
    reason: str
    duration_ms: float
    settings_revision: int
    at: datetime
    on_failure: OnFailure = OnFailure.HOLD

    @property
    def outcome(self) -> Outcome | None:
        """Return what this entry asks for: its verdict's, or what a failure of it means."""
        if self.mode is not Mode.ON:
            return None
        if self.answer in OWNER_SAYS:
            return _MEANS[self.on_failure]
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
            entry.verdict or Verdict.reject(entry.reason, message=NOT_CHECKED)
            for entry in self.entries
            if entry.outcome is Outcome.REJECT
        ]
        return min(rejecting, key=lambda verdict: not verdict.can_be_mended, default=None)

    @property
    def owed(self) -> tuple[str, ...]:
        """Return the plugins that still owe their answer."""
        return owed_by(self.entries)


def owed_by(entries: Sequence[TrailEntry]) -> tuple[str, ...]:
    """Return the plugins that were on, gave no answer and hold the comment by that."""
    return tuple(
        entry.plugin
        for entry in entries
        if entry.answer in UNANSWERED and entry.outcome is Outcome.HOLD
    )
