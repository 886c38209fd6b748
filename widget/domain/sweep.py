"""A sweep: one act on everything that somebody wrote on a site, which can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from widget.domain.comment import Status


class SweepAct(StrEnum):
    """What is done with each comment."""

    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    DELETE = "delete"


class KnownBy(StrEnum):
    """By what comments are known to belong together."""

    EMAIL = "email"
    ADDRESS = "address"
    NETWORK = "network"
    DOMAIN = "domain"


class SweepState(StrEnum):
    """How far a sweep is."""

    WORKING = "working"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


#: The status that an act gives.
AFTER: Mapping[SweepAct, Status] = {
    SweepAct.APPROVE: Status.PUBLISHED,
    SweepAct.HOLD: Status.PENDING,
    SweepAct.SPAM: Status.SPAM,
    SweepAct.DELETE: Status.DELETED,
}
#: The statuses that it changes. What was deleted stays so; only what is public is held.
CHANGES: Mapping[SweepAct, frozenset[Status]] = {
    SweepAct.APPROVE: frozenset({Status.PENDING, Status.SPAM, Status.REJECTED}),
    SweepAct.HOLD: frozenset({Status.PUBLISHED}),
    SweepAct.SPAM: frozenset({Status.PUBLISHED, Status.PENDING, Status.REJECTED}),
    SweepAct.DELETE: frozenset({Status.PUBLISHED, Status.PENDING, Status.SPAM, Status.REJECTED}),
}
_ACTIVE = frozenset({SweepState.WORKING, SweepState.UNDOING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One sweep. It changes comments up to the id ``through``, of which there were ``total``.

    ``position`` is how far it has come. ``ban_id`` is the ban that it belongs to, if it does.
    """

    id: int
    site_id: int
    act: SweepAct
    known_by: KnownBy
    actor: str
    undone_by: str | None
    ban_id: int | None
    through: int
    total: int
    state: SweepState
    position: int
    created: datetime

    @property
    def is_active(self) -> bool:
        """Tell whether it is under way or waits for its turn."""
        return self.state in _ACTIVE
