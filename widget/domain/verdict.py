"""What plugins say of a submission, and how their verdicts become one outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """What is to become of a submission, from the mildest to the strictest."""

    ALLOW = "allow"
    HOLD = "hold"
    SPAM = "spam"
    REJECT = "reject"

    @property
    def strictness(self) -> int:
        """Return 0 for allow up to 3 for reject."""
        return list(type(self)).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one plugin says of one submission. Abstaining is returning ``None`` instead.

    ``reason`` is for moderators and goes on the trail. ``message`` is for the reader and is
    shown only with a rejection. ``score`` is the plugin's own measure, any scale. ``field``
    names the form field a reader can mend; ``retry_after_s`` says when to try again: with
    either, a rejected submission is answered and not stored.
    """

    outcome: Outcome
    reason: str
    message: str | None = None
    score: float | None = None
    field: str | None = None
    retry_after_s: int | None = None

    @classmethod
    def allow(cls, reason: str, *, score: float | None = None) -> Self:
        """Vouch for the submission: it is released from the site policy's hold.

        Never from another plugin's verdict. To have no objection, return ``None`` instead.
        """
        return cls(outcome=Outcome.ALLOW, reason=reason, score=score)

    @classmethod
    def hold(cls, reason: str, *, score: float | None = None) -> Self:
        """Ask for a moderator's eye before publication."""
        return cls(outcome=Outcome.HOLD, reason=reason, score=score)

    @classmethod
    def spam(cls, reason: str, *, score: float | None = None) -> Self:
        """Call the submission spam; the reader is told that it is held."""
        return cls(outcome=Outcome.SPAM, reason=reason, score=score)

    @classmethod
    def reject(
        cls,
        reason: str,
        *,
        message: str,
        field: str | None = None,
        retry_after_s: int | None = None,
    ) -> Self:
        """Refuse the submission and tell the reader ``message``."""
        return cls(
            outcome=Outcome.REJECT,
            reason=reason,
            message=message,
            field=field,
            retry_after_s=retry_after_s,
        )

    @property
    def can_be_mended(self) -> bool:
        """Tell whether the reader may change something, or wait, and send it again."""
        return self.field is not None or self.retry_after_s is not None


def strictest(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the strictest of ``outcomes``, or ``None`` where there is none."""
    return max(outcomes, key=lambda outcome: outcome.strictness, default=None)
