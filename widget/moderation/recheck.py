"""Comments that were held because a plugin failed are judged again, with back-off."""

from datetime import datetime, timedelta

from widget.domain.comment import STATUS_OF, Comment, Status
from widget.domain.errors import NotFound
from widget.domain.site import Site
from widget.domain.submission import Occasion, Submission
from widget.domain.thread import Thread
from widget.domain.trail import Judgement, owed_by
from widget.moderation.decide import Act, decide
from widget.moderation.pipeline import Patience, prepare, rejudge
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.publication.render import render
from widget.store import comments, jobs, sites, threads, trails
from widget.store.database import Session

RECHECK = "recheck"
PIPELINE = "pipeline"

#: Seconds until the first, second … further try. After the last one a moderator decides.
BACK_OFF_S = (30, 120, 600, 1800, 7200, 21600, 43200, 86400)


def promise_recheck(session: Session, comment_id: int, tried: int, now: datetime) -> None:
    """Promise another try, in the transaction that holds the comment."""
    if tried < len(BACK_OFF_S):
        due = now + timedelta(seconds=BACK_OFF_S[tried])
        jobs.promise(session, RECHECK, {"comment": comment_id, "tried": tried}, due=due, now=now)


def recheck(parts: Parts, comment_id: int, tried: int) -> None:
    """Ask again the plugins that owe their answer to a held comment, and act on it.

    A comment that a person decided on meanwhile, or that is gone, is left alone.
    """
    with parts.database.read() as session:
        found = _still_owed(parts, session, comment_id)
        if found is None:
            return
        comment, site, thread = found
        earlier = trails.last_judgement(session, comment_id)
        history = comments.history_of(session, parts.keys, site, comment.author, comment.address)
    submission = submission_of(parts, comment, site, thread, Occasion.RECHECK)
    patience = Patience(parts.config.deadline_s)
    prepared = prepare(parts.plugins, submission, patience, only=owed_by(earlier))
    judgement, fresh = rejudge(parts.plugins, prepared, history, earlier, parts.now())
    with parts.database.write() as session:
        if _still_owed(parts, session, comment_id) is None:
            return
        trails.add_trail(session, comment_id, fresh)
        if judgement.owed:
            promise_recheck(session, comment_id, tried + 1, parts.now())
        _act(parts, session, comment, prepared.submission, judgement)
        thread = threads.thread_by_id(session, thread.id) or thread
    publish(parts, site, thread)


def submission_of(
    parts: Parts, comment: Comment, site: Site, thread: Thread, occasion: Occasion
) -> Submission:
    """Return a stored comment as the submission that plugins judge."""
    return Submission(
        site=site,
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
    decided = any(event.actor != PIPELINE for event in trails.events_of(session, comment_id))
    if comment.status is not Status.PENDING or decided or site is None or thread is None:
        return None
    return comment, site, thread


def _act(
    parts: Parts,
    session: Session,
    comment: Comment,
    submission: Submission,
    judgement: Judgement,
) -> None:
    if submission.body != comment.source:
        html = render(parts, submission.site, submission.body)
        comments.replace_text(session, comment.id, submission.body, html)
    after = STATUS_OF[judgement.outcome]
    if after is not comment.status:
        decide(parts, session, comment.id, after, act=Act(actor=PIPELINE, reason=judgement.reason))
