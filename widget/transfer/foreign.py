"""What any foreign format is read into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignComment:
    """A comment as its source has it. ``id`` and ``parent`` are the source's own."""

    id: str
    parent: str | None
    name: str | None
    email: str | None
    website: str | None
    body: str
    created: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignThread:
    """A page's comments in their order, as their source has them."""

    title: str | None
    comments: Sequence[ForeignComment]
