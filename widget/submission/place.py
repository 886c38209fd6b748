"""The place of a comment that is posted: the thread of its page, open, and what it answers."""

from widget.domain.comment import Status
from widget.domain.errors import FieldError, Invalid, NotFound, ThreadClosed
from widget.domain.site import Policy, Site
from widget.domain.submission import History, Submission
from widget.domain.thread import Thread, ThreadState, thread_key
from widget.domain.words import say
from widget.moderation.closing import closes, closes_any
from widget.publication.parts import Parts
from widget.store import comments, threads
from widget.store.database import Session
from widget.store.history import history_of

CLOSED = say("Comments on this page are closed.")


def check_place(parts: Parts, submission: Submission) -> tuple[Thread | None, History]:
    """Check that there is a place for the comment; return it, and what is known of its author.

    Raises:
        ThreadClosed: where a person has closed the thread, or a plugin does.
        Invalid: where the comment that it answers is not there.
    """
    site = submission.site
    with parts.database.read() as session:
        thread = threads.find_thread(
            session, site.id, thread_key(submission.url, submission.thread)
        )
        check_open(thread)
        if submission.parent is not None:
            _check_parent(parts, session, thread, submission.parent)
        author, address = submission.author, submission.address
        history = history_of(session, parts.keys, site, author, address)
    if thread is not None and closes(parts, site, thread):
        raise ThreadClosed(CLOSED)
    return thread, history


def check_open(thread: Thread | None) -> None:
    """Let pass where a page's thread takes comments; one that it hasn't yet does.

    Raises:
        ThreadClosed: where it doesn't.
    """
    if thread is not None and thread.state is ThreadState.CLOSED:
        raise ThreadClosed(CLOSED)


def _check_parent(parts: Parts, session: Session, thread: Thread | None, parent: int) -> None:
    try:
        found = comments.get_comment(session, parts.keys, parent)
    except NotFound:
        found = None
    if (
        found is None
        or thread is None
        or found.thread_id != thread.id
        or found.status is not Status.PUBLISHED
    ):
        message = say("The comment that this answers is not on this page any more.")
        raise Invalid([FieldError("parent", message)])


def policy_of(thread: Thread | None) -> Policy | None:
    """Return the policy that a page has of its own, ``None`` where it goes by its site's."""
    return thread.policy if thread is not None else None


def has_changed(parts: Parts, site: Site, seen: Thread | None, thread: Thread) -> bool:
    """Tell whether a comment that was judged for a thread has to be looked at again.

    So it is where its page's thread has another policy, as one that it was merged into; and where
    plugins close threads and it has grown since: of two last comments at once, one is taken.
    """
    if policy_of(thread) is not policy_of(seen):
        return True
    is_as_seen = thread.count == (seen.count if seen else 0)
    return not is_as_seen and closes_any(parts, site)
