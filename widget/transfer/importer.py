"""Runs an import: in order, parents first, each comment once however often it is run."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from widget.domain.comment import Author, Comment, Event, Status
from widget.domain.errors import FieldError, Invalid
from widget.domain.identity import keyed_hash
from widget.domain.site import Site, SiteSettings
from widget.domain.submission import Submission, clean_author, clean_body, clean_title
from widget.domain.thread import Thread, new_thread, thread_key
from widget.publication.parts import Parts
from widget.publication.publish import publish
from widget.publication.render import render
from widget.snapshot.read import page_of
from widget.store import comments, threads, trails
from widget.store.comments import NewComment
from widget.store.database import Session
from widget.transfer.foreign import ForeignComment, ForeignThread

ACTOR = "import"

#: A comment that can be stored: as its source has it, as a submission, and as HTML.
_Ready = tuple[ForeignComment, Submission, str]


@dataclass(slots=True)
class Report:
    """What an import did. ``left_out`` says for each comment that was not taken why."""

    added: int = 0
    known: int = 0
    left_out: list[str] = field(default_factory=list)


def import_thread(
    parts: Parts,
    site: Site,
    url: str,
    foreign: ForeignThread,
    *,
    dry_run: bool,
    advance: Callable[[], object] = lambda: None,
) -> Report:
    """Add a foreign thread's comments, published, to a page's thread, all or none.

    Nobody is notified and no plugin is asked: what was public stays public. Comments that an
    earlier run has added are known by their id in the source and left as they are.

    Raises:
        Invalid: where the URL can't be read, or comments answer each other in a circle.
        HostNotAllowed: where the page is not one of the site's.
    """
    canonical = page_of(site, url)
    report = Report()
    ready = list(_ready(parts, site, canonical, foreign, report))
    if dry_run:
        report.known = _count_known(parts, site, canonical, ready)
        report.added = len(ready) - report.known
        return report
    with parts.database.write() as session:
        thread = threads.begin_thread(session, _thread(site, canonical, foreign), parts.now())
        # By the page that is imported: its thread may have been merged into another one's.
        key = thread_key(canonical, None)
        known = comments.known_source_ids(
            session, site.id, [_source_id(parts, key, row.id) for row, _, _ in ready]
        )
        run = _Run(parts=parts, session=session, thread=thread, key=key, known=known, report=report)
        for row, submission, html in ready:
            run.add(row, submission, html)
            advance()
        changed = threads.threads_by_id(session, {thread.id, *run.elsewhere})
    for thread in changed.values():
        publish(parts, site, thread)
    return report


def _ready(
    parts: Parts, site: Site, url: str, foreign: ForeignThread, report: Report
) -> Iterator[_Ready]:
    times = _times(foreign.comments, parts.now())
    taken: set[str] = set()
    for row in _parents_first(foreign.comments):
        try:
            if row.parent is not None and row.parent not in taken:
                raise Invalid([FieldError("parent", "What it answers was left out.")])
            submission = _submission(site, url, foreign, row, times[row.id], report)
        except Invalid as error:
            report.left_out.append(f"{row.id}: {error}")
            continue
        taken.add(row.id)
        yield row, submission, render(parts, site, submission.body)


def _submission(
    site: Site, url: str, foreign: ForeignThread, row: ForeignComment, at: datetime, report: Report
) -> Submission:
    # What a site asks of new authors was not asked of these.
    settings = site.settings.model_copy(
        update={
            "author_name": "optional",
            "author_email": "optional",
            "author_website": "optional",
            "max_length": 65_000,
        }
    )
    return Submission(
        site=site,
        url=url,
        title=clean_title(foreign.title),
        author=_author(row, settings, report),
        body=clean_body(row.body, settings),
        permalink=url,
        at=at,
    )


def _author(row: ForeignComment, settings: SiteSettings, report: Report) -> Author:
    """Return who wrote a comment; a field that can't be kept is left out, and told."""
    author = Author(name=row.name, email=row.email, website=row.website)
    while True:
        try:
            return clean_author(author, settings)
        except Invalid as error:
            for fault in error.errors:
                name = fault.field.removeprefix("author.")
                author = replace(author, **{name: None})
                report.left_out.append(f"{row.id}: the {name}, as it can't be kept.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One import under way. ``known`` are the stored comments by their id in the source.

    ``key`` is that of the page, ``elsewhere`` the threads to which comments of it were moved and
    where replies to them go.
    """

    parts: Parts
    session: Session
    thread: Thread
    key: str
    known: dict[str, int]
    report: Report
    elsewhere: set[int] = field(default_factory=set)

    def add(self, row: ForeignComment, submission: Submission, html: str) -> None:
        """Store a comment that no earlier run has stored."""
        name = _source_id(self.parts, self.key, row.id)
        if name in self.known:
            self.report.known += 1
            return
        parent = self.known[_source_id(self.parts, self.key, row.parent)] if row.parent else None
        new = NewComment(
            submission=replace(submission, parent=parent),
            thread_id=self._thread_of(parent),
            status=Status.PUBLISHED,
            html=html,
            source_id=name,
        )
        comment = comments.add_comment(self.session, self.parts.keys, new)
        trails.add_event(self.session, _imported(comment, self.parts.now()))
        self.known[name] = comment.id
        self.report.added += 1

    def _thread_of(self, parent: int | None) -> int:
        """Return the thread of a comment's place: the page's, or the one its parent went to."""
        if parent is None:
            return self.thread.id
        there = comments.get_comment(self.session, self.parts.keys, parent).thread_id
        self.elsewhere.add(there)
        return there


def _imported(comment: Comment, now: datetime) -> Event:
    return Event(
        id=0,
        comment_id=comment.id,
        before=None,
        after=Status.PUBLISHED,
        actor=ACTOR,
        reason="Imported.",
        at=now,
    )


def _thread(site: Site, url: str, foreign: ForeignThread) -> Thread:
    return new_thread(site.id, thread_key(url, None), url, clean_title(foreign.title))


def _count_known(parts: Parts, site: Site, url: str, ready: Sequence[_Ready]) -> int:
    """Return how many comments an earlier run has added."""
    with parts.database.read() as session:
        names = [_source_id(parts, thread_key(url, None), row.id) for row, _, _ in ready]
        return len(comments.known_source_ids(session, site.id, names))


def _source_id(parts: Parts, key: str, foreign_id: str) -> str:
    """Return what a comment is known by: its page and its id there, whatever the file's name."""
    return "json:" + keyed_hash(parts.keys.lookup, "source", key, foreign_id)


def _parents_first(rows: Sequence[ForeignComment]) -> Iterable[ForeignComment]:
    """Return the comments in the source's order, but none before the one it answers.

    Raises:
        Invalid: where comments answer each other in a circle.
    """
    by_parent: dict[str | None, list[ForeignComment]] = {}
    placed: set[str] = set()
    ordered: list[ForeignComment] = []
    for row in rows:
        if row.parent is not None and row.parent not in placed:
            by_parent.setdefault(row.parent, []).append(row)
            continue
        # Whatever came too early and waits for it follows at once.
        ready = deque([row])
        while ready:
            current = ready.popleft()
            placed.add(current.id)
            ordered.append(current)
            ready.extend(by_parent.pop(current.id, ()))
    if by_parent:
        left = [row.id for row in rows if row.id not in placed]
        message = f"Comments answer each other in a circle: {', '.join(left[:10])}."
        raise Invalid([FieldError("comments", message)])
    return ordered


def _times(rows: Sequence[ForeignComment], now: datetime) -> dict[str, datetime]:
    """Return each comment's time: its own, else one that keeps the source's order."""
    begin = now - timedelta(seconds=len(rows))
    return {
        row.id: row.created or begin + timedelta(seconds=place) for place, row in enumerate(rows)
    }
