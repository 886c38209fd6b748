"""Errors → RFC 9457 problem details, in one table."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from widget.domain import errors
from widget.domain.errors import FieldError, WidgetError
from widget.domain.words import joined, say
from widget.http.language import mark_language, tell

log = logging.getLogger("comment_widget.http")

MEDIA_TYPE = "application/problem+json"

#: The HTTP status of each error; the nearest class in an error's ancestry counts.
STATUS: dict[type[WidgetError], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.WidgetError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
BUSY_RETRY_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTo:
    """Where a comment is now: on the page at ``url``, in its thread of that id if it has one."""

    comment: int
    url: str
    thread: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem document (RFC 9457). ``errors`` is there where a field is at fault.

    ``moved`` is there where the comment that was asked for is on another page now.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: Sequence[FieldError] = ()
    moved: MovedTo | None = None


def problem(
    status: int,
    detail: str,
    faults: Sequence[FieldError] = (),
    title: str | None = None,
    moved: MovedTo | None = None,
) -> Response:
    """Return a problem document (RFC 9457), in the language that the request asks for."""
    words = title or HTTPStatus(status).phrase
    told = tuple(FieldError(fault.field, tell(fault.message)) for fault in faults)
    body = asdict(
        Problem(title=words, status=int(status), detail=tell(detail), errors=told, moved=moved)
    )
    for name in ("errors", "moved"):
        if not body[name]:
            del body[name]
    response = Response(orjson.dumps(body), status=status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return mark_language(response)


def problem_of(error: WidgetError) -> Response:
    """Return the problem document of one of the product's own errors."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    faults = error.errors if isinstance(error, errors.Invalid | errors.Refused) else ()
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unexpected(error)
    moved = None
    if isinstance(error, errors.Moved):
        moved = MovedTo(comment=error.comment_id, url=error.url, thread=error.thread)
    response = problem(status, words_of(error), faults, moved=moved)
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, errors.Busy):
        response.headers["Retry-After"] = str(BUSY_RETRY_S)
    return response


def words_of(error: WidgetError) -> str:
    """Return what an error tells a reader, ready to be said in their language."""
    if isinstance(error, errors.Invalid):
        return joined(*(fault.message for fault in error.errors))
    return error.args[0] if error.args else ""


def answer_errors(app: Flask) -> None:
    """Let every error of the application be answered as a problem document."""

    def own(error: WidgetError) -> Response:
        return problem_of(error)

    def framework(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        words = error.description or HTTPStatus(status).description
        if isinstance(error, RequestEntityTooLarge):
            words = say("This is larger than the server accepts.")
        response = problem(status, words)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
        return response

    def unexpected(error: Exception) -> Response:
        return _unexpected(error)

    app.register_error_handler(WidgetError, own)
    app.register_error_handler(HTTPException, framework)
    app.register_error_handler(Exception, unexpected)


def _unexpected(error: Exception) -> Response:
    """Answer a fault of ours: an id to look it up by, and nothing of what happened."""
    name = secrets.token_hex(6)
    log.error("request failed, id %s", name, exc_info=error)
    detail = say(
        "Something went wrong on the server. If it goes on, tell its owner this id: {id}.", id=name
    )
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
