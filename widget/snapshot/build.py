"""A thread page from the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from widget.domain.comment import Comment, Status
from widget.domain.cursor import Cursor, cursor_at, encode_cursor, encode_reply_cursor
from widget.domain.errors import NotFound
from widget.domain.site import Site
from widget.domain.thread import Thread, ThreadState
from widget.domain.thread_page import (
    Form,
    PublicAuthor,
    PublicComment,
    PublicThread,
    Replies,
    ThreadPage,
)
from widget.plugin_host.plugins import Plugins
from widget.store import comments, pages
from widget.store.database import Session
from widget.store.keys import KeyRing

#: How many comments above a deep one come along with it.
MAX_ANCESTORS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """What a page is built with: the keys to read, the plugins that present comments."""

    keys: KeyRing
    plugins: Plugins
    sanitise: Callable[[str], str]


def build_page(
    builder: Builder, session: Session, site: Site, thread: Thread, cursor: Cursor, form: Form
) -> ThreadPage:
    """Return the page of a thread that begins at the cursor."""
    size = site.settings.page_size
    top = pages.top_level(session, builder.keys, thread.id, cursor, size + 1)
    shown = top[:size]
    roots = [comment.id for comment in shown if comment.reply_count]
    below = pages.first_descendants(session, builder.keys, roots, site.settings.replies_shown)
    after = encode_cursor(cursor_at(shown[-1], cursor.sort)) if len(top) > size else None
    return ThreadPage(
        thread=public_thread(thread),
        comments=present(builder, site, shown, below),
        after=after,
        form=form,
    )


def build_page_around(
    builder: Builder, session: Session, site: Site, thread: Thread, wanted: int, form: Form,
    first: Cursor,
) -> ThreadPage:  # fmt: skip
    """Return the page that begins with the top-level comment above ``wanted``, which is on it.

    Raises:
        NotFound: where no reader can see such a comment in this thread.
    """
    comment = comments.get_comment(session, builder.keys, wanted)
    if comment.thread_id != thread.id or not comment.visible:
        raise NotFound(comments.GONE)
    above = pages.ancestors(session, builder.keys, comment, MAX_ANCESTORS)
    root = comments.get_comment(session, builder.keys, comment.root or comment.id)
    cursor = cursor_at(root, first.sort, inclusive=True)
    page = build_page(builder, session, site, thread, cursor, form)
    path = [found for found in above if found.id != root.id]
    return replace(page, comments=_with_path(builder, site, page.comments, [*path, comment]))


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
    )
    return _as_plugins_present(builder, site, comment, public)


def _nested(
    builder: Builder, site: Site, comment: Comment, children: Mapping[int, Sequence[Comment]]
) -> PublicComment:
    loaded = children.get(comment.id, ())
    more = comment.reply_count > len(loaded)
    replies = Replies(
        count=comment.reply_count,
        comments=[_nested(builder, site, child, children) for child in loaded],
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
    )


def _as_plugins_present(
    builder: Builder, site: Site, comment: Comment, public: PublicComment
) -> PublicComment:
    for plugin in builder.plugins.taking_part(site, "present_comment"):
        value = builder.plugins.ask(plugin, "present_comment", comment=comment, public=public).value
        if isinstance(value, PublicComment):
            public = replace(
                value,
                id=public.id,
                parent=public.parent,
                replies=public.replies,
                html=builder.sanitise(value.html),
            )
    return public


def _with_path(
    builder: Builder, site: Site, shown: Sequence[PublicComment], path: Sequence[Comment]
) -> list[PublicComment]:
    """Return the page with a deep comment and those above it hung under its first comment."""
    head, *rest = shown
    for comment in reversed(path):
        head = _hang(builder, site, head, comment)
    return [head, *rest]


def _hang(builder: Builder, site: Site, tree: PublicComment, comment: Comment) -> PublicComment:
    if _holds(tree, comment.id):
        return tree
    after = encode_reply_cursor(0) if comment.reply_count else None
    leaf = public_comment(builder, site, comment, Replies(count=comment.reply_count, after=after))
    where = comment.parent if _holds(tree, comment.parent) else tree.id
    return _append(tree, where, leaf)


def _holds(tree: PublicComment, wanted: int | None) -> bool:
    return tree.id == wanted or any(_holds(child, wanted) for child in tree.replies.comments)


def _append(tree: PublicComment, where: int | None, leaf: PublicComment) -> PublicComment:
    if tree.id == where:
        loaded = [*tree.replies.comments, leaf]
        after = tree.replies.after if tree.replies.count > len(loaded) else None
        return replace(tree, replies=replace(tree.replies, comments=loaded, after=after))
    loaded = [_append(child, where, leaf) for child in tree.replies.comments]
    return replace(tree, replies=replace(tree.replies, comments=loaded))
