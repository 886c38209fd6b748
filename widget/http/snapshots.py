"""A snapshot as an HTTP answer: built with Flask the first time, without it from then on."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Request, Response

from widget.http.negotiate import coding_for, matches
from widget.snapshot.cache import Snapshot, Snapshots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/api/v1/thread"
#: A cache may keep the page and asks whether it is still true: a moderated comment is gone at
#: the next reading, wherever the page was kept.
CACHE_CONTROL = "public, no-cache"
_COMMON = [
    ("Content-Type", "application/json"),
    ("Cache-Control", CACHE_CONTROL),
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
]


def snapshot_headers(snapshot: Snapshot, coding: str) -> list[tuple[str, str]]:
    """Return the headers of a snapshot in a coding, its length included."""
    headers = [
        *_COMMON,
        ("ETag", snapshot.encoded.etag),
        ("Content-Length", str(len(snapshot.encoded.bodies[coding]))),
    ]
    if coding != "identity":
        headers.append(("Content-Encoding", coding))
    return headers


def respond(snapshot: Snapshot, request: Request) -> Response:
    """Answer a request with a snapshot: its bytes, or 304 where the client has them."""
    etag = snapshot.encoded.etag
    if matches(request.headers.get("If-None-Match", ""), etag):
        response = Response(status=304)
        for name, value in _COMMON[1:]:
            response.headers[name] = value
        response.headers["ETag"] = etag
        return response
    coding = coding_for(request.headers.get("Accept-Encoding", ""))
    return Response(snapshot.encoded.bodies[coding], headers=snapshot_headers(snapshot, coding))


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
            snapshot = self._get(environ["QUERY_STRING"])
            if snapshot is not None:
                return _answer(snapshot, environ, start_response)
        return self._application(environ, start_response)


def _answer(
    snapshot: Snapshot, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    etag = snapshot.encoded.etag
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None and matches(known, etag):
        start_response("304 Not Modified", [*_COMMON[1:], ("ETag", etag)])
        return ()
    coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    start_response("200 OK", snapshot_headers(snapshot, coding))
    return (snapshot.encoded.bodies[coding],)
