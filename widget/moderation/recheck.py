"""Comments that were held because a plugin failed are judged again, with back-off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from widget.domain.comment import AUTHOR, PIPELINE, STATUS_OF, Comment, Event, Status
from widget.domain.errors import NotFound
from widget.domain.site import Site
from widget.domain.submission import Occasion, Submission
from widget.domain.thread import Thread, site_on
from widget.domain.trail import Judgement, TrailEntry, owed_by
from widget.moderation.banning import Sender, ban_on, is_refused, newer_ban, with_ban
from widget.moderation.decide import Act, decide
from widget.moderation.pipeline import Patience, prepare, rejudge
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.publication.render import render
from widget.store import bans, comments, jobs, sites, threads, trails
from widget.store.database import Session
from widget.store.history import history_of

RECHECK = "recheck"

#: Seconds until the first, second … further try. After the last one a moderator decides.
BACK_OFF_S = (30, 120, 600, 1800, 7200, 21600, 43200, 86400)


def promise_recheck(session: Session, comment_id: int, tried: int, now: datetime) -> None:
    """Promise another try, in the transaction that holds the comment."""
    if tried < len(BACK_OFF_S):
        due = now + timedelta(seconds=BACK_OFF_S[tried])
        jobs.promise(session, RECHECK, {"comment": comment_id, "tried": tried}, due=due, now=now)


def recheck(parts: Parts, comment_id: int, tried: int) -> None:
    """Ask again the plugins that owe their answer to a held comment or edit, and act on it.

    What a person decided on meanwhile, or what is gone, is left alone.
    """
    with parts.database.read() as session:
        found = _still_owed(parts, session, comment_id)
        if found is None:
            return
        comment, site, thread = found
        earlier = trails.last_judgement(session, comment_id)
        history = history_of(session, parts.keys, site, comment.author, comment.address)
        whom = bans.whom_wrote(session, parts.keys, comment_id)
        sender = Sender(site=site_on(site, thread), whom=whom, history=history)
        ban = ban_on(parts, session, sender)
    if not owed_by(earlier):
        return
    submission = submission_of(parts, comment, site, thread, Occasion.RECHECK)
    if _has_proposal(comment):
        submission = replace(submission, body=comment.proposed_source or "")
    prepared, judgement, fresh = _judged(parts, submission, sender, earlier, ban)
    with parts.database.write() as session:
        again = _still_owed(parts, session, comment_id)
        if again is None or _texts(again[0]) != _texts(comment):
            # Decided on, or edited: what was judged here is not what would be published.
            return
        newer = newer_ban(parts, session, sender, judgement)
        if newer is not None:
            judgement, fresh = with_ban(sender, newer, judgement.entries), [newer, *fresh]
        trails.add_trail(session, comment_id, fresh)
        if judgement.owed:
            promise_recheck(session, comment_id, tried + 1, parts.now())
        _act(parts, session, comment, prepared, judgement)
        thread = threads.thread_by_id(session, thread.id) or thread
    publish(parts, site, thread)


def _judged(
    parts: Parts,
    submission: Submission,
    sender: Sender,
    earlier: Sequence[TrailEntry],
    ban: TrailEntry | None,
) -> tuple[Submission, Judgement, Sequence[TrailEntry]]:
    """Return the submission as prepared, the new judgement, and what is new on the trail.

    Of somebody whom a ban refuses by now nothing is asked any more.
    """
    owed = owed_by(earlier)
    if ban is not None and is_refused(ban):
        answered = [entry for entry in earlier if entry.plugin not in owed]
        return submission, with_ban(sender, ban, answered), [ban]
    patience = Patience(parts.config.deadline_s)
    prepared = prepare(parts.plugins, submission, patience, only=owed)
    judgement, fresh = rejudge(parts.plugins, prepared, sender.history, earlier, parts.now())
    return prepared.submission, judgement, fresh


def submission_of(
    parts: Parts, comment: Comment, site: Site, thread: Thread, occasion: Occasion
) -> Submission:
    """Return a stored comment as the submission that plugins judge."""
    return Submission(
        site=site_on(site, thread),
        url=thread.url,
        thread=thread.key.removeprefix("id:") if thread.key.startswith("id:") else None,
        title=thread.title,
        parent=comment.parent,
        author=comment.author,
        body=comment.source,
        answers=comment.answers,
        address=comment.address,
        user_agent=comment.user_agent,
        referrer=comment.referrer,
        language=comment.language,
        permalink=f"{thread.url}#comment-{comment.id}",
        occasion=occasion,
        comment_id=comment.id,
        at=comment.created,
    )


def _still_owed(
    parts: Parts, session: Session, comment_id: int
) -> tuple[Comment, Site, Thread] | None:
    try:
        comment = comments.get_comment(session, parts.keys, comment_id)
    except NotFound:
        return None
    site = sites.site_by_id(session, comment.site_id)
    thread = threads.thread_by_id(session, comment.thread_id)
    events = trails.events_of(session, comment_id)
    decided = any(event.actor not in (PIPELINE, AUTHOR) for event in events)
    is_held = comment.status is Status.PENDING and not decided and not comment.flag_count
    waits = is_held or _has_proposal(comment)
    if not waits or site is None or thread is None:
        return None
    return comment, site, thread


def _has_proposal(comment: Comment) -> bool:
    """Tell whether an edit waits beside the public text: then that is what is judged."""
    return comment.status is Status.PUBLISHED and comment.proposed_source is not None


def _texts(comment: Comment) -> tuple[str, str | None]:
    return comment.source, comment.proposed_source


def _act(
    parts: Parts,
    session: Session,
    comment: Comment,
    submission: Submission,
    judgement: Judgement,
) -> None:
    after = STATUS_OF[judgement.outcome]
    if _has_proposal(comment):
        if after is Status.PUBLISHED:
            _accept(parts, session, comment, submission, judgement)
        return
    if submission.body != comment.source:
        html = render(parts, submission.site, submission.body)
        comments.replace_text(session, comment.id, submission.body, html)
    if after is not comment.status:
        decide(parts, session, comment.id, after, act=Act(actor=PIPELINE, reason=judgement.reason))


def _accept(
    parts: Parts,
    session: Session,
    comment: Comment,
    submission: Submission,
    judgement: Judgement,
) -> None:
    """Let an edit that was held for a failure become the comment's text."""
    html, now = render(parts, submission.site, submission.body), parts.now()
    comments.set_body(session, comment.id, submission.body, html, now)
    event = Event(
        id=0,
        comment_id=comment.id,
        before=comment.status,
        after=comment.status,
        actor=PIPELINE,
        reason=f"Edited. {judgement.reason}",
        at=now,
    )
    trails.add_event(session, event)
