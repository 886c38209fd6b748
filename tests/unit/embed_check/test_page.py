"""What is read of an owner's page."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.embed_check.page import OwnersPage, read_page
from widget.outbound.fetch import Fetched

URL = "https://blog.example.org/articles/one"


def read(text: str) -> OwnersPage:
    return read_page(Fetched(url=URL, status=200, headers=httpx.Headers(), text=text, hops=0))


def test_the_script_is_known_by_its_address_wherever_it_comes_from() -> None:
    page = read(
        "<script src=/other.js></script><SCRIPT SRC='//c.example.org/embed.js?x=1' DATA-SITE=blog>"
        "</SCRIPT><template><script src=/embed.js></script></template>"
        "<!-- <script src=/embed.js></script> -->"
    )
    assert len(page.scripts) == 1
    assert page.scripts[0].get("data-site") == "blog"
    assert page.address(page.scripts[0].get("src")) == "https://c.example.org/embed.js?x=1"


def test_an_attribute_of_the_box_wins_over_the_scripts() -> None:
    page = read(
        "<script src=/embed.js data-site=blog data-lang=de></script>"
        "<comment-thread data-lang=fr></comment-thread>"
    )
    assert (page.said("data-lang"), page.said("data-site")) == ("fr", "blog")


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ("<link rel=canonical href=/one>", "https://blog.example.org/one"),
        (
            "<base href=https://x.example/y/><link rel=canonical href=one>",
            "https://x.example/y/one",
        ),
        ("<link rel='alternate CANONICAL' href=https://a.example/>", "https://a.example/"),
        ("<link rel=canonical>", None),
        ("", None),
    ],
)
def test_the_canonical_address_is_read_as_browsers_do(head: str, canonical: str | None) -> None:
    assert read(f"<head>{head}</head>").canonical == canonical


def test_policies_in_the_page_and_the_way_without_javascript_are_seen() -> None:
    page = read(
        "<meta http-equiv=Content-Security-Policy content=\"script-src 'self'\"><body>"
        "<noscript><a href='https://c.example.org/threads?site=blog'>Comments</a></noscript>"
    )
    assert page.metas == ["script-src 'self'"]
    assert page.leads_to_thread
    assert not read("<a href='/threads/'>Threads</a>").leads_to_thread


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert read(text).fetched.text == text


@given(st.lists(st.sampled_from("<>'\"= /\nscriptembed.js#:[]"), max_size=60).map("".join))
def test_any_tag_can_be_read(text: str) -> None:
    read(f"<script src='{text}/embed.js'></script><base href='{text}'>{text}")
