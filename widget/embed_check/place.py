"""Which thread a page has, and whether its site takes comments from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from widget.domain.canonical_url import canonical_url
from widget.domain.errors import Invalid
from widget.domain.hosts import origin_is_allowed, page_is_allowed
from widget.domain.site import Site
from widget.embed_check.finding import Finding, error, fine, warning
from widget.embed_check.page import OwnersPage


@dataclass(frozen=True, slots=True)
class Asked:
    """The thread that the box on a page asks for: its address, or an id instead of it."""

    url: str
    thread: str | None


def asked_by(page: OwnersPage) -> Asked | None:
    """Return the thread that the box would ask for, ``None`` where the address can't be read."""
    said = page.said("data-url") or page.canonical or page.fetched.url
    try:
        return Asked(canonical_url(page.address(said)), page.said("data-thread") or None)
    except (Invalid, ValueError):
        return None


def check_place(page: OwnersPage, site: Site | None, known: list[str]) -> Iterator[Finding]:
    """Say whether the site is known and has this page; ``known`` are the sites' keys."""
    key = page.said("data-site")
    if not page.scripts:
        return
    if site is None:
        yield error(
            f'There is no site "{key}" on this server.' if key else "The tag names no site.",
            f"Let data-site be one of: {', '.join(known)}.",
        )
        return
    yield fine(f'The site is "{site.title}" ({site.key}).')
    yield from _origin(page, site)
    asked = asked_by(page)
    if asked is None:
        yield error(
            "The address of the page can't be read.",
            "Mend data-url or <link rel=canonical>: they need a full http or https address.",
        )
    elif not page_is_allowed(asked.url, site.hosts):
        yield error(
            f"The page says that its address is {asked.url}, which is not one of the site's.",
            "Mend <link rel=canonical> or data-url, or add the host to the site.",
            _add_host(site, urlsplit(asked.url).netloc),
        )
    else:
        yield from _canonical(page, asked)


def _origin(page: OwnersPage, site: Site) -> Iterator[Finding]:
    url = urlsplit(page.fetched.url)
    if not page_is_allowed(page.fetched.url, site.hosts):
        yield error(
            f"{url.netloc} is not a host of the site: it may show no comments there.",
            "Add the host to the site.",
            _add_host(site, url.netloc),
        )
    elif not origin_is_allowed(f"{url.scheme}://{url.netloc}", site.hosts):
        yield error(
            "Comments can be read on this page, but not sent: it is not at https://.",
            "Serve the page at https://, or say that the site may go without.",
            _add_host(site, f"http://{url.netloc}"),
        )
    else:
        yield fine(f"Comments may be sent from {url.scheme}://{url.netloc}.")


def _canonical(page: OwnersPage, asked: Asked) -> Iterator[Finding]:
    if asked.thread:
        yield fine(f'The thread is the one with the id "{asked.thread}".')
        return
    here = canonical_url(page.fetched.url)
    if asked.url == here:
        yield fine(f"The thread is that of {asked.url}.")
        return
    why = "data-url" if page.said("data-url") else "<link rel=canonical>"
    yield warning(
        f"{why} says that this page's thread is that of {asked.url}.",
        "That is right where several addresses show one article; if it isn't, mend it.",
    )


def _add_host(site: Site, host: str) -> str:
    hosts = " ".join(f"--host {one}" for one in [*site.hosts, host])
    return f"comment-widget site set {site.key} {hosts}"
