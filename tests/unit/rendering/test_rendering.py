"""A text becomes HTML that holds what was written and nothing that acts."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.rendering.markdown import make_markdown
from widget.rendering.sanitise import ATTRIBUTES, LINKS, REL, TAGS, make_sanitiser

markdown, sanitise = make_markdown(), make_sanitiser()
PIECES = st.sampled_from(
    ["<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=",
     '"', "'", ">", "<", "javascript:", "data:text/html,", "&#x6a;", "&lt;", "<!--", "-->", "<p>",
     "</p>", "[a](", ")", "](", "**", "`", "\n", "> ", "<style>", "<math><mi//xlink:href=", "x",
     "<b onclick=1>", "<iframe srcdoc=", "\x00", "http://a.example", "<template>", "<noscript>",
     "<a id=forms name=cookie class=x style=color:red>", "&", "//evil.example", "/login", "é“”"]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=12).map("".join)


class Seen(HTMLParser):
    """Every tag and attribute of a piece of HTML, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []
        self.words = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)


def assert_harmless(source: str) -> None:
    seen = Seen(source)
    assert not seen.other
    for tag, attributes in seen.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | {"rel"}
        if "href" in attributes:
            assert (attributes["href"] or "").lower().startswith(LINKS)
            assert attributes["rel"] == REL


def rendered(source: str) -> str:
    return sanitise(markdown(source))


@given(HOSTILE)
def test_no_html_of_anybodys_leaves_the_allow_list(source: str) -> None:
    assert_harmless(sanitise(source))
    assert_harmless(rendered(source))


@given(HOSTILE | st.text(max_size=60))
def test_sanitising_twice_is_sanitising_once(source: str) -> None:
    once = sanitise(source)
    assert sanitise(once) == once
    assert sanitise(rendered(source)) == rendered(source)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_any_text_is_rendered_and_never_crashes(source: str) -> None:
    assert_harmless(rendered(source))


# No Markdown sign among them, so that what is read must be what was written.
PLAIN = st.text(st.sampled_from(list("abZ09 “”‘’–—…«»éßж語👍,;:?%$§°€")), min_size=1, max_size=80)


@given(PLAIN)
def test_the_words_are_unharmed(source: str) -> None:
    read = Seen(rendered(source)).words
    assert read.split() == source.split()


@pytest.mark.parametrize(
    "source",
    [
        "He said “no” – and it’s ‘fine’ … really",
        "5 < 6 & 7 > 2",
        '<script>alert("x")</script>',
        "<b>not bold</b>",
        "&amp; stays as typed",
        "C:\\path\\to",
        "1. is not the end",
        "a_b_c and 2 * 3 * 4",
    ],
)
def test_what_was_typed_is_what_is_read(source: str) -> None:
    read = Seen(rendered(source)).words.strip()
    assert read == re.sub(r"^1\. ", "", source)


def test_line_breaks_and_paragraphs_stay() -> None:
    assert rendered("one\ntwo\n\nthree") == "<p>one<br>\ntwo</p>\n<p>three</p>\n"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**bold** and *soft*", "<strong>bold</strong> and <em>soft</em>"),
        ("~~gone~~", "<del>gone</del>"),
        ("`x < y`", "<code>x &lt; y</code>"),
        ("> quoted", "<blockquote>"),
        ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("- one\n- two", "<li>one</li>"),
        ("# Shouting", "<p><strong>Shouting</strong></p>"),
    ],
)
def test_markdown_is_shown(source: str, shown: str) -> None:
    assert shown in rendered(source)


def test_a_picture_becomes_a_link_that_tells_nobody_who_reads() -> None:
    page = rendered("![a cat](https://pictures.example/cat.png)")
    assert "<img" not in page
    assert ">a cat</a>" in page


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
     "vbscript:x", "//evil.example/", "/admin", "?logout", "\x01javascript:alert(1)",
     "&#106;avascript:alert(1)", "file:///etc/passwd", "#other"],
)  # fmt: skip
def test_a_link_leads_by_its_full_address_or_not_at_all(href: str) -> None:
    for source in (f"[x]({href})", f"[x](<{href}>)", f'<a href="{html.escape(href)}">x</a>'):
        assert "href" not in "".join(
            name for _, attributes in Seen(rendered(source)).tags for name in attributes
        )
    assert "href" not in sanitise(f'<a href="{html.escape(href)}">x</a>')


def test_a_plain_address_becomes_a_link_that_passes_no_rank() -> None:
    page = rendered("see https://example.org/a?b=1&c=2 there")
    assert f'<a href="https://example.org/a?b=1&amp;c=2" rel="{REL}">' in page


def test_ten_thousand_signs_are_rendered_in_bounded_time() -> None:
    for sign in ("[", "*", ">", "`", "(", "![", "<", "~", "- ", "_a "):
        rendered(sign * (10_000 // len(sign)))
