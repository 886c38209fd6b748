"""Whether the script tag is there and right: server, site, integrity, mixed content."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from widget.domain.hosts import LOOPBACK
from widget.embed_check.finding import Finding, error, fine, warning
from widget.embed_check.page import OwnersPage, Tag
from widget.embed_check.server import Server

_CHOICES = {"data-theme": ("auto", "light", "dark"), "data-sort": ("oldest", "newest", "best")}
_EXAMPLE = "blog"


def check_tag(page: OwnersPage, server: Server, site: str | None) -> Iterator[Finding]:
    """Say what is to be said of the script tag; ``site`` is the site that it names, if known."""
    code = server.tag(site or _EXAMPLE)
    if not page.scripts:
        yield error(
            "There is no script tag of Comment Widget in the page's HTML.",
            "Paste it where the comments shall be. A tag that another script writes can't be "
            "seen from here.",
            code,
        )
        return
    tag = page.scripts[0]
    source = page.address(tag.get("src"))
    if source.split("?")[0] != server.script:
        yield from _from_elsewhere(source, server, code)
    else:
        yield fine("The script tag is there.")
    if len(page.scripts) > 1:
        yield warning(f"There are {len(page.scripts)} script tags.", "One is enough, for all.")
    yield from _mixed(page, source)
    yield from _integrity(page, tag, server, site or _EXAMPLE)
    if not page.boxes and not page.counts:
        yield fine("There is no <comment-thread>: the box comes where the script stands.")
    elif not page.boxes:
        yield warning(
            "The page has counts and no box.",
            "With counts alone no box is made. Add one where the comments shall be.",
            "<comment-thread></comment-thread>",
        )


def check_words(page: OwnersPage, known: frozenset[str]) -> Iterator[Finding]:
    """Say which attributes have values that mean nothing; ``known`` are the languages."""
    for name, choices in _CHOICES.items():
        value = page.said(name)
        if value and value not in choices:
            yield warning(f'{name}="{value}" means nothing.', f"Use one of {', '.join(choices)}.")
    lang = page.said("data-lang")
    if lang and lang.partition("-")[0].lower() not in known:
        yield warning(f'There are no words for data-lang="{lang}".', "The box is in English then.")


def check_noscript(page: OwnersPage, server: Server) -> Iterator[Finding]:
    """Say whether readers without JavaScript are led to the thread's page."""
    if page.scripts and not page.leads_to_thread:
        yield warning(
            "Readers without JavaScript, and crawlers, aren't led to the comments.",
            "Link the thread's own page.",
            f'<noscript><a href="{server.url}/threads?site={page.said("data-site")}'
            f'&amp;url={page.canonical or page.fetched.url}">Comments</a></noscript>',
        )


def _from_elsewhere(source: str, server: Server, code: str) -> Iterator[Finding]:
    yield error(
        f"The script comes from {source}, and not from this server.",
        f"This server is {server.url}. If that is not its public address, set url in its "
        "configuration.",
        code,
    )


def _mixed(page: OwnersPage, source: str) -> Iterator[Finding]:
    own, other = urlsplit(page.fetched.url), urlsplit(source)
    if own.scheme == "https" and other.scheme == "http" and other.hostname not in LOOPBACK:
        yield error(
            "The page is at https:// and the script at http://: browsers don't load it.",
            "Serve this server at https://, and say so in its url setting.",
        )


def _integrity(page: OwnersPage, tag: Tag, server: Server, site: str) -> Iterator[Finding]:
    pins = tag.get("integrity").split()
    if not pins:
        return
    code = server.tag(site, pinned=True)
    if server.integrity not in pins:
        yield error(
            "The integrity in the tag is not that of the script any more.",
            "This server was upgraded since. Paste the tag anew.",
            code,
        )
    elif "crossorigin" not in tag.attributes and _is_other_origin(page, tag):
        yield error(
            "The tag has an integrity and no crossorigin: browsers can't check the script.",
            "Paste the tag anew.",
            code,
        )
    else:
        yield fine("The integrity is that of the script.")


def _is_other_origin(page: OwnersPage, tag: Tag) -> bool:
    own, other = urlsplit(page.fetched.url), urlsplit(page.address(tag.get("src")))
    return (own.scheme, own.netloc) != (other.scheme, other.netloc)
