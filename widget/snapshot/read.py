"""The answer to a reader's question about a thread, from a snapshot or as a new one."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from widget.domain.canonical_url import canonical_url
from widget.domain.cursor import decode_cursor
from widget.domain.errors import HostNotAllowed, Invalid, NotFound
from widget.domain.hosts import page_is_allowed
from widget.domain.site import Site
from widget.domain.thread import Thread, thread_key
from widget.domain.thread_page import Sort, ThreadPage
from widget.domain.words import say
from widget.snapshot.around import path_to, with_path
from widget.snapshot.build import Builder, build_page, nobody_yet
from widget.snapshot.cache import ALL, Snapshot, Snapshots
from widget.snapshot.encode import encode
from widget.snapshot.form import Forms
from widget.store import sites, threads
from widget.store.database import Database, Session

#: What an answer about counts is kept under begins so; the rest is the query string.
COUNTS = "counts?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader asks: which thread, in which order, from where on, in which language."""

    site: str
    url: str
    thread: str | None = None
    sort: Sort = Sort.OLDEST
    after: str | None = None
    around: int | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading needs: the database, how pages are built, and where they are kept."""

    database: Database
    builder: Builder
    snapshots: Snapshots
    forms: Forms

    def read(self, raw: str, question: Question) -> Snapshot:
        """Return the snapshot that answers the question; ``raw`` is what it is kept under.

        Raises:
            NotFound: for an unknown site, or ``around`` a comment that nobody can see.
            HostNotAllowed: where the page is not one of the site's.
            Invalid: where the URL, the thread id or the cursor can't be read.
        """
        known = self.snapshots.get(raw)
        if known is not None:
            return known
        with self.database.read() as session:
            site = find_site(session, question.site)
            snapshot = self._build(session, site, question)
        self.snapshots.put(raw, snapshot)
        return snapshot

    def counts(self, raw: str, site_key: str, urls: Sequence[str]) -> Snapshot:
        """Return how many comments are published on each page; a page of nobody's has none.

        Raises:
            NotFound: for an unknown site.
        """
        question = COUNTS + raw
        known = self.snapshots.get(question)
        if known is not None:
            return known
        with self.database.read() as session:
            site = find_site(session, site_key)
            keys = {url: _count_key(site, url) for url in urls}
            counted = tuple(sorted({key for key in keys.values() if key}))
            counts = threads.counts_of(session, site.id, counted)
        snapshot = Snapshot(
            site_id=site.id,
            thread=(site.key, ALL),
            site_version=site.version,
            thread_version=_version_of(counts),
            encoded=encode({"counts": {url: counts.get(key, 0) for url, key in keys.items()}}),
            counted=counted,
        )
        self.snapshots.put(question, snapshot)
        return snapshot

    def page(self, session: Session, site: Site, question: Question) -> ThreadPage:
        """Return the page that answers the question, unencoded.

        Raises:
            NotFound: ``around`` a comment that nobody can see.
            Moved: ``around`` one that is on another page now.
        """
        return self._page(session, site, question, _asked(session, site, question)[1])

    def _page(
        self, session: Session, site: Site, question: Question, thread: Thread | None
    ) -> ThreadPage:
        cursor = decode_cursor(question.after, question.sort)
        form = self.forms.of(site, question.lang)
        if thread is None:
            if question.around is not None:
                raise NotFound(say("There is no such comment."))
            nobody = nobody_yet(page_of(site, question.url))
            return ThreadPage(thread=nobody, comments=(), after=None, form=form)
        if question.around is not None:
            cursor, path = path_to(self.builder, session, thread, question.around, question.sort)
            page = build_page(self.builder, session, site, thread, cursor, form)
            return with_path(self.builder, site, page, path)
        return build_page(self.builder, session, site, thread, cursor, form)

    def _build(self, session: Session, site: Site, question: Question) -> Snapshot:
        key, thread = _asked(session, site, question)
        page = self._page(session, site, question, thread)
        return Snapshot(
            site_id=site.id,
            # Under the thread that answers: a page whose thread was merged into another is then
            # found, checked and dropped as that one is.
            thread=(site.key, thread.key if thread else key),
            site_version=site.version,
            thread_version=page.thread.version,
            encoded=encode(page),
        )


def _count_key(site: Site, url: str) -> str:
    """Return a page's thread key; what is no page of the site's has no thread."""
    try:
        return thread_key(page_of(site, url), None)
    except (Invalid, HostNotAllowed):
        return ""


def _version_of(counts: Mapping[str, int]) -> int:
    """Return a number that is another one where any count is."""
    return zlib.crc32(repr(sorted(counts.items())).encode())


def _asked(session: Session, site: Site, question: Question) -> tuple[str, Thread | None]:
    """Return the key of the thread that is asked for, and the thread that answers for it."""
    key = thread_key(page_of(site, question.url), question.thread)
    return key, threads.find_thread(session, site.id, key)


def find_site(session: Session, key: str) -> Site:
    """Return the site of that key.

    Raises:
        NotFound: where there is none.
    """
    site = sites.find_site(session, key)
    if site is None:
        raise NotFound(say("There is no such site."))
    return site


def page_of(site: Site, url: str) -> str:
    """Return the canonical URL of one of the site's pages.

    Raises:
        Invalid: where it can't be read.
        HostNotAllowed: where it is another site's.
    """
    canonical = canonical_url(url)
    if not page_is_allowed(canonical, site.hosts):
        raise HostNotAllowed(say("This page is not one of the site {site}.", site=repr(site.key)))
    return canonical


def versions_in(database: Database) -> Callable[[Snapshot], tuple[int | None, int]]:
    """Return the function that asks which versions of a snapshot's sources are the newest."""

    def versions(snapshot: Snapshot) -> tuple[int | None, int]:
        site_key, key = snapshot.thread
        with database.read() as session:
            return (
                sites.site_version(session, site_key),
                _version_of(threads.counts_of(session, snapshot.site_id, snapshot.counted))
                if key == ALL
                else threads.thread_version(session, snapshot.site_id, key),
            )

    return versions
