"""Reading: a thread's page, and more replies of one comment."""

import orjson
from flask import Blueprint, Response, request

from widget.domain.comment import Comment
from widget.domain.cursor import decode_reply_cursor
from widget.domain.errors import NotFound
from widget.http.api.wire import RepliesAnswer, optional_parameter, read_question
from widget.http.snapshots import CACHE_CONTROL, respond
from widget.publication.parts import Parts
from widget.snapshot.build import build_replies
from widget.store import comments, sites


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the routes that read."""

    @api.get("/thread")
    def read_thread() -> Response:
        raw = request.environ["QUERY_STRING"]
        snapshot = parts.reader.read(raw, read_question(request))
        return respond(snapshot, request, parts.config.shared_cache_s)

    @api.get("/comments/<int:comment_id>/replies")
    def read_replies(comment_id: int) -> Response:
        after = decode_reply_cursor(optional_parameter(request, "after"))
        with parts.database.read() as session:
            parent: Comment = comments.get_comment(session, parts.keys, comment_id)
            site = sites.site_by_id(session, parent.site_id)
            if site is None or not parent.visible:
                raise NotFound(comments.GONE)
            found, cursor = build_replies(parts.reader.builder, session, site, parent, after)
        answer = Response(
            orjson.dumps(RepliesAnswer(comments=found, after=cursor)),
            content_type="application/json",
        )
        answer.headers["Cache-Control"] = CACHE_CONTROL
        return answer
