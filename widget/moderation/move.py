"""Comments that go to another page: one with its replies, or all of a page that changed its URL.

Whatever was moved can be taken back. Under an old address readers find where a comment is; a page
that was merged into another shows that one's comments and takes comments for it.

A move is no decision: no plugin, webhook or reader is told of it, and the counts by day stay.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace

from widget.domain.audit_log import Action, By, Entry, thread_target
from widget.domain.comment import Comment
from widget.domain.errors import Conflict, FieldError, Invalid, NotFound
from widget.domain.move import Move
from widget.domain.site import Site
from widget.domain.thread import Thread, new_thread, thread_key
from widget.moderation.mark import MAX_PINNED
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.snapshot.read import page_of
from widget.store import audit_log, comments, moves, moving, threads
from widget.store.database import Session
from widget.store.moves import Before
from widget.store.moving import Wanted

log = logging.getLogger("comment_widget.moderation")

#: What an address begins with that is the id which a page gives its thread.
EXPLICIT = "id:"
NO_THREAD = "There is no such page."
NOT_ITS_OWN = "This page's comments are another page's now."


def move_comment(parts: Parts, comment_id: int, site: Site, to: str, *, by: By) -> Move:
    """Move a comment with its replies to another page of its site; it is top-level there.

    ``to`` is the page's address, or ``id:`` and the id that a page gives its thread. A page that
    nobody has commented on yet gets a thread by this.

    Raises:
        NotFound: where the site has no such comment.
        Invalid: where it can't be that page: it is none of the site's, or the one it is on.
        HostNotAllowed: where it is another site's.
        Conflict: where somebody has moved it meanwhile.
    """
    with parts.database.write() as session:
        comment = comments.get_comment(session, parts.keys, comment_id)
        if comment.site_id != site.id:
            raise NotFound(comments.GONE)
        target = _target(parts, session, site, to)
        if comment.thread_id == target.id:
            raise Invalid([FieldError("to", "The comment is on this page already.")])
        both = _both(session, site, comment.thread_id, target.id)
        if both[target.id].merged_into is not None:
            raise Conflict(NOT_ITS_OWN)
        move = _moved(parts, session, comment, both[target.id], by)
        _write_down(parts, session, both, move, by)
    _show(parts, site, move)
    return move


def merge_threads(parts: Parts, thread_id: int, site: Site, to: str, *, by: By) -> Move:
    """Give all comments of a thread to another one of its site; its address leads there from now.

    Whether it takes comments, and by which policy, stays as it is for the other one. ``to`` is
    as for ``move_comment``.

    Raises:
        NotFound: where the site has no such thread.
        Invalid: where it can't be that page.
        HostNotAllowed: where it is another site's.
        Conflict: where one of both was merged into another meanwhile.
    """
    with parts.database.write() as session:
        site_thread(session, site, thread_id)
        target = _target(parts, session, site, to)
        if target.id == thread_id:
            raise Invalid([FieldError("to", "This is the page itself.")])
        both = _both(session, site, thread_id, target.id)
        if any(thread.merged_into is not None for thread in both.values()):
            raise Conflict(NOT_ITS_OWN)
        wanted = Wanted(
            source=thread_id,
            target=target.id,
            tops=moving.tops_of(session, thread_id),
            max_pinned=MAX_PINNED,
            numbers=moving.numbers_of(session, thread_id),
        )
        before = moving.carry_out(session, wanted)
        moves.set_merged(session, thread_id, target.id)
        moves.pass_on(session, thread_id, target.id)
        move = _keep(session, _new_move(parts, thread_id, target.id, by), before)
        _write_down(parts, session, both, move, by)
    _show(parts, site, move)
    return move


def take_back(parts: Parts, move_id: int, site: Site, *, by: By) -> Move:
    """Bring back what a move took away, with the replies that came since.

    Comments get their places and numbers again as far as these are there; a page that was merged
    answers for itself again.

    Raises:
        NotFound: where there is no such move on the site.
        Conflict: where it was taken back already, or what it moved was moved on since.
    """
    with parts.database.write() as session:
        move = moves.get_move(session, move_id)
        if move is None or move.undoes is not None:
            raise NotFound("There is nothing to take back.")
        away = _answering(session, move.target_id)
        home = move.source_id if move.is_merge else _answering(session, move.source_id)
        both = _both(session, site, away, home)
        if moves.taken_back(session, [move_id]):
            raise Conflict("This was taken back already.")
        before = moving.carry_out(session, _way_back(session, move, away, home))
        if move.is_merge:
            _separate(session, home, away)
        back = replace(_new_move(parts, away, home, by), comment_id=move.comment_id, undoes=move_id)
        back = _keep(session, back, before)
        _write_down(parts, session, both, back, by)
    _show(parts, site, back)
    return back


def site_thread(session: Session, site: Site, thread_id: int) -> Thread:
    """Return a thread of a site, also one that was merged into another.

    Raises:
        NotFound: where there is none of that id on this site.
    """
    thread = threads.thread_by_id(session, thread_id)
    if thread is None or thread.site_id != site.id:
        raise NotFound(NO_THREAD)
    return thread


def _answering(session: Session, thread_id: int) -> int:
    """Return the thread that has the comments of one now: itself, or the one it was merged into."""
    thread = threads.thread_by_id(session, thread_id)
    return (thread.merged_into if thread else None) or thread_id


def _moved(parts: Parts, session: Session, comment: Comment, target: Thread, by: By) -> Move:
    wanted = Wanted(
        source=comment.thread_id, target=target.id, tops=[comment.id], max_pinned=MAX_PINNED
    )
    before = moving.carry_out(session, wanted)
    if comment.id not in before:
        raise Conflict("Somebody has moved this comment meanwhile.")
    move = _new_move(parts, comment.thread_id, target.id, by)
    return _keep(session, replace(move, comment_id=comment.id), before)


def _target(parts: Parts, session: Session, site: Site, to: str) -> Thread:
    """Return the thread that an address names; what was merged leads on by itself."""
    name = to.strip()
    if not name:
        raise Invalid([FieldError("to", "Give the address of a page.")])
    if name.startswith(EXPLICIT):
        found = threads.find_thread(session, site.id, name)
        if found is None:
            raise Invalid([FieldError("to", f"No page has the thread {name}.")])
        return found
    url = page_of(site, name)
    key = thread_key(url, None)
    # Not locked yet, where it is there: two threads are always locked in the same order.
    found = threads.find_thread(session, site.id, key)
    return found or threads.begin_thread(session, new_thread(site.id, key, url), parts.now())


def _both(session: Session, site: Site, one: int, other: int) -> dict[int, Thread]:
    """Lock two threads; return them.

    Raises:
        NotFound: where one of them isn't the site's.
        Conflict: where they are one and the same.
    """
    both = threads.lock_threads(session, [one, other])
    if {one, other} != set(both) or any(row.site_id != site.id for row in both.values()):
        raise NotFound(NO_THREAD)
    if one == other:
        raise Conflict("Both pages have the same comments now.")
    return both


def _way_back(session: Session, move: Move, away: int, home: int) -> Wanted:
    """Return what takes a move back.

    Raises:
        Conflict: where the comment that it moved isn't there any more.
    """
    was = moves.remembered(session, move.id)
    here = moves.still_there(session, was, away)
    if move.comment_id is None:
        tops = sorted(one for one, parent in here.items() if parent not in here)
    elif move.comment_id in here:
        tops = [move.comment_id]
    else:
        raise Conflict("The comment was moved on since.")
    return Wanted(
        source=away,
        target=home,
        tops=tops,
        max_pinned=MAX_PINNED,
        numbers={one: before.number for one, before in was.items() if before.number is not None},
        parents={one: parent for one in tops if (parent := was[one].parent) is not None},
        pinned=frozenset(one for one, before in was.items() if before.pinned),
    )


def _separate(session: Session, thread_id: int, away: int) -> None:
    """Let a merged page answer for itself again, and for those that were merged into it before."""
    moves.set_merged(session, thread_id, None)
    own, rest = {thread_id}, [thread.id for thread in moves.merged_into(session, away)]
    found = True
    while found:
        found = False
        for other in rest:
            last = moves.last_merge(session, other)
            if other not in own and last is not None and last.target_id in own:
                moves.set_merged(session, other, thread_id)
                own.add(other)
                found = True


def _new_move(parts: Parts, source: int, target: int, by: By) -> Move:
    return Move(
        id=0, source_id=source, target_id=target, comment_id=None, actor=by.actor, at=parts.now()
    )


def _keep(session: Session, move: Move, before: Mapping[int, Before]) -> Move:
    """Store a move with what went along."""
    move = moves.add_move(session, move, before)
    log.info(
        "%s: %d comments of the thread %d are in %d",
        move.actor,
        len(before),
        move.source_id,
        move.target_id,
    )
    return move


def _write_down(
    parts: Parts, session: Session, both: Mapping[int, Thread], move: Move, by: By
) -> None:
    """Write to the audit log that something was moved, once, whatever went along."""
    if move.undoes is not None:
        action = Action.MOVE_TAKEN_BACK
    else:
        action = Action.THREADS_MERGED if move.is_merge else Action.COMMENT_MOVED
    details: dict[str, object] = {"url": both[move.source_id].url, "to": both[move.target_id].url}
    if move.comment_id is not None:
        details["comment"] = move.comment_id
    details["comments"] = moves.carried(session, [move.id]).get(move.id, 0)
    entry = Entry(
        action=action,
        by=by,
        site_id=both[move.source_id].site_id,
        target=thread_target(move.source_id),
        details=details,
    )
    audit_log.write(session, parts.keys, entry, move.at)


def _show(parts: Parts, site: Site, move: Move) -> None:
    """Show both pages as they are now, in this process at once."""
    with parts.database.read() as session:
        found = threads.threads_by_id(session, [move.source_id, move.target_id])
    for thread in found.values():
        publish(parts, site, thread)
