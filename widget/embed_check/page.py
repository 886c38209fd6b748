"""What an owner's page says of the comments that are to be on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from widget.outbound.fetch import Fetched

_SCRIPT = "/embed.js"
_THREAD_LINK = 'a[href*="/threads?"], iframe[src*="/threads?"]'


@dataclass(frozen=True, slots=True)
class Tag:
    """An element's attributes, by their lower-case names."""

    attributes: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return an attribute's value, empty where it isn't there."""
        return self.attributes.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersPage:
    """A page as it came: scripts that look like ours, boxes, and what the page says of itself.

    ``base`` is what relative addresses begin from; ``metas`` the policies of ``<meta>``;
    ``leads_to_thread`` whether a link or a frame shows the thread without JavaScript.
    """

    fetched: Fetched
    base: str
    canonical: str | None
    scripts: Sequence[Tag]
    boxes: Sequence[Tag]
    counts: int
    metas: Sequence[str]
    leads_to_thread: bool

    def address(self, relative: str) -> str:
        """Return the full address of one that stands in the page."""
        return urljoin(self.base, relative.strip())

    def said(self, name: str) -> str:
        """Return what the box would read of an attribute: its own, else the script's."""
        places = [*self.boxes[:1], *self.scripts[:1]]
        return next((place.get(name) for place in places if place.get(name)), "")


def read_page(fetched: Fetched) -> OwnersPage:
    """Return what is of interest in a page. Any text can be read, as browsers do."""
    tree = LexborHTMLParser(fetched.text)
    href = _first(tree, "base[href]", "href")
    base = urljoin(fetched.url, href.strip()) if href else fetched.url
    canonical = _first(tree, 'link[rel~="canonical" i][href]', "href")
    scripts = [_tag(node) for node in tree.css("script[src]")]
    return OwnersPage(
        fetched=fetched,
        base=base,
        canonical=urljoin(base, canonical.strip()) if canonical else None,
        scripts=[tag for tag in scripts if _is_ours(tag, base)],
        boxes=[_tag(node) for node in tree.css("comment-thread, [data-comment-thread]")],
        counts=len(tree.css("[data-comment-count]")),
        metas=[
            node.attributes.get("content") or ""
            for node in tree.css('meta[http-equiv="content-security-policy" i]')
        ],
        leads_to_thread=tree.css_first(_THREAD_LINK) is not None,
    )


def _first(tree: LexborHTMLParser, selector: str, attribute: str) -> str | None:
    node = tree.css_first(selector)
    return node.attributes.get(attribute) if node is not None else None


def _tag(node: LexborNode) -> Tag:
    return Tag({name.lower(): value or "" for name, value in node.attributes.items()})


def _is_ours(tag: Tag, base: str) -> bool:
    try:
        return urlsplit(urljoin(base, tag.get("src").strip())).path.endswith(_SCRIPT)
    except ValueError:
        return False
