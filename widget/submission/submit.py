"""submit(): a posted comment from request to answer, top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from widget.domain.ban import whom_of
from widget.domain.comment import PIPELINE, STATUS_OF, Comment, Event, Status
from widget.domain.errors import FieldError, Invalid, NotFound, Refused, ThreadClosed, TooMany
from widget.domain.site import Site
from widget.domain.submission import History, Submission, clean_author, clean_body, clean_title
from widget.domain.subscription import Scope
from widget.domain.thread import Thread, ThreadState, new_thread, site_on, thread_key
from widget.domain.trail import Judgement
from widget.domain.verdict import Outcome, Verdict
from widget.domain.words import say
from widget.moderation.closing import closes
from widget.moderation.recheck import promise_recheck
from widget.plugin_host.consent import lacking
from widget.plugin_host.settings import SitePlugin
from widget.plugin_host.sound import sound_facts
from widget.publication.parts import Parts
from widget.publication.publish import promise_to_tell, publish
from widget.publication.render import render
from widget.store import comments, threads, trails
from widget.store.comments import NewComment
from widget.store.database import Session
from widget.store.trails import Record
from widget.submission.idempotency import Key, find_answered
from widget.submission.judging import (
    REFUSED,
    Judged,
    judge_with_bans,
    look_again,
    refuse_banned,
)
from widget.subscriptions import subscribe
from widget.subscriptions.subscribe import Wish, takes_subscriptions

CLOSED = say("Comments on this page are closed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A stored comment and the token by which its author can change it."""

    comment: Comment
    token: str


def submit(
    parts: Parts,
    submission: Submission,
    key: Key | None = None,
    notify: Sequence[Scope] = (),
) -> Posted:
    """Take a reader's submission; return the stored comment and its edit token.

    When this returns, the comment is committed; where it raises, nothing is stored but a
    refused comment for the moderators to see. The same ``key`` is the same comment, once.
    ``notify`` is what the author wants mail about, at the address of the submission.

    Raises:
        Invalid: naming each field at fault.
        NotFound: where the comment that it answers is not there.
        ThreadClosed: where the thread takes no more comments.
        Refused: where the pipeline rejected it, with what the reader is told.
        TooMany: where the pipeline asks the reader to come back later.
        Conflict: where the key belongs to another submission.
    """
    with parts.database.read() as session:
        earlier = find_answered(parts, session, submission, key)
    if earlier is not None:
        return _answer(parts, earlier)
    submission = clean(submission)
    thread, history = _check_place(parts, submission)
    submission = replace(submission, site=site_on(submission.site, thread))
    if thread is not None and closes(parts, submission.site, thread):
        raise ThreadClosed(CLOSED)
    judged = judge_with_bans(parts, submission, whom_of(submission), history)
    refuse_unstored(judged.judgement.refusal)
    refuse_banned(parts, judged)
    html = render(parts, submission.site, judged.submission.body)
    wanted = [] if submission.author.email is None else notify
    comment = _store(parts, judged, html, key, wanted)
    return _answer(parts, comment)


def clean(submission: Submission) -> Submission:
    """Return the submission with every field tidied.

    Raises:
        Invalid: naming all fields at fault, at once.
    """
    settings = submission.site.settings
    errors: list[FieldError] = []
    cleaned = submission
    try:
        cleaned = replace(cleaned, author=clean_author(submission.author, settings))
    except Invalid as error:
        errors.extend(error.errors)
    try:
        cleaned = replace(cleaned, body=clean_body(submission.body, settings))
    except Invalid as error:
        errors.extend(error.errors)
    if errors:
        raise Invalid(errors)
    return replace(cleaned, title=clean_title(submission.title))


def refuse_unstored(refusal: Verdict | None) -> None:
    """Answer a rejection that the reader can mend, or wait out; such a one is not stored.

    Raises:
        TooMany: where the verdict says when to come back.
        Refused: where it names the field to mend.
    """
    if refusal is None or not refusal.can_be_mended:
        return
    message = refusal.message or REFUSED
    if refusal.retry_after_s is not None:
        raise TooMany(message, refusal.retry_after_s)
    raise Refused(message, [FieldError(refusal.field or "body", message)])


def _check_place(parts: Parts, submission: Submission) -> tuple[Thread | None, History]:
    """Check that there is a place for the comment; return it, and what is known of its author."""
    site = submission.site
    with parts.database.read() as session:
        thread = threads.find_thread(
            session, site.id, thread_key(submission.url, submission.thread)
        )
        if thread is not None and thread.state is ThreadState.CLOSED:
            raise ThreadClosed(CLOSED)
        if submission.parent is not None:
            _check_parent(parts, session, thread, submission.parent)
        return thread, comments.history_of(
            session, parts.keys, site, submission.author, submission.address
        )


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


def _store(
    parts: Parts,
    judged: Judged,
    html: str,
    key: Key | None,
    notify: Sequence[Scope],
) -> Comment:
    """Commit the comment with all that belongs to it, then show it."""
    submission = judged.submission
    records = _records(parts, submission)
    try:
        with parts.database.write() as session:
            earlier = find_answered(parts, session, submission, key)
            if earlier is not None:
                return earlier
            judgement = look_again(parts, session, judged).judgement
            thread = threads.begin_thread(session, _new_thread(submission), submission.at)
            new = _new_comment(submission, thread, html, judgement, key)
            comment = comments.add_comment(session, parts.keys, new)
            _write_trail(parts, session, comment, submission.site, judgement, records)
            _subscribe(parts, session, submission, comment, notify)
            thread = threads.thread_by_id(session, thread.id) or thread
    except comments.AlreadyStored:
        # Another process stored the same key between our question and our answer.
        with parts.database.read() as session:
            earlier = find_answered(parts, session, submission, key)
        if earlier is None:
            raise
        return earlier
    publish(parts, submission.site, thread)
    return comment


def _new_comment(
    submission: Submission, thread: Thread, html: str, judgement: Judgement, key: Key | None
) -> NewComment:
    return NewComment(
        submission=submission,
        thread_id=thread.id,
        status=STATUS_OF[judgement.outcome],
        html=html,
        idempotency_key=key.value if key else None,
        digest=key.digest if key else None,
    )


def _write_trail(
    parts: Parts,
    session: Session,
    comment: Comment,
    site: Site,
    judgement: Judgement,
    records: Sequence[Record],
) -> None:
    now = parts.now()
    trails.add_trail(session, comment.id, judgement.entries)
    event = Event(
        id=0,
        comment_id=comment.id,
        before=None,
        after=comment.status,
        actor=PIPELINE,
        reason=judgement.reason,
        at=now,
    )
    event = trails.add_event(session, event)
    for record in records:
        trails.add_record(session, comment.id, record)
    if judgement.owed:
        promise_recheck(session, comment.id, 0, now)
    promise_to_tell(parts, session, site, event)


def _subscribe(
    parts: Parts,
    session: Session,
    submission: Submission,
    comment: Comment,
    notify: Sequence[Scope],
) -> None:
    """Keep what the author wants to be told of; who is called spam makes us write to nobody."""
    site, email = submission.site, submission.author.email
    is_welcome = comment.status in (Status.PUBLISHED, Status.PENDING)
    if email is None or not is_welcome or not takes_subscriptions(parts, site):
        return
    for scope in notify:
        wish = Wish(
            email=email,
            scope=scope,
            language=submission.language,
            thread_id=comment.thread_id,
            comment_id=comment.id,
        )
        subscribe.keep(parts, session, site, wish)


def _records(parts: Parts, submission: Submission) -> list[Record]:
    found: list[Record] = []
    unasked = lacking(parts.plugins, submission.site, submission.answers)
    for plugin in parts.plugins.taking_part(submission.site, "record_submission"):
        data = {} if plugin.name in unasked else _record(parts, plugin, submission)
        if data:
            found.append(Record(plugin=plugin.name, data=data, at=parts.now()))
    return found


def _record(parts: Parts, plugin: SitePlugin, submission: Submission) -> dict[str, object]:
    value = parts.plugins.ask(plugin, "record_submission", submission=submission).value
    return sound_facts(value) or {}


def _new_thread(submission: Submission) -> Thread:
    key = thread_key(submission.url, submission.thread)
    return new_thread(submission.site.id, key, submission.url, submission.title)


def _answer(parts: Parts, comment: Comment) -> Posted:
    if comment.status is Status.REJECTED:
        with parts.database.read() as session:
            entries = trails.last_judgement(session, comment.id)
        refusal = Judgement(outcome=Outcome.REJECT, reason="", entries=entries).refusal
        raise Refused((refusal.message if refusal else None) or REFUSED)
    return Posted(comment=comment, token=parts.tokens.sign(comment))
