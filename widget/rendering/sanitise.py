"""The allow-list of HTML. Everything that is served as HTML of a reader's went through here."""

from collections.abc import Callable

import nh3

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "strong", "ul",
}  # fmt: skip
#: What a plugin's panel in the dashboard may have beside it.
PANEL_TAGS = {
    "caption", "dd", "dl", "dt", "h3", "h4", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
#: A link leads away, by its full address, or to a comment of the page; never to a path of the
#: page that happens to carry the comment.
LINKS = ("http://", "https://", "mailto:", "#comment-")
REL = "nofollow ugc noopener noreferrer"


def make_sanitiser() -> Callable[[str], str]:
    """Return a function that keeps what is on the allow-list and drops the rest."""
    cleaner = nh3.Cleaner(
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=REL,
        strip_comments=True,
        attribute_filter=_keep_attribute,
    )
    return cleaner.clean


def make_panel_sanitiser() -> Callable[[str], str]:
    """Return a function that keeps of a plugin's panel what shows figures, and drops the rest."""
    cleaner = nh3.Cleaner(
        tags=TAGS | PANEL_TAGS,
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES | {"th": {"scope"}},
        url_schemes=SCHEMES,
        link_rel=REL,
        strip_comments=True,
        attribute_filter=_keep_attribute,
    )
    return cleaner.clean


def _keep_attribute(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not value.lower().startswith(LINKS):
        return None
    return value
