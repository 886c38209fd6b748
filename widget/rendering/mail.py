"""A mail's text and HTML, by templates that who runs the server can replace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

#: What of a comment's markup a mail shows. No link and no picture of a reader's is in a mail:
#: links lead to the page, where what was deleted since is gone.
_TAGS = frozenset({"p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li"})


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """The two forms of one mail."""

    text: str
    html: str


class MailTemplates:
    """The templates ``<kind>.txt`` and ``<kind>.html`` of some folders; the first folder wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, kind: str, letter: object, words: Mapping[str, object]) -> RenderedMail:
        """Return a mail; ``letter`` is what it says, ``words`` are functions for sentences."""
        text, html = (
            self._environment.select_template([f"{kind}.{form}", f"letter.{form}"]).render(
                letter=letter, **words
            )
            for form in ("txt", "html")
        )
        return RenderedMail(text=text, html=html)


def make_mail_sanitiser() -> Callable[[str], str]:
    """Return a function that leaves of a comment's HTML what a mail may show."""

    def clean(html: str) -> str:
        return nh3.clean(html, tags=set(_TAGS), attributes={})

    return clean
