"""The terms in which a call is described."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from widget.domain.ids import MAX_ID

Schema = dict[str, object]

JSON, HTML = "application/json", "text/html"
#: What every call may be answered when the server has a fault, or its database is away.
ALWAYS = (500, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a call, in the terms of OpenAPI."""

    name: str
    where: str = "query"
    description: str
    schema: Schema
    required: bool = False
    example: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer that is no problem document. ``headers`` are names of ``HEADERS``."""

    status: int
    description: str
    model: type | None = None
    media_type: str = JSON
    schema: Schema | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call. ``proof`` is whether the edit token is asked for."""

    method: str
    path: str
    id: str
    tag: str
    summary: str
    description: str = ""
    parameters: Sequence[Parameter] = ()
    body: type | None = None
    answers: Sequence[Answer]
    problems: tuple[int, ...] = ()
    proof: Literal["none", "optional", "needed"] = "none"


COMMENT_ID = Parameter(
    name="comment_id",
    where="path",
    description="The comment's number.",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_ID},
    required=True,
    example=14,
)
