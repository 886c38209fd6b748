"""A move: comments that went from one page's thread to another's."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Comments that went from the thread ``source_id`` to ``target_id``, by whom and when.

    ``comment_id`` is the comment that was moved with its replies, ``None`` where the threads were
    merged. ``undoes`` is the move that this one takes back.
    """

    id: int
    source_id: int
    target_id: int
    comment_id: int | None
    actor: str
    at: datetime
    undoes: int | None = None

    @property
    def is_merge(self) -> bool:
        """Tell whether it is about all comments of a page, not about one with its replies."""
        return self.comment_id is None
