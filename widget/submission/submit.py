"""submit(): a posted comment from request to answer, top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from widget.domain.ban import whom_of
from widget.domain.comment import PIPELINE, STATUS_OF, Comment, Event, Status
from widget.domain.errors import FieldError, Invalid, Refused, TooMany
from widget.domain.submission import History, Submission, clean_author, clean_body, clean_title
from widget.domain.subscription import Scope
from widget.domain.thread import Thread, new_thread, site_on, thread_key
from widget.domain.trail import Judgement
from widget.domain.verdict import Outcome, Verdict
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
from widget.submission.place import check_open, check_place, has_changed, policy_of
from widget.subscriptions import subscribe
from widget.subscriptions.subscribe import Wish, takes_subscriptions

#: So often a comment is looked at again as its page changes; then it is stored all the same.
MAX_TIMES = 100


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
    thread, history = check_place(parts, submission)
    ready = _judged(parts, submission, thread, history)
    wanted = _Wanted(key=key, notify=notify if submission.author.email else ())
    for left in reversed(range(MAX_TIMES)):
        try:
            return _answer(parts, _store(parts, ready, wanted, is_last=not left))
        except _Changed:
            thread, history = check_place(parts, submission)
            if policy_of(thread) is policy_of(ready.thread):
                ready = replace(ready, thread=thread)
            else:
                ready = _judged(parts, submission, thread, history)
    raise AssertionError("what is stored the last time is stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A submission as it was judged, and the thread that it was judged for, if there was one."""

    judged: Judged
    html: str
    records: Sequence[Record]
    thread: Thread | None

    @property
    def submission(self) -> Submission:
        """Return what was sent, as plugins have prepared it."""
        return self.judged.submission

    @property
    def judgement(self) -> Judgement:
        """Return what became of it."""
        return self.judged.judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a browser wants beside the comment itself."""

    key: Key | None
    notify: Sequence[Scope]


class _Changed(Exception):
    """The page's thread isn't any more what it was when the comment was judged for it."""


def _judged(
    parts: Parts, submission: Submission, thread: Thread | None, history: History
) -> _Ready:
    """Judge a submission for a thread.

    Raises:
        Refused, TooMany: for a rejection that the reader can mend.
    """
    submission = replace(submission, site=site_on(submission.site, thread))
    judged = judge_with_bans(parts, submission, whom_of(submission), history)
    refuse_unstored(judged.judgement.refusal)
    refuse_banned(parts, judged)
    return _Ready(
        judged=judged,
        html=render(parts, submission.site, judged.submission.body),
        records=_records(parts, judged.submission),
        thread=thread,
    )


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


def _store(parts: Parts, ready: _Ready, wanted: _Wanted, *, is_last: bool) -> Comment:
    """Commit the comment with all that belongs to it, then show it.

    Raises:
        _Changed: where its thread has changed so that it has to be looked at again; not where
            this is the last time.
    """
    submission = ready.submission
    try:
        with parts.database.write() as session:
            earlier = find_answered(parts, session, submission, wanted.key)
            if earlier is not None:
                return earlier
            ready = replace(ready, judged=look_again(parts, session, ready.judged))
            thread = threads.begin_thread(session, _new_thread(submission), submission.at)
            check_open(thread)
            if not is_last and has_changed(parts, submission.site, ready.thread, thread):
                raise _Changed
            comment = comments.add_comment(
                session, parts.keys, _new_comment(ready, thread, wanted.key)
            )
            _write_trail(parts, session, comment, ready)
            _subscribe(parts, session, submission, comment, wanted.notify)
            thread = threads.thread_by_id(session, thread.id) or thread
    except comments.AlreadyStored:
        # Another process stored the same key between our question and our answer.
        with parts.database.read() as session:
            earlier = find_answered(parts, session, submission, wanted.key)
        if earlier is None:
            raise
        return earlier
    publish(parts, submission.site, thread)
    return comment


def _new_comment(ready: _Ready, thread: Thread, key: Key | None) -> NewComment:
    return NewComment(
        submission=ready.submission,
        thread_id=thread.id,
        status=STATUS_OF[ready.judgement.outcome],
        html=ready.html,
        idempotency_key=key.value if key else None,
        digest=key.digest if key else None,
    )


def _write_trail(parts: Parts, session: Session, comment: Comment, ready: _Ready) -> None:
    judgement, now = ready.judgement, parts.now()
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
    for record in ready.records:
        trails.add_record(session, comment.id, record)
    if judgement.owed:
        promise_recheck(session, comment.id, 0, now)
    promise_to_tell(parts, session, ready.submission.site, event)


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
