"""Values with every field filled in, but for what a test says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from widget.domain.comment import Author, Comment, Status
from widget.domain.plugin import ServerInfo
from widget.domain.site import Site, SiteSettings
from widget.domain.submission import History, Submission
from widget.domain.thread_page import PublicAuthor, PublicComment, Replies
from widget.testing.stand_ins import THEN, MemoryInDict, OutboundInList

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = TypeVar("Value", bound="DataclassInstance")


def a_site(
    *, key: str = "debates", hosts: tuple[str, ...] = ("example.org",), **settings: object
) -> Site:
    """Return a site; ``settings`` are those of ``SiteSettings`` that differ from its defaults."""
    chosen = SiteSettings.model_validate(settings)
    return Site(id=1, key=key, title="Debates", hosts=hosts, settings=chosen)


def a_submission(**changes: object) -> Submission:
    """Return a new top-level comment by Ada with every field filled in, but for ``changes``."""
    usual = Submission(
        site=a_site(),
        url="https://example.org/articles/bridges",
        title="Why bridges sing",
        author=Author(name="Ada", email="ada@example.net", website="https://ada.example.net/"),
        body="The wind does it, and the cables answer.",
        address="203.0.113.7",
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        referrer="https://example.org/articles/bridges",
        language="en",
        permalink="https://example.org/articles/bridges#comment-14",
        at=THEN,
    )
    return _changed(usual, changes)


def a_history(**counts: object) -> History:
    """Return an author's history: nothing on the site yet, but for ``counts``."""
    return _changed(History(), counts)


def a_comment(**changes: object) -> Comment:
    """Return the published comment that came of ``a_submission()``, but for ``changes``."""
    sent = a_submission()
    usual = Comment(
        id=14,
        site_id=sent.site.id,
        thread_id=7,
        parent=None,
        root=None,
        status=Status.PUBLISHED,
        author=sent.author,
        source=sent.body,
        html=f"<p>{sent.body}</p>",
        created=sent.at,
        visible=True,
        avatar="b3f0c2",
        address=sent.address,
        user_agent=sent.user_agent,
        referrer=sent.referrer,
        language=sent.language,
    )
    return _changed(usual, changes)


def a_public_comment(comment: Comment, **changes: object) -> PublicComment:
    """Return what readers see of a comment, but for ``changes``."""
    author = PublicAuthor(
        name=comment.author.name,
        website=comment.author.website,
        avatar=comment.avatar,
        badge=comment.badge,
    )
    usual = PublicComment(
        id=comment.id,
        parent=comment.parent,
        author=author,
        html=comment.html,
        created=comment.created.isoformat(),
        edited=None,
        score=comment.score,
        pinned=comment.pinned,
        featured=comment.featured,
        deleted=False,
        replies=Replies(count=comment.reply_count),
        number=comment.number,
    )
    return _changed(usual, changes)


def a_server(**changes: object) -> ServerInfo:
    """Return what a plugin is told of the server, but for ``changes``."""
    usual = ServerInfo(
        public_url="https://comments.example.net",
        redis_url=None,
        software="Comment Widget/0.0.0",
        memory=MemoryInDict(),
        outbound=OutboundInList(),
        options={},
    )
    return _changed(usual, changes)


def _changed(usual: Value, changes: Mapping[str, Any]) -> Value:
    return replace(usual, **changes)
