"""Writing: post, edit and delete a comment; and reading one."""

from dataclasses import replace

import orjson
from flask import Blueprint, Request, Response, request

from widget.domain.comment import Author, Comment, Status
from widget.domain.errors import NotFound, TokenRefused
from widget.domain.site import Site
from widget.domain.submission import Submission
from widget.domain.subscription import Scope
from widget.domain.thread_page import PublicComment, Replies
from widget.domain.words import say
from widget.http.api.wire import (
    CommentAnswer,
    EditBody,
    EditedAnswer,
    NewCommentBody,
    PlaceOnPage,
    PostedAnswer,
    idempotency_key,
    read_body,
)
from widget.http.client import address_reader
from widget.http.language import mark_language, tell
from widget.http.origin import check_origin
from widget.publication.parts import Parts
from widget.snapshot.around import MAX_ANCESTORS
from widget.snapshot.build import public_comment, public_thread
from widget.snapshot.read import find_site, page_of
from widget.store import comments, pages, trails
from widget.submission.edit import Client, Place, delete, edit, place_of
from widget.submission.idempotency import make_key
from widget.submission.submit import submit

PUBLISHED = say("Your comment is published.")
HELD = say("Your comment awaits moderation. It will be shown here once it is approved.")
EDIT_PUBLISHED = say("Your change is published.")
EDIT_HELD = say("Your change awaits moderation. Until then the earlier text stays.")


#: What a writer is told of, by what the request asks for.
SCOPES: dict[bool | str, tuple[Scope, ...]] = {
    False: (),
    True: (Scope.THREAD,),
    "none": (),
    "replies": (Scope.REPLIES,),
    "thread": (Scope.THREAD,),
}


def add_routes(api: Blueprint, parts: Parts) -> None:
    """Add the routes of single comments."""
    read_address = address_reader(parts.config.trusted_proxies)
    _add_reading(api, parts)

    @api.post("/comments")
    def post_comment() -> Response:
        body = read_body(request, NewCommentBody)
        with parts.database.read() as session:
            site = find_site(session, body.site)
        check_origin(request, site, parts.config.url)
        submission = _submission(parts, site, body, request, read_address(request))
        key = make_key(parts, submission, idempotency_key(request))
        posted = submit(parts, submission, key, SCOPES[body.subscribe])
        is_published = posted.comment.status is Status.PUBLISHED
        answer = PostedAnswer(
            status=_status_for_author(posted.comment),
            comment=_own_view(parts, site, posted.comment),
            token=posted.token,
            message=tell(PUBLISHED if is_published else HELD),
        )
        response = _json(answer, 201 if is_published else 202)
        response.headers["Location"] = f"/api/v1/comments/{posted.comment.id}"
        return response

    @api.patch("/comments/<int:comment_id>")
    def edit_comment(comment_id: int) -> Response:
        body = read_body(request, EditBody)
        place = own_place(parts, comment_id, request)
        client = Client(
            address=read_address(request), user_agent=cut(request.headers.get("User-Agent"))
        )
        changed = edit(parts, place, bearer(request), body.body, client)
        waits = changed.status is not Status.PUBLISHED or changed.proposed_source is not None
        answer = EditedAnswer(
            status="pending" if waits else "published",
            comment=_own_view(parts, place.site, _as_proposed(changed)),
            message=tell(EDIT_HELD if waits else EDIT_PUBLISHED),
        )
        return _json(answer, 200)

    @api.delete("/comments/<int:comment_id>")
    def delete_comment(comment_id: int) -> Response:
        place = own_place(parts, comment_id, request)
        delete(parts, place, bearer(request))
        return Response(status=204)


def _add_reading(api: Blueprint, parts: Parts) -> None:
    @api.get("/comments/<int:comment_id>")
    def read_comment(comment_id: int) -> Response:
        place = place_of(parts, comment_id)
        comment = place.comment
        is_author = _is_author(parts, comment, bearer(request))
        if not (comment.visible or is_author):
            raise NotFound(comments.GONE)
        public = (
            _own_view(parts, place.site, comment)
            if is_author and comment.status is not Status.DELETED
            else _public_view(parts, place.site, comment)
        )
        is_refused = is_author and comment.status is Status.REJECTED
        with parts.database.read() as session:
            above = pages.ancestors(session, parts.keys, comment, MAX_ANCESTORS)
            events = trails.events_of(session, comment_id) if is_refused else []
        answer = CommentAnswer(
            status=_status_for_author(comment) if is_author else _public_status(comment),
            comment=public,
            thread=public_thread(place.thread),
            place=PlaceOnPage(
                root=comment.root or comment.id,
                ancestors=[found.id for found in reversed(above)],
            ),
            message=events[-1].message if events else None,
        )
        return _json(answer, 200)


def own_place(parts: Parts, comment_id: int, asked: Request) -> Place:
    """Return the place of a comment to change; whoever has no token learns nothing of it.

    Raises:
        TokenRefused: for a wrong token, whether there is such a comment or not.
    """
    parts.tokens.check(bearer(asked), comment_id)
    place = place_of(parts, comment_id)
    check_origin(asked, place.site, parts.config.url)
    return place


def _submission(
    parts: Parts, site: Site, body: NewCommentBody, asked: Request, address: str | None
) -> Submission:
    url = page_of(site, body.url)
    return Submission(
        site=site,
        url=url,
        thread=body.thread,
        title=body.title,
        parent=body.parent,
        author=Author(name=body.author.name, email=body.author.email, website=body.author.website),
        body=body.body,
        answers=body.answers,
        address=address,
        user_agent=cut(asked.headers.get("User-Agent")),
        referrer=cut(asked.headers.get("Referer")),
        language=cut(asked.headers.get("Accept-Language"), 35),
        permalink=url,
        at=parts.now(),
    )


def bearer(asked: Request) -> str | None:
    """Return the edit token that a request brings, ``None`` where it brings none."""
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _is_author(parts: Parts, comment: Comment, token: str | None) -> bool:
    try:
        parts.tokens.check(token, comment.id)
    except TokenRefused:
        return False
    return True


def _status_for_author(comment: Comment) -> str:
    """Return the status as its author may know it: what is called spam only ever waits."""
    return "pending" if comment.status is Status.SPAM else comment.status.value


def _public_status(comment: Comment) -> str:
    """Return the status as anybody may know it: a tombstone doesn't say why it is one."""
    return "published" if comment.status is Status.PUBLISHED else "deleted"


def _public_view(parts: Parts, site: Site, comment: Comment) -> PublicComment:
    return public_comment(parts.reader.builder, site, comment, Replies(count=comment.reply_count))


def _own_view(parts: Parts, site: Site, comment: Comment) -> PublicComment:
    """Return a comment to its author as it will be once it is published."""
    return _public_view(parts, site, replace(comment, status=Status.PUBLISHED))


def _as_proposed(comment: Comment) -> Comment:
    if comment.proposed_html is None:
        return comment
    return replace(comment, html=comment.proposed_html)


def cut(value: str | None, length: int = 400) -> str | None:
    """Return what is kept of a header, ``None`` for an empty one."""
    return value[:length] if value else None


def _json(value: object, status: int) -> Response:
    response = Response(orjson.dumps(value), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return mark_language(response)
