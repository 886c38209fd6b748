"""The shapes of the wire contract: what is read from requests, and what answers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import orjson
from flask import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from widget.domain.errors import FieldError, Invalid, Malformed
from widget.domain.ids import MAX_ID, read_id
from widget.domain.thread_page import PublicComment, PublicThread, Sort
from widget.snapshot.read import Question

MAX_KEY = 255
MAX_TAG = 35
#: The greatest whole number that every JSON reader keeps exact (RFC 8259 §6).
MAX_NUMBER = (1 << 53) - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
Line = Annotated[str, StringConstraints(max_length=1000)]
Number = Annotated[int, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
AnswerValue = bool | Number | Annotated[str, StringConstraints(max_length=8000)] | None
#: How a comment stands, as a reader or its author may know it.
Standing = Annotated[
    str, Field(json_schema_extra={"enum": ["published", "pending", "rejected", "deleted"]})
]
Body = TypeVar("Body", bound=BaseModel)


class RequestBody(BaseModel):
    """What a request may hold. What a reader may not set is no field, and so has no effect."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class AuthorFields(RequestBody):
    """Who writes, as far as they say."""

    name: Line | None = None
    email: Line | None = None
    website: Line | None = None


class NewCommentBody(RequestBody):
    """A submission."""

    site: Line
    url: Annotated[str, StringConstraints(max_length=4096)]
    thread: Line | None = None
    title: Annotated[str, StringConstraints(max_length=2000)] | None = None
    parent: Id | None = None
    author: AuthorFields = AuthorFields()
    body: str
    subscribe: Annotated[bool, Field(strict=True)] | Literal["none", "replies", "thread"] = False
    answers: Annotated[dict[Line, AnswerValue], Field(max_length=40)] = {}


class EditBody(RequestBody):
    """A new text for one's own comment."""

    body: str


class PreviewBody(RequestBody):
    """A text to be shown as it would be published."""

    site: Line
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedAnswer:
    """The answer to a submission; ``token`` lets its author edit or delete it."""

    status: Standing
    comment: PublicComment
    token: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedAnswer:
    """The answer to an edit."""

    status: Standing
    comment: PublicComment
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOnPage:
    """Where a comment stands: the top-level comment above it, and all those between."""

    root: int
    ancestors: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAnswer:
    """One comment with its place; ``message`` tells its author why it was refused."""

    status: Standing
    comment: PublicComment
    thread: PublicThread
    place: PlaceOnPage
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesAnswer:
    """More replies of one comment."""

    comments: Sequence[PublicComment]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsAnswer:
    """The number of published comments of each page, by its URL as asked."""

    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewAnswer:
    """A text as it would be published."""

    html: str


def read_body(request: Request, model: type[Body]) -> Body:
    """Return a request's JSON body, checked.

    Raises:
        UnsupportedMediaType: where it doesn't say that it is JSON in UTF-8.
        RequestEntityTooLarge: where it is larger than the server accepts.
        Malformed: where it is no JSON, or no object.
        Invalid: naming each field at fault.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send JSON, as application/json in UTF-8.")
    try:
        value = orjson.loads(_bytes(request))
    except orjson.JSONDecodeError as error:
        raise Malformed([FieldError("", "This is not JSON in UTF-8.")]) from error
    if not isinstance(value, dict):
        raise Malformed([FieldError("", "A JSON object was expected.")])
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Invalid(_faults(error)) from error


def _bytes(request: Request) -> bytes:
    data = request.get_data()
    limit = request.max_content_length
    # A chunked body has no length to refuse it by; what is read of it ends at the limit.
    if request.content_length is None and limit is not None and len(data) >= limit:
        raise RequestEntityTooLarge
    return data


def idempotency_key(request: Request) -> str:
    """Return the client's key of a submission, empty where it gave none.

    Raises:
        Malformed: where it is too long: cut, two keys could become one.
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MAX_KEY:
        raise Malformed([FieldError("Idempotency-Key", f"At most {MAX_KEY} characters.")])
    return key


def read_question(request: Request) -> Question:
    """Return what a reader asks of a thread.

    Raises:
        Malformed: where a parameter is missing or can't be read.
    """
    return Question(
        site=parameter(request, "site"),
        url=parameter(request, "url"),
        thread=optional_parameter(request, "thread"),
        sort=_sort(optional_parameter(request, "sort") or ""),
        after=optional_parameter(request, "after"),
        around=_id(optional_parameter(request, "around") or ""),
        lang=read_language(request),
    )


def read_language(request: Request) -> str | None:
    """Return the language tag (BCP 47) that a reader asks for, ``None`` where none is given.

    Raises:
        Malformed: where it is longer than any tag.
    """
    tag = optional_parameter(request, "lang")
    if tag and len(tag) > MAX_TAG:
        raise Malformed([FieldError("lang", f"At most {MAX_TAG} characters.")])
    return tag


def parameter(request: Request, name: str) -> str:
    """Return a query parameter.

    Raises:
        Malformed: where it is missing or empty, or comes twice.
    """
    value = optional_parameter(request, name)
    if not value:
        raise Malformed([FieldError(name, f"The parameter {name!r} is missing.")])
    return value


def optional_parameter(request: Request, name: str) -> str | None:
    """Return a query parameter, ``None`` where it isn't given.

    Raises:
        Malformed: where it comes twice: a cache or filter may have read the other one.
    """
    values = request.args.getlist(name)
    if len(values) > 1:
        raise Malformed([FieldError(name, f"The parameter {name!r} comes {len(values)} times.")])
    return values[0] if values else None


def _sort(text: str) -> Sort:
    if not text:
        return Sort.OLDEST
    try:
        return Sort(text)
    except ValueError as error:
        listed = ", ".join(Sort)
        raise Malformed([FieldError("sort", f"Choose one of {listed}.")]) from error


def _id(text: str) -> int | None:
    if not text:
        return None
    number = read_id(text)
    if number is None:
        raise Malformed([FieldError("around", "This is not the number of a comment.")])
    return number


def _faults(error: ValidationError) -> list[FieldError]:
    faults: dict[str, str] = {}
    for fault in error.errors(include_input=False, include_url=False):
        names = [str(part) for part in fault["loc"]]
        where = ".".join(names[:2] if names[0] == "author" else names[:1])
        faults.setdefault(where, _words(fault))
    return [FieldError(field, message) for field, message in faults.items()]


def _words(fault: ErrorDetails) -> str:
    if fault["type"] == "missing":
        return "This is missing."
    return f"{fault['msg'].removeprefix('Value error, ')}."
