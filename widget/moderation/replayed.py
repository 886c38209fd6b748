"""What a replay found: a plugin's answers on past comments, against what was said and decided."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from widget.domain.comment import Comment, Status
from widget.domain.trail import UNANSWERED, TrailEntry
from widget.domain.verdict import Outcome

#: So many comments are named that the plugin judges otherwise than a moderator did.
MAX_NAMED = 50
#: So many of the newest comments are named of which the plugin says something else than it did.
MAX_CHANGED = 2_000
_MAX_REASON = 300
#: What a comment is said to have been where the plugin never saw it.
NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A comment that the plugin judges otherwise than a moderator did, with its reason."""

    comment: int
    decided: Status
    outcome: Outcome | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A comment of which the plugin says something else than it did.

    ``before`` and ``after`` are outcomes, answers, or ``NOT_ASKED``; ``decided`` is what a person
    made of the comment, if one did.
    """

    comment: int
    created: str
    before: str
    after: str
    reason: str
    decided: str | None


@dataclass(slots=True, kw_only=True)
class Replayed:
    """What the plugin said, against what moderators decided.

    A plugin *objects* that would hold, call spam or reject; a moderator *refused* what is spam
    or rejected. ``said`` counts answers by their word, ``decided`` the comments that a person
    decided on, by whether the plugin objected and whether they were refused. ``changed`` counts
    the comments of which the plugin says something else than it did, ``changes`` are the newest
    of them. ``unanswered`` is how many of the last comments in a row it gave no answer on.
    """

    comments: int = 0
    said: Counter[str] = field(default_factory=Counter)
    decided: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    otherwise: list[Otherwise] = field(default_factory=list)
    changed: int = 0
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=MAX_CHANGED))
    unanswered: int = 0

    @property
    def precision(self) -> float | None:
        """Return the part of its objections that moderators shared; of decided comments only."""
        return _part(self.decided[True, True], self.decided[True, False])

    @property
    def recall(self) -> float | None:
        """Return the part of what moderators refused that it objected to."""
        return _part(self.decided[True, True], self.decided[False, True])

    def add(
        self,
        comment: Comment,
        entry: TrailEntry,
        earlier: TrailEntry | None,
        decided: Status | None,
    ) -> None:
        """Count what the plugin said of a comment; ``earlier`` is what it had said of it."""
        outcome = entry.verdict.outcome if entry.verdict else None
        self.comments += 1
        self.said[_word(entry)] += 1
        self.unanswered = self.unanswered + 1 if entry.answer in UNANSWERED else 0
        self._compare(comment, entry, earlier, decided)
        if decided is None:
            return
        objects, refused = outcome not in (None, Outcome.ALLOW), decided is not Status.PUBLISHED
        self.decided[objects, refused] += 1
        if objects is not refused and len(self.otherwise) < MAX_NAMED:
            self.otherwise.append(Otherwise(comment.id, decided, outcome, entry.reason))

    def _compare(
        self,
        comment: Comment,
        entry: TrailEntry,
        earlier: TrailEntry | None,
        decided: Status | None,
    ) -> None:
        if entry.answer in UNANSWERED or _word(entry) == (earlier and _word(earlier)):
            return
        if earlier is None and entry.verdict is None:
            return
        self.changed += 1
        self.changes.append(
            Change(
                comment=comment.id,
                created=comment.created.isoformat(),
                before=_word(earlier) if earlier else NOT_ASKED,
                after=_word(entry),
                reason=entry.reason[:_MAX_REASON],
                decided=decided.value if decided else None,
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON has it; ``from_json`` reads it."""
        return {
            "comments": self.comments,
            "said": dict(self.said),
            "decided": [[*key, number] for key, number in self.decided.items()],
            "otherwise": [asdict(one) for one in self.otherwise],
            "changed": self.changed,
            "changes": [asdict(one) for one in self.changes],
            "unanswered": self.unanswered,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Replayed":
        """Return what ``as_json`` gave; of nothing, a replay that has not begun."""
        if not kept:
            return cls()
        return cls(
            comments=kept["comments"],
            said=Counter(kept["said"]),
            decided=Counter({(said, was): n for said, was, n in kept["decided"]}),
            otherwise=[_otherwise(**one) for one in kept["otherwise"]],
            changed=kept["changed"],
            changes=deque((Change(**one) for one in kept["changes"]), maxlen=MAX_CHANGED),
            unanswered=kept["unanswered"],
        )


def _otherwise(comment: int, decided: str, outcome: str | None, reason: str) -> Otherwise:
    said = Outcome(outcome) if outcome else None
    return Otherwise(comment, Status(decided), said, reason)


def _word(entry: TrailEntry) -> str:
    return entry.verdict.outcome.value if entry.verdict else entry.answer.value


def _part(shared: int, alone: int) -> float | None:
    return shared / (shared + alone) if shared + alone else None
