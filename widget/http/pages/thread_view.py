"""Draws a thread as HTML with its form, JSON-LD and links to every part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar
from urllib.parse import urlencode

from flask import Response, render_template, request

from widget.domain.comment import Comment
from widget.domain.cursor import decode_reply_cursor
from widget.domain.errors import NotFound
from widget.domain.hosts import LOOPBACK
from widget.domain.ids import read_id
from widget.domain.site import Site
from widget.domain.thread_page import PublicComment, Replies, ThreadPage
from widget.http.pages.thread_words import PageWords, page_language
from widget.publication.parts import Parts
from widget.snapshot.around import elsewhere
from widget.snapshot.build import build_replies, public_comment
from widget.snapshot.read import Question, find_site
from widget.store import comments
from widget.store.database import Session

_SCHEMA = "https://schema.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reader has typed so far, and what is at fault with it.

    ``key`` makes one comment of a form that is sent twice.
    """

    FIELDS: ClassVar = frozenset(
        {"author.name", "author.email", "author.website", "body", "subscribe"}
    )

    parent: int | None = None
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, object] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows: which part of which thread, the form's contents, a message.

    ``subscribing`` is what is said of the form for mail.
    """

    question: Question
    draft: Draft
    message: str | None = None
    held: Comment | None = None
    subscribing: str | None = None


def draw(parts: Parts, shown: Shown, status: int = 200) -> Response:
    """Return the page; ``fragment=1`` leaves out all but the thread itself.

    Raises:
        NotFound: for an unknown site, or a part of the thread that nobody can see.
        HostNotAllowed: where the page is not one of the site's.
    """
    with parts.database.read() as session:
        site = find_site(session, shown.question.site)
        language = page_language(parts, site, shown.question)
        page = parts.reader.page(session, site, replace(shown.question, lang=language))
        page = _replies_only(parts, session, site, page)
        answered = _answered(parts, session, site, page, shown.draft.parent)
    fragment = request.args.get("fragment") == "1"
    words = PageWords(parts.languages, language)
    html = render_template(
        "thread.html",
        **words.names(),
        site=site,
        page=page,
        shown=shown,
        draft=shown.draft,
        answered=answered,
        fragment=fragment,
        server=parts.config.url,
        here=link(parts, shown.question),
        subscribe_at=link(parts, shown.question, subscribe=1),
        link=lambda **more: link(parts, shown.question, **more),
        json_ld=_json_ld(page, site),
    )
    response = Response(html, status=shown.draft.status if status == 200 else status)
    response.content_type = "text/html; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = language
    response.vary.add("Accept-Language")
    response.headers["Content-Security-Policy"] = _policy(site)
    if fragment:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _replies_only(parts: Parts, session: Session, site: Site, page: ThreadPage) -> ThreadPage:
    """Return the page with the replies of one comment in place of the top-level ones."""
    wanted = read_id(request.args.get("replies_of", ""))
    if wanted is None:
        return page
    parent = comments.get_comment(session, parts.keys, wanted)
    if not parent.visible or page.thread.id is None:
        raise NotFound(comments.GONE)
    if parent.thread_id != page.thread.id:
        raise elsewhere(session, page.thread.id, parent)
    after = decode_reply_cursor(request.args.get("after_reply"))
    found, cursor = build_replies(parts.reader.builder, session, site, parent, after)
    replies = replace(_no_replies(parent), comments=found, after=cursor)
    top = public_comment(parts.reader.builder, site, parent, replies)
    return replace(page, comments=[top], after=None)


def _no_replies(comment: Comment) -> Replies:
    return Replies(count=comment.reply_count)


def _answered(
    parts: Parts, session: Session, site: Site, page: ThreadPage, parent: int | None
) -> PublicComment | None:
    """Return the comment that the form answers, if it is there to be answered."""
    if parent is None:
        return None
    try:
        comment = comments.get_comment(session, parts.keys, parent)
    except NotFound:
        return None
    if comment.thread_id != page.thread.id or comment.status != "published":
        return None
    return public_comment(parts.reader.builder, site, comment, _no_replies(comment))


def link(parts: Parts, question: Question, **more: object) -> str:
    """Return the address of a thread's page, or of a part of it."""
    known = {"site": question.site, "url": question.url}
    if question.thread:
        known["thread"] = question.thread
    if request.args.get("sort"):
        known["sort"] = question.sort
    if question.lang:
        known["lang"] = question.lang
    return f"{parts.config.url}/threads?{urlencode({**known, **more})}"


def _policy(site: Site) -> str:
    """Return the page's policy: no script at all, and only the site's pages may frame it."""
    ancestors = " ".join(_source(host) for host in site.hosts)
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors 'self' {ancestors}"
    )


def _source(host: str) -> str:
    name = host.rpartition("://")[2]
    if name.split(":")[0] in LOOPBACK:
        return f"http://{name}" if ":" in name else f"http://{name}:*"
    return host if "://" in host else f"https://{name}"


def _json_ld(page: ThreadPage, site: Site) -> dict[str, object]:
    """Return the thread as structured data (schema.org DiscussionForumPosting)."""
    return {
        "@context": _SCHEMA,
        "@type": "DiscussionForumPosting",
        "url": page.thread.url,
        "headline": page.thread.title or site.title,
        "commentCount": page.thread.count,
        "comment": _comments_ld(page.comments, page.thread.url),
    }


def _comments_ld(found: Sequence[PublicComment], url: str) -> list[dict[str, object]]:
    return [
        {
            "@type": "Comment",
            "url": f"{url}#comment-{comment.id}",
            "datePublished": comment.created,
            "text": comment.html,
            "author": {
                "@type": "Person",
                "name": (comment.author.name if comment.author else None) or "Anonymous",
            },
            "comment": _comments_ld(comment.replies.comments, url),
        }
        for comment in found
        if not comment.deleted
    ]
