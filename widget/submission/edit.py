"""Edit and delete by edit token; an edit is judged again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from widget.domain.ban import whom_of
from widget.domain.comment import AUTHOR, PIPELINE, STATUS_OF, Comment, Event, Status
from widget.domain.errors import NotFound, Refused, TokenRefused
from widget.domain.site import Site
from widget.domain.submission import Occasion, Submission, clean_body
from widget.domain.thread import Thread
from widget.domain.trail import Judgement
from widget.domain.words import say
from widget.moderation.decide import Act, decide
from widget.moderation.recheck import promise_recheck, submission_of
from widget.publication.parts import Parts
from widget.publication.publish import promise_to_tell, publish
from widget.publication.render import render
from widget.store import bans, comments, sites, threads, trails
from widget.store.database import Session
from widget.store.history import history_of
from widget.submission.judging import REFUSED, Judged, judge_with_bans, look_again
from widget.submission.submit import refuse_unstored

#: Spam among them: its author is told that it waits, and must not learn more by trying.
_EDITABLE = frozenset({Status.PUBLISHED, Status.PENDING, Status.SPAM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A comment with its thread and site."""

    comment: Comment
    thread: Thread
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where an edit comes from, as far as plugins may know."""

    address: str | None
    user_agent: str | None


def place_of(parts: Parts, comment_id: int) -> Place:
    """Return a comment of any status with its thread and site.

    Raises:
        NotFound: where there is none.
    """
    with parts.database.read() as session:
        comment = comments.get_comment(session, parts.keys, comment_id)
        thread = threads.thread_by_id(session, comment.thread_id)
        site = sites.site_by_id(session, comment.site_id)
    if thread is None or site is None:
        raise NotFound(comments.GONE)
    return Place(comment=comment, thread=thread, site=site)


def edit(parts: Parts, place: Place, token: str | None, body: str, client: Client) -> Comment:
    """Replace the text of one's own comment, if the pipeline agrees.

    Where it holds the new text of a published comment, the old one stays public meanwhile.

    Raises:
        TokenRefused: for a wrong token, or past the site's window.
        Invalid: where the text isn't acceptable.
        Refused: where the pipeline rejected it; the comment stays as it was.
        TooMany: where the pipeline asks the author to come back later.
    """
    check_author(parts, place, token)
    now = parts.now()
    submission = _submission(parts, place, body, client, now)
    with parts.database.read() as session:
        history = history_of(session, parts.keys, place.site, submission.author, client.address)
        whom = whom_of(submission) | bans.whom_wrote(session, parts.keys, place.comment.id)
    judged = judge_with_bans(parts, submission, whom, history)
    _refuse(judged.judgement)
    html = render(parts, place.site, judged.submission.body)
    with parts.database.write() as session:
        judged = look_again(parts, session, judged)
        _refuse(judged.judgement)
        _keep(parts, session, place, judged, html)
    return _announce(parts, place)


def delete(parts: Parts, place: Place, token: str | None) -> None:
    """Delete one's own comment; under replies a tombstone remains.

    Raises:
        TokenRefused: for a wrong token, or past the site's window.
    """
    check_author(parts, place, token)
    with parts.database.write() as session:
        decide(parts, session, place.comment.id, Status.DELETED, act=Act(actor=AUTHOR))
    _announce(parts, place)


def check_author(parts: Parts, place: Place, token: str | None) -> None:
    """Let pass the author, within the site's window.

    Raises:
        TokenRefused: for a wrong token, or past the window.
        NotFound: where the comment can't be changed any more, e.g. is deleted.
    """
    parts.tokens.check(token, place.comment.id)
    if place.comment.status not in _EDITABLE:
        raise NotFound(comments.GONE)
    window = timedelta(seconds=place.site.settings.edit_window_s)
    if parts.now() > place.comment.created + window:
        raise TokenRefused(say("The time for changing this comment is over."))


def _refuse(judgement: Judgement) -> None:
    refuse_unstored(judgement.refusal)
    if judgement.refusal is not None:
        raise Refused(judgement.refusal.message or REFUSED)


def _submission(parts: Parts, place: Place, body: str, client: Client, now: datetime) -> Submission:
    base = submission_of(parts, place.comment, place.site, place.thread, Occasion.EDIT)
    return replace(
        base,
        body=clean_body(body, place.site.settings),
        address=client.address,
        user_agent=client.user_agent,
        at=now,
    )


def _keep(parts: Parts, session: Session, place: Place, judged: Judged, html: str) -> None:
    source, judgement = judged.submission.body, judged.judgement
    # Read again under the lock: it may have been deleted or decided on while we asked plugins.
    comment, now = comments.get_comment(session, parts.keys, place.comment.id), parts.now()
    if comment.status not in _EDITABLE:
        raise NotFound(comments.GONE)
    trails.add_trail(session, comment.id, judgement.entries)
    outcome = STATUS_OF[judgement.outcome]
    if comment.status is Status.PUBLISHED and outcome is not Status.PUBLISHED:
        comments.propose_body(session, comment.id, source, html)
        reason = f"Edit held. {judgement.reason}"
    else:
        comments.set_body(session, comment.id, source, html, now)
        reason = f"Edited. {judgement.reason}"
    event = trails.add_event(
        session,
        Event(
            id=0,
            comment_id=comment.id,
            before=comment.status,
            after=comment.status,
            actor=AUTHOR,
            reason=reason,
            at=now,
        ),
    )
    promise_to_tell(parts, session, place.site, event)
    if comment.status is Status.PENDING:
        _redecide(parts, session, comment, judgement)
    if judgement.owed:
        promise_recheck(session, comment.id, 0, now)


def _redecide(parts: Parts, session: Session, comment: Comment, judgement: Judgement) -> None:
    """Let a held comment go where its new text leads; what people or reports held stays held."""
    if comment.flag_count:
        return
    held_by = trails.events_of(session, comment.id)
    if any(event.actor not in (PIPELINE, AUTHOR) for event in held_by):
        return
    after = STATUS_OF[judgement.outcome]
    if after is not comment.status:
        decide(parts, session, comment.id, after, act=Act(actor=PIPELINE, reason=judgement.reason))


def _announce(parts: Parts, place: Place) -> Comment:
    changed = place_of(parts, place.comment.id)
    publish(parts, changed.site, changed.thread)
    return changed.comment
