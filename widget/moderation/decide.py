"""change_status(): the one function that decides on a stored comment, with its event; undo."""

from dataclasses import dataclass, replace

from widget.domain.comment import ALLOWED_CHANGES, PIPELINE, Comment, Event, Status
from widget.domain.errors import Conflict, Invalid, NotFound
from widget.domain.errors import FieldError as Fault
from widget.publication.parts import Parts
from widget.publication.publish import promise_to_tell, publish
from widget.store import comments, reactions, sites, threads, trails
from widget.store.database import Session

#: So many characters may be told to an author.
MAX_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """A comment after a decision, and the event that records it."""

    comment: Comment
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who decides, why, and what the author is told; ``undoes`` is the event taken back."""

    actor: str
    reason: str = ""
    undoes: int | None = None
    message: str | None = None


def change_status(
    parts: Parts,
    comment_id: int,
    after: Status,
    *,
    actor: str,
    reason: str = "",
    message: str | None = None,
) -> Decision:
    """Give a comment another status. Deciding what is so already changes nothing.

    ``message`` is what the author is told where the comment is refused; ``reason`` is kept for
    moderators only.

    Raises:
        NotFound: where there is no such comment.
        Invalid: where this change isn't one of those allowed, or the message is too long.
    """
    act = Act(actor=actor, reason=reason, message=_message(message))
    with parts.database.write() as session:
        decision = decide(parts, session, comment_id, after, act=act)
    announce(parts, decision.comment)
    return decision


def decide_as_seen(
    parts: Parts, comment_id: int, after: Status, *, act: Act, event_id: int
) -> Decision:
    """Decide on a comment that is still as the decision ``event_id`` left it.

    Raises:
        NotFound: where there is no such comment.
        Conflict: where somebody has decided since.
        Invalid: where the message is too long.
    """
    act = replace(act, message=_message(act.message))
    with parts.database.write() as session:
        comments.lock_comment(session, comment_id)
        events = trails.events_of(session, comment_id)
        if events and events[-1].id != event_id:
            raise Conflict("Somebody has decided on this comment since.")
        decision = decide(parts, session, comment_id, after, act=act)
    announce(parts, decision.comment)
    return decision


def decide(
    parts: Parts,
    session: Session,
    comment_id: int,
    after: Status,
    *,
    act: Act,
) -> Decision:
    """Change a status in a transaction of the caller's, who then calls ``publish``.

    What a person decides, or the author, also answers the reports of readers and the wish for
    a review; taken back, they wait again.
    """
    before = comments.get_comment(session, parts.keys, comment_id)
    if before.status is after:
        return Decision(before, _as_it_is(parts, session, before))
    if (before.status, after) not in ALLOWED_CHANGES:
        raise Invalid([Fault("status", f"A {before.status} comment can't become {after}.")])
    comments.set_status(session, parts.keys, comment_id, after)
    event = trails.add_event(
        session,
        Event(
            id=0,
            comment_id=comment_id,
            before=before.status,
            after=after,
            actor=act.actor,
            reason=act.reason,
            message=act.message,
            at=parts.now(),
        ),
        undoes=act.undoes,
    )
    if act.undoes is not None:
        reactions.reopen(session, comment_id, act.undoes)
    elif act.actor != PIPELINE:
        reactions.settle(session, comment_id, event.id)
    comment = comments.get_comment(session, parts.keys, comment_id)
    site = sites.site_by_id(session, comment.site_id)
    if site is not None:
        promise_to_tell(parts, session, site, event)
    return Decision(comment, event)


def _message(text: str | None) -> str | None:
    """Return a message without spaces at its ends, ``None`` for an empty one."""
    told = (text or "").strip()
    if len(told) > MAX_MESSAGE:
        raise Invalid([Fault("message", f"Tell the author at most {MAX_MESSAGE} characters.")])
    return told or None


def keep(parts: Parts, comment_id: int, *, actor: str) -> Decision:
    """Leave a comment where it is, having looked at its reports or its author's wish.

    Raises:
        NotFound: where nothing of the kind waits.
    """
    with parts.database.write() as session:
        comment = comments.get_comment(session, parts.keys, comment_id)
        if not (comment.flag_count or comment.review_asked):
            raise NotFound("No report of this comment waits.")
        event = trails.add_event(
            session,
            Event(
                id=0,
                comment_id=comment_id,
                before=comment.status,
                after=comment.status,
                actor=actor,
                reason="Looked at, and left as it is.",
                at=parts.now(),
            ),
        )
        reactions.settle(session, comment_id, event.id)
        kept = comments.get_comment(session, parts.keys, comment_id)
    return Decision(kept, event)


def _as_it_is(parts: Parts, session: Session, comment: Comment) -> Event:
    """Return the last decision on a comment; a row from elsewhere may have none."""
    events = trails.events_of(session, comment.id)
    if events:
        return events[-1]
    return Event(
        id=0,
        comment_id=comment.id,
        before=None,
        after=comment.status,
        actor="unknown",
        reason="",
        at=parts.now(),
    )


def undo(parts: Parts, comment_id: int, *, actor: str, event_id: int | None = None) -> Decision:
    """Take back the last change of a comment's status.

    ``event_id`` is the decision that is meant, where who asks has seen one.

    Raises:
        NotFound: where there is no such comment, or nothing to take back.
        Conflict: where somebody has decided since.
    """
    with parts.database.write() as session:
        last = _last_change(session, comment_id)
        if event_id not in (None, last.id):
            raise Conflict("Somebody has decided on this comment since.")
        if last.before is None:
            raise NotFound("There is no decision to take back.")
        decision = decide(
            parts,
            session,
            comment_id,
            last.before,
            act=Act(actor=actor, reason="Taken back.", undoes=last.id),
        )
    announce(parts, decision.comment)
    return decision


def accept_edit(parts: Parts, comment_id: int, *, actor: str) -> Decision:
    """Let a proposed edit become the comment's text.

    Raises:
        NotFound: where no edit waits.
    """
    return _settle_edit(parts, comment_id, actor=actor, accept=True)


def refuse_edit(parts: Parts, comment_id: int, *, actor: str) -> Decision:
    """Drop a proposed edit; the comment stays as it is.

    Raises:
        NotFound: where no edit waits.
    """
    return _settle_edit(parts, comment_id, actor=actor, accept=False)


def _settle_edit(parts: Parts, comment_id: int, *, actor: str, accept: bool) -> Decision:
    with parts.database.write() as session:
        comment = comments.get_comment(session, parts.keys, comment_id)
        source, html = comment.proposed_source, comment.proposed_html
        if source is None or html is None:
            raise NotFound("No edit of this comment waits.")
        now = parts.now()
        if accept:
            comments.set_body(session, comment_id, source, html, now)
        else:
            comments.propose_body(session, comment_id, None, None)
        event = trails.add_event(
            session,
            Event(
                id=0,
                comment_id=comment_id,
                before=comment.status,
                after=comment.status,
                actor=actor,
                reason="Edit accepted." if accept else "Edit refused.",
                at=now,
            ),
        )
        reactions.settle(session, comment_id, event.id)
        settled = comments.get_comment(session, parts.keys, comment_id)
    announce(parts, settled)
    return Decision(settled, event)


def _last_change(session: Session, comment_id: int) -> Event:
    changes = [
        event for event in trails.events_of(session, comment_id) if event.before != event.after
    ]
    if not changes:
        raise NotFound(comments.GONE)
    return replace(changes[-1])


def announce(parts: Parts, comment: Comment) -> None:
    """Let readers see what was decided on a comment, after the commit."""
    with parts.database.read() as session:
        site = sites.site_by_id(session, comment.site_id)
        thread = threads.thread_by_id(session, comment.thread_id)
    if site is not None and thread is not None:
        publish(parts, site, thread)
