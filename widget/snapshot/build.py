"""A thread page from the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from widget.domain.comment import Comment, Status
from widget.domain.cursor import Cursor, cursor_at, encode_cursor, encode_reply_cursor
from widget.domain.site import Site
from widget.domain.thread import Thread, ThreadState
from widget.domain.thread_page import (
    EditedBy,
    Form,
    PublicAuthor,
    PublicComment,
    PublicThread,
    Replies,
    ThreadPage,
)
from widget.domain.trail import Mode
from widget.plugin_host.consent import is_given
from widget.plugin_host.plugins import Plugins
from widget.plugin_host.sound import is_sound_public
from widget.store import pages
from widget.store.database import Session
from widget.store.keys import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """What a page is built with: the keys to read, the plugins that present comments."""

    keys: KeyRing
    plugins: Plugins
    sanitise: Callable[[str], str]


def build_page(
    builder: Builder, session: Session, site: Site, thread: Thread, cursor: Cursor, form: Form
) -> ThreadPage:
    """Return the page of a thread that begins at the cursor; the first begins with the pinned."""
    size = site.settings.page_size
    top = pages.top_level(session, builder.keys, thread.id, cursor, size + 1)
    walked = top[:size]
    is_first = cursor.last is None
    pinned = pages.pinned(session, builder.keys, thread.id, cursor) if is_first else []
    shown = [*pinned, *walked]
    roots = [comment.id for comment in shown if comment.reply_count]
    below = pages.first_descendants(session, builder.keys, roots, site.settings.replies_shown)
    after = encode_cursor(cursor_at(walked[-1], cursor.sort)) if len(top) > size else None
    return ThreadPage(
        thread=public_thread(thread),
        comments=present(builder, site, shown, below),
        after=after,
        form=form,
    )


def build_replies(
    builder: Builder, session: Session, site: Site, parent: Comment, after: int
) -> tuple[list[PublicComment], str | None]:
    """Return more direct replies to a comment with their first replies, and the next cursor."""
    size = site.settings.page_size
    found = pages.replies_after(session, builder.keys, parent.id, after, size + 1)
    shown = found[:size]
    answered = [comment.id for comment in shown if comment.reply_count]
    below = pages.first_replies(session, builder.keys, answered, 3)
    cursor = encode_reply_cursor(shown[-1].id) if len(found) > size else None
    return present(builder, site, shown, below), cursor


def present(
    builder: Builder, site: Site, top: Sequence[Comment], below: Iterable[Comment]
) -> list[PublicComment]:
    """Return comments as readers see them, those of ``below`` nested under their parents."""
    children: dict[int, list[Comment]] = {}
    for comment in below:
        if comment.parent is not None:
            children.setdefault(comment.parent, []).append(comment)
    return [_nested(builder, site, comment, children) for comment in top]


def public_thread(thread: Thread) -> PublicThread:
    """Return what readers see of a thread."""
    return PublicThread(
        id=thread.id,
        url=thread.url,
        title=thread.title,
        state=thread.state,
        count=thread.count,
        version=thread.version,
    )


def nobody_yet(url: str) -> PublicThread:
    """Return the thread of a page that nobody has commented on."""
    return PublicThread(id=None, url=url, title=None, state=ThreadState.OPEN, count=0, version=0)


def rfc3339(moment: datetime) -> str:
    """Return a time in UTC as RFC 3339 with seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def public_comment(
    builder: Builder, site: Site, comment: Comment, replies: Replies
) -> PublicComment:
    """Return one comment as readers see it; what is not published is a tombstone."""
    if comment.status is not Status.PUBLISHED:
        return _tombstone(comment, replies)
    public = PublicComment(
        id=comment.id,
        parent=comment.parent,
        author=PublicAuthor(
            name=comment.author.name,
            website=comment.author.website,
            avatar=comment.avatar,
            badge=comment.badge,
        ),
        # Sanitised when it was stored, and again: a row of an older version, or one that was
        # written past this program, is as harmless as a new one.
        html=builder.sanitise(comment.html),
        created=rfc3339(comment.created),
        edited=rfc3339(comment.edited) if comment.edited else None,
        score=comment.score,
        pinned=comment.pinned,
        featured=comment.featured,
        deleted=False,
        replies=replies,
        number=comment.number,
        edited_by=_editor(comment),
    )
    return _as_plugins_present(builder, site, comment, public)


def _editor(comment: Comment) -> EditedBy | None:
    if comment.edited is None:
        return None
    return EditedBy.AUTHOR if comment.original_source is None else EditedBy.MODERATOR


def _nested(
    builder: Builder, site: Site, comment: Comment, children: Mapping[int, Sequence[Comment]]
) -> PublicComment:
    loaded = children.get(comment.id, ())
    more = comment.reply_count > len(loaded)
    replies = Replies(
        count=comment.reply_count,
        comments=tuple(_nested(builder, site, child, children) for child in loaded),
        after=encode_reply_cursor(loaded[-1].id if loaded else 0) if more else None,
    )
    return public_comment(builder, site, comment, replies)


def _tombstone(comment: Comment, replies: Replies) -> PublicComment:
    return PublicComment(
        id=comment.id,
        parent=comment.parent,
        author=None,
        html="",
        created=rfc3339(comment.created),
        edited=None,
        score=0,
        pinned=False,
        featured=False,
        deleted=True,
        replies=replies,
        number=comment.number,
    )


def _as_plugins_present(
    builder: Builder, site: Site, comment: Comment, public: PublicComment
) -> PublicComment:
    for plugin in builder.plugins.taking_part(site, "present_comment"):
        # A page holds many comments: one that hangs is waited for once, not for each of them.
        if plugin.mode is not Mode.ON or builder.plugins.caller.is_overdue(plugin.plugin):
            continue
        if plugin.needs_consent and not is_given(builder.plugins, site, comment.answers):
            continue
        value = builder.plugins.ask(plugin, "present_comment", comment=comment, public=public).value
        if isinstance(value, PublicComment) and is_sound_public(value):
            public = replace(
                value,
                id=public.id,
                parent=public.parent,
                replies=public.replies,
                number=public.number,
                html=builder.sanitise(value.html),
            )
    return public
