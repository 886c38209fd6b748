"""The shapes of votes, reports and wishes for a review on the wire."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from widget.http.api.wire import RequestBody, Standing


def _stripped(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise ValueError("Say what is wrong with it.")
    return said


class VoteBody(RequestBody):
    """A vote: 1 up, -1 down, 0 for none."""

    value: Annotated[int, Field(strict=True, ge=-1, le=1)]


class FlagBody(RequestBody):
    """Why a reader reports a comment."""

    # The limit counts what is sent, as the document says, and not what is left of it.
    reason: Annotated[
        str, StringConstraints(min_length=1, max_length=500), AfterValidator(_stripped)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteAnswer:
    """A comment's score, and the reader's vote in it."""

    score: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagAnswer:
    """The answer to a report."""

    score: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnswer:
    """The answer to an author who asks for a review."""

    status: Standing
    message: str
