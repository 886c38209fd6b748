"""A snapshot as an HTTP answer: built with Flask the first time, without it from then on."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Request, Response

from widget.domain.errors import Busy
from widget.domain.surrogate import site_surrogate, thread_surrogate
from widget.http.negotiate import coding_for, matches
from widget.snapshot.cache import Snapshot, Snapshots
from widget.snapshot.feed import FEED
from widget.snapshot.read import COUNTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: By path: what begins the name under which the answer to a query string is kept.
KEPT = {"/api/v1/thread": "", "/api/v1/counts": COUNTS}
#: A cache may keep the page and asks whether it is still true: a moderated comment is gone at
#: the next reading, wherever the page was kept.
CACHE_CONTROL = "public, no-cache"
#: Where the operator lets shared caches keep a page for a while (RFC 9111 §5.2.2, RFC 5861 §3):
#: browsers ask each time all the same.
_SHARED = "public, max-age=0, s-maxage={seconds}, stale-while-revalidate={seconds}"
#: The kind of answer that says that the client's copy is true; no content coding's name.
_UNCHANGED = "unchanged"
_COMMON = [
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
]


def common_headers(snapshot: Snapshot, shared_s: int) -> list[tuple[str, str]]:
    """Return the headers of a snapshot in any coding, and of the answer that it is unchanged.

    ``shared_s`` is for how many seconds a CDN may keep it.
    """
    site, thread = snapshot.thread
    headers = [*_COMMON, ("ETag", snapshot.encoded.etag)]
    if not shared_s:
        return [("Cache-Control", CACHE_CONTROL), *headers]
    names = (site_surrogate(site), thread_surrogate(site, thread))
    return [
        ("Cache-Control", _SHARED.format(seconds=shared_s)),
        ("Surrogate-Key", " ".join(names)),
        ("Cache-Tag", ",".join(names)),
        *headers,
    ]


def snapshot_headers(snapshot: Snapshot, coding: str, shared_s: int) -> list[tuple[str, str]]:
    """Return the headers of a snapshot in a coding, its length included."""
    headers = [
        ("Content-Type", snapshot.media_type),
        *common_headers(snapshot, shared_s),
        ("Content-Length", str(len(snapshot.encoded.bodies[coding]))),
    ]
    if coding != "identity":
        headers.append(("Content-Encoding", coding))
    return headers


def respond(snapshot: Snapshot, request: Request, shared_s: int) -> Response:
    """Answer a request with a snapshot: its bytes, or 304 where the client has them."""
    if matches(request.headers.get("If-None-Match", ""), snapshot.encoded.etag):
        response = Response(status=304)
        response.headers.extend(common_headers(snapshot, shared_s))
        return response
    coding = coding_for(request.headers.get("Accept-Encoding", ""))
    headers = snapshot_headers(snapshot, coding, shared_s)
    return Response(snapshot.encoded.bodies[coding], headers=headers)


class SnapshotsFirst:
    """WSGI middleware: what is at hand is answered before the framework is entered."""

    def __init__(
        self, application: "WSGIApplication", snapshots: Snapshots, shared_s: int = 0
    ) -> None:
        """Put it before an application; ``shared_s`` is for how long a CDN may keep answers."""
        self._application = application
        self._shared_s = shared_s
        self._get: Callable[[str], Snapshot | None] = snapshots.get

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer from a snapshot, or pass the request on."""
        path = environ["PATH_INFO"]
        kept = f"{FEED}{path}?" if path.endswith(".atom") else KEPT.get(path)
        if kept is not None and environ["REQUEST_METHOD"] == "GET":
            try:
                snapshot = self._get(kept + environ["QUERY_STRING"])
            except Busy:
                # The application asks the same, and knows how to answer it.
                snapshot = None
            if snapshot is not None:
                return self._answer(snapshot, environ, start_response)
        return self._application(environ, start_response)

    def _answer(
        self, snapshot: Snapshot, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and matches(known, snapshot.encoded.etag):
            status, kind = "304 Not Modified", _UNCHANGED
        else:
            status, kind = "200 OK", coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers, body = snapshot.answers.get(kind) or _prepare(snapshot, kind, self._shared_s)
        start_response(status, headers)
        return body


def _prepare(
    snapshot: Snapshot, kind: str, shared_s: int
) -> tuple[list[tuple[str, str]], tuple[bytes, ...]]:
    """Make the headers and body of a kind of answer once; they are handed out as they are."""
    answer: tuple[list[tuple[str, str]], tuple[bytes, ...]]
    if kind == _UNCHANGED:
        answer = (common_headers(snapshot, shared_s), ())
    else:
        headers = snapshot_headers(snapshot, kind, shared_s)
        answer = (headers, (snapshot.encoded.bodies[kind],))
    snapshot.answers[kind] = answer
    return answer
