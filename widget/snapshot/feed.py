"""Atom feeds (RFC 4287) of a thread, of a site, and of the replies to one comment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from urllib.parse import urlsplit

from feedgenerator import Atom1Feed

from widget.domain.comment import Comment
from widget.domain.errors import NotFound
from widget.domain.site import Site
from widget.domain.thread import Thread, new_thread, thread_key
from widget.domain.thread_page import PublicComment, Replies
from widget.domain.words import say
from widget.languages.languages import ENGLISH, Languages
from widget.snapshot.build import public_comment
from widget.snapshot.cache import Snapshot
from widget.snapshot.encode import encode_bytes
from widget.snapshot.read import Reader, find_site, page_of
from widget.store import comments, feeds, threads
from widget.store.database import Session

#: So many of the newest comments are in a feed.
ENTRIES = 50
ATOM = "application/atom+xml; charset=utf-8"
#: What a feed is kept under begins so; path and query follow.
FEED = "feed "
#: What XML 1.0 can't hold, whatever an older version let in.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedQuestion:
    """Which feed: of a site; of its page ``url`` or explicit ``thread``; of replies to a comment.

    ``address`` is the feed's own; ``path`` and ``query`` are how it was asked for.
    """

    site: str
    address: str
    path: str
    query: str = ""
    url: str | None = None
    thread: str | None = None
    replies_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """What makes feeds: the reader of threads, whose snapshots they share, and the words."""

    reader: Reader
    languages: Languages

    def read(self, question: FeedQuestion) -> Snapshot:
        """Return the feed that answers the question, from a snapshot or as a new one.

        Raises:
            NotFound: for an unknown site or comment.
            HostNotAllowed: where the page is not one of the site's.
            Invalid: where the URL or thread id can't be read.
        """
        is_of_site = question.url is None and question.replies_to is None
        # One of a site is asked for its version each time: it is not handed out as it is.
        name = f"{'site' if is_of_site else FEED}{question.path}?{question.query}"
        known = None if is_of_site else self.reader.snapshots.get(name)
        if known is not None:
            return known
        with self.reader.database.read() as session:
            site = find_site(session, question.site)
            if is_of_site:
                # Any page may have changed it: it is kept, and asked for its version each time.
                version = threads.site_threads_version(session, site.id)
                known = self.reader.snapshots.get_of(name, site.version, version)
            snapshot = known or self._make(session, site, question)
        self.reader.snapshots.put(name, snapshot)
        return snapshot

    def _make(self, session: Session, site: Site, question: FeedQuestion) -> Snapshot:
        language = self.languages.known(site.settings.language) or ENGLISH
        thread, found, title = self._found(session, site, question, language)
        feed = _Feed(
            title=title,
            link=thread.url if thread else f"https://{_host(site)}/",
            description=None,
            language=language,
            feed_url=question.address,
            feed_guid=question.address,
            updated=max((one.edited or one.created for one in found), default=None),
        )
        pages = threads.threads_by_id(session, {one.thread_id for one in found})
        for one in found:
            self._add(feed, site, one, pages[one.thread_id], language)
        out = BytesIO()
        feed.write(out, "utf-8")
        if thread is None:
            key, version = "", threads.site_threads_version(session, site.id)
        else:
            key, version = thread.key, thread.version
        return Snapshot(
            site_id=site.id,
            thread=(site.key, key),
            site_version=site.version,
            thread_version=version,
            encoded=encode_bytes(out.getvalue()),
            media_type=ATOM,
        )

    def _found(
        self, session: Session, site: Site, question: FeedQuestion, language: str
    ) -> tuple[Thread | None, Sequence[Comment], str]:
        keys = self.reader.builder.keys
        name = site.title or site.key
        if question.replies_to is not None:
            parent = comments.get_comment(session, keys, question.replies_to)
            thread = threads.thread_by_id(session, parent.thread_id)
            if parent.site_id != site.id or not parent.visible or thread is None:
                raise NotFound(comments.GONE)
            words = say("Replies to {name} on {title}", name=_name(parent), title=_title(thread))
            found = feeds.newest_replies(session, keys, parent.id, ENTRIES)
            return thread, found, self.languages.say(language, words)
        if question.url is None:
            return None, feeds.newest_of_site(session, keys, site.id, ENTRIES), name
        url = page_of(site, question.url)
        key = thread_key(url, question.thread)
        thread = threads.find_thread(session, site.id, key) or new_thread(site.id, key, url)
        words = say("Comments on {title}", title=_title(thread))
        found = feeds.newest_of_thread(session, keys, thread.id, ENTRIES)
        return thread, found, self.languages.say(language, words)

    def _add(
        self, feed: "_Feed", site: Site, comment: Comment, thread: Thread, language: str
    ) -> None:
        public = public_comment(self.reader.builder, site, comment, Replies(count=0))
        name = _author(public) or self.languages.say(language, say("Anonymous"))
        title = say("{name} on {title}", name=name, title=_title(thread))
        page = thread.url.partition("#")[0]
        feed.add_item(
            title=_clean(self.languages.say(language, title)),
            link=f"{page}#comment-{comment.id}",
            description=None,
            author_name=_clean(name),
            author_link=public.author.website if public.author else None,
            pubdate=comment.created,
            updateddate=comment.edited or comment.created,
            unique_id=_tag(site, comment.id, comment.created),
            content=_clean(public.html),
            parent=comment.parent and _tag_link(site, page, comment),
        )


class _Feed(Atom1Feed):  # type: ignore[misc]  # the library has no types
    """An Atom feed that says what each comment answers (RFC 4685), and when nothing is in it."""

    def root_attributes(self) -> dict[str, str]:
        attributes: dict[str, str] = super().root_attributes()
        return attributes | {"xmlns:thr": "http://purl.org/syndication/thread/1.0"}

    def latest_post_date(self) -> datetime:
        moment = self.feed["updated"]
        return moment if isinstance(moment, datetime) else _LONG_AGO

    def add_item_elements(self, handler: object, item: dict[str, object]) -> None:
        super().add_item_elements(handler, item)
        if item["parent"]:
            handler.addQuickElement("thr:in-reply-to", "", item["parent"])  # type: ignore[attr-defined]


_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _tag(site: Site, comment_id: int, created: datetime) -> str:
    """Return an entry's id for ever (RFC 4151): the comment may move, its id doesn't."""
    return f"tag:{_host(site)},{created:%Y-%m-%d}:{site.key}/comment-{comment_id}"


def _host(site: Site) -> str:
    """Return the name of the site's first host, without what a wildcard or a port adds."""
    first = site.hosts[0]
    name = urlsplit(first if "://" in first else f"//{first}").hostname or "localhost"
    return name.removeprefix("*.")


def _tag_link(site: Site, page: str, comment: Comment) -> dict[str, str]:
    return {
        "ref": f"{page}#comment-{comment.parent}",
        "href": f"{page}#comment-{comment.parent}",
        "type": "text/html",
    }


def _title(thread: Thread) -> str:
    return thread.title or thread.url


def _name(comment: Comment) -> str:
    return comment.author.name or f"#{comment.number or comment.id}"


def _author(public: PublicComment) -> str | None:
    return public.author.name if public.author else None


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)
