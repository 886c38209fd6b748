"""Source text → HTML. Not safe by itself: ``sanitise`` comes after it, always and last."""

from collections.abc import Callable

import mistune


class _CommentRenderer(mistune.HTMLRenderer):
    """Renders what belongs in a comment; the rest stays readable as text."""

    def safe_url(self, url: str) -> str:
        """Leave addresses alone: the sanitiser decides which of them stay."""
        return url

    def softbreak(self) -> str:
        """Keep a line break: who presses Enter in a comment means one."""
        return "<br>\n"

    def linebreak(self) -> str:
        """Keep a hard line break."""
        return "<br>\n"

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """Show a heading as a bold line: it must not reshape the page's outline."""
        del level, attrs
        return f"<p><strong>{text}</strong></p>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show a link instead: a picture would tell its server who reads the page."""
        return self.link(text or url, url, title)

    def thematic_break(self) -> str:
        """Show a rule."""
        return "<hr>\n"


def make_markdown() -> Callable[[str], str]:
    """Return a renderer of CommonMark with strikethrough and links from plain URLs.

    HTML in the source is shown as the text that was typed.
    """
    markdown = mistune.create_markdown(
        renderer=_CommentRenderer(escape=True), plugins=["strikethrough", "url"]
    )

    def render(source: str) -> str:
        html = markdown(source)
        return html if isinstance(html, str) else ""

    return render
