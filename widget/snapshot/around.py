"""A page around one comment, however deep: it begins with the top-level comment above it."""

from collections.abc import Sequence
from dataclasses import replace

from widget.domain.comment import Comment, Status
from widget.domain.cursor import Cursor, cursor_at, encode_reply_cursor
from widget.domain.errors import Moved, NotFound
from widget.domain.site import Site
from widget.domain.thread import Thread
from widget.domain.thread_page import PublicComment, Replies, Sort, ThreadPage
from widget.domain.words import say
from widget.snapshot.build import Builder, public_comment
from widget.store import comments, moves, pages, threads
from widget.store.database import Session

#: How many comments above a deep one come along with it.
MAX_ANCESTORS = 20
MOVED = say("This comment was moved to another page.")


def path_to(
    builder: Builder, session: Session, thread: Thread, wanted: int, sort: Sort
) -> tuple[Cursor, list[Comment]]:
    """Return where the page begins that shows a comment, and the way down to it.

    Raises:
        NotFound: where no reader can see such a comment in this thread.
        Moved: where it was in this thread, and is in another one now.
    """
    comment = comments.get_comment(session, builder.keys, wanted)
    if not comment.visible:
        raise NotFound(comments.GONE)
    if comment.thread_id != thread.id:
        raise elsewhere(session, thread.id, comment)
    above = pages.ancestors(session, builder.keys, comment, MAX_ANCESTORS)
    root = comments.get_comment(session, builder.keys, comment.root or comment.id)
    down = [found for found in reversed(above) if found.id != root.id]
    # A pinned one stands on the first page, wherever it would be otherwise.
    stands_first = root.pinned and root.status is Status.PUBLISHED
    begin = Cursor(sort=sort) if stands_first else cursor_at(root, sort, inclusive=True)
    return begin, [*down, comment]


def elsewhere(session: Session, thread_id: int, comment: Comment) -> NotFound:
    """Return what is told of a comment of another thread: where it is, if it came from here."""
    there = threads.thread_by_id(session, comment.thread_id)
    if there is None or not moves.was_in(session, comment.id, thread_id):
        return NotFound(comments.GONE)
    return Moved(MOVED, comment.id, there.url, there.explicit_id)


def with_path(
    builder: Builder, site: Site, page: ThreadPage, path: Sequence[Comment]
) -> ThreadPage:
    """Return the page with the comments of a path hung under the top-level one above them."""
    root = path[-1].root or path[-1].id
    return replace(
        page,
        comments=[
            _with_all(builder, site, tree, path) if tree.id == root else tree
            for tree in page.comments
        ],
    )


def _with_all(
    builder: Builder, site: Site, tree: PublicComment, path: Sequence[Comment]
) -> PublicComment:
    for comment in path:
        tree = _hang(builder, site, tree, comment)
    return tree


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
