"""A snapshot as an HTTP answer: built with Flask the first time, without it from then on."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Request, Response

from widget.domain.errors import Busy
from widget.http.negotiate import coding_for, matches
from widget.snapshot.cache import Snapshot, Snapshots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/api/v1/thread"
JSON = "application/json"
#: A cache may keep the page and asks whether it is still true: a moderated comment is gone at
#: the next reading, wherever the page was kept.
CACHE_CONTROL = "public, no-cache"
#: The kind of answer that says that the client's copy is true; no content coding's name.
_UNCHANGED = "unchanged"
_COMMON = [
    ("Cache-Control", CACHE_CONTROL),
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
]


def snapshot_headers(
    snapshot: Snapshot, coding: str, media_type: str = JSON
) -> list[tuple[str, str]]:
    """Return the headers of a snapshot in a coding, its length included."""
    headers = [
        ("Content-Type", media_type),
        *_COMMON,
        ("ETag", snapshot.encoded.etag),
        ("Content-Length", str(len(snapshot.encoded.bodies[coding]))),
    ]
    if coding != "identity":
        headers.append(("Content-Encoding", coding))
    return headers


def respond(snapshot: Snapshot, request: Request, media_type: str = JSON) -> Response:
    """Answer a request with a snapshot: its bytes, or 304 where the client has them."""
    etag = snapshot.encoded.etag
    if matches(request.headers.get("If-None-Match", ""), etag):
        response = Response(status=304)
        for name, value in _COMMON:
            response.headers[name] = value
        response.headers["ETag"] = etag
        return response
    coding = coding_for(request.headers.get("Accept-Encoding", ""))
    return Response(
        snapshot.encoded.bodies[coding], headers=snapshot_headers(snapshot, coding, media_type)
    )


class SnapshotsFirst:
    """WSGI middleware: a thread that is at hand is answered before the framework is entered."""

    def __init__(self, application: "WSGIApplication", snapshots: Snapshots) -> None:
        self._application = application
        self._get: Callable[[str], Snapshot | None] = snapshots.get

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer from a snapshot, or pass the request on."""
        if environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "GET":
            try:
                snapshot = self._get(environ["QUERY_STRING"])
            except Busy:
                # The application asks the same, and knows how to answer it.
                snapshot = None
            if snapshot is not None:
                return _answer(snapshot, environ, start_response)
        return self._application(environ, start_response)


def _answer(
    snapshot: Snapshot, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None and matches(known, snapshot.encoded.etag):
        status, kind = "304 Not Modified", _UNCHANGED
    else:
        status, kind = "200 OK", coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    headers, body = snapshot.answers.get(kind) or _prepare(snapshot, kind)
    start_response(status, headers)
    return body


def _prepare(snapshot: Snapshot, kind: str) -> tuple[list[tuple[str, str]], tuple[bytes, ...]]:
    """Make the headers and body of a kind of answer once; they are handed out as they are."""
    answer: tuple[list[tuple[str, str]], tuple[bytes, ...]]
    if kind == _UNCHANGED:
        answer = ([*_COMMON, ("ETag", snapshot.encoded.etag)], ())
    else:
        answer = (snapshot_headers(snapshot, kind), (snapshot.encoded.bodies[kind],))
    snapshot.answers[kind] = answer
    return answer
