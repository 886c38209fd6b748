"""check_embedding(): all that is to be said of the comments on an owner's page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from widget import paths
from widget.domain.hosts import LOOPBACK, page_is_allowed
from widget.domain.site import Site
from widget.domain.thread import thread_key
from widget.embed_check.finding import Finding, Level, error, fine, warning
from widget.embed_check.headers import check_headers
from widget.embed_check.page import OwnersPage, read_page
from widget.embed_check.place import Asked, asked_by, check_place
from widget.embed_check.server import this_server
from widget.embed_check.tag import check_noscript, check_tag, check_words
from widget.outbound.address import FetchFailed
from widget.outbound.fetch import Fetched, Fetcher
from widget.publication.parts import Parts
from widget.store import sites, threads

Fetch = Callable[[str], Fetched]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found on a page, what matters most first; ``asked`` is the thread that it has."""

    url: str
    findings: Sequence[Finding]
    site: Site | None = None
    asked: Asked | None = None
    count: int = 0

    @property
    def errors(self) -> int:
        """Return how many findings keep the comments away."""
        return sum(finding.level is Level.ERROR for finding in self.findings)


def check_embedding(parts: Parts, url: str, fetch: Fetch | None = None) -> Report:
    """Fetch a page of a site of this server, and say what keeps the comments from showing."""
    with parts.database.read() as session:
        known = sites.list_sites(session)
    try:
        fetched = (fetch or _fetcher(parts, known).fetch)(url)
    except FetchFailed as failure:
        mend = "Is the address right, and the page public?"
        return Report(url, [error(f"The page could not be read. {failure}", mend)])
    return _report(parts, url, read_page(fetched), known)


def _fetcher(parts: Parts, known: Sequence[Site]) -> Fetcher:
    """Return what fetches pages of the sites.

    Pages on this very machine only where the server is itself only there, as on a desk.
    """
    own = urlsplit(parts.config.url).hostname in LOOPBACK

    def is_allowed(url: str) -> bool:
        if urlsplit(url).hostname in LOOPBACK and not own:
            return False
        try:
            return any(page_is_allowed(url, site.hosts) for site in known)
        except ValueError:  # Not an address by the stricter rules of canonical ones.
            return False

    return Fetcher(is_allowed=is_allowed)


def _report(parts: Parts, url: str, page: OwnersPage, known: Sequence[Site]) -> Report:
    server = this_server(parts.config.url, paths.STATIC)
    site = next((one for one in known if one.key == page.said("data-site")), None)
    findings = [
        *_answered(page.fetched),
        *check_tag(page, server, site.key if site else None),
        *check_place(page, site, [one.key for one in known]),
        *(check_headers(page, server) if page.scripts else ()),
        *check_words(page, frozenset(parts.languages.names)),
        *check_noscript(page, server),
    ]
    findings.sort(key=lambda finding: list(Level).index(finding.level))
    asked = asked_by(page) if site else None
    return Report(
        url=page.fetched.url,
        findings=findings,
        site=site,
        asked=asked,
        count=_count(parts, site, asked),
    )


def _answered(fetched: Fetched) -> list[Finding]:
    kind = fetched.headers.get("content-type", "nothing")
    if fetched.status != 200:
        return [error(f"The page answers {fetched.status}.", "Check an address that answers 200.")]
    if not kind.lower().startswith("text/html"):
        return [error(f"This is not a page of HTML, but {kind}.")]
    if fetched.hops:
        return [warning(f"The address leads on to {fetched.url}.")]
    return [fine("The page answers.")]


def _count(parts: Parts, site: Site | None, asked: Asked | None) -> int:
    if site is None or asked is None:
        return 0
    key = thread_key(asked.url, asked.thread)
    with parts.database.read() as session:
        return threads.counts_of(session, site.id, [key]).get(key, 0)
