"""A submission is cleaned or refused with words at its fields, whatever was sent."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.comment import Author
from widget.domain.errors import Invalid
from widget.domain.site import Presence, SiteSettings
from widget.domain.submission import (
    MAX_MARKS,
    MAX_NAME,
    MAX_TITLE,
    MAX_WEBSITE,
    clean_author,
    clean_body,
    clean_title,
    has_visible_text,
)

USUAL = SiteSettings()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MARKS = "".join(chr(code) for code in range(0x300, 0x340))
ZALGO = st.lists(st.sampled_from("aeo\n" + MARKS), max_size=200).map("".join)


@given(TEXT | ZALGO)
def test_a_body_is_cleaned_or_refused_at_its_field(body: str) -> None:
    try:
        cleaned = clean_body(body, USUAL)
    except Invalid as error:
        assert [fault.field for fault in error.errors] == ["body"]
        return
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_body(cleaned, USUAL) == cleaned
    assert has_visible_text(cleaned)
    assert not set(cleaned) & {"\x00", "\r", "\x1b", "\x7f", "\ufeff"}


@given(ZALGO)
def test_no_letter_carries_more_marks_than_a_language_needs(body: str) -> None:
    try:
        cleaned = clean_body(body, USUAL)
    except Invalid:
        return
    longest = run = 0
    for character in cleaned:
        run = run + 1 if unicodedata.combining(character) else 0
        longest = max(longest, run)
    assert longest <= MAX_MARKS


@given(st.builds(Author, name=st.none() | TEXT, email=st.none() | TEXT, website=st.none() | TEXT))
def test_an_author_is_cleaned_or_refused_at_the_fields(author: Author) -> None:
    try:
        cleaned = clean_author(author, USUAL)
    except Invalid as error:
        assert {f.field for f in error.errors} <= {"author.name", "author.email", "author.website"}
        return
    assert clean_author(cleaned, USUAL) == cleaned


@given(st.none() | TEXT)
def test_a_title_is_one_line_of_bounded_length_or_none(title: str | None) -> None:
    cleaned = clean_title(title)
    if cleaned is not None:
        assert cleaned
        assert len(cleaned) <= MAX_TITLE
        assert len(cleaned.splitlines()) == 1


@pytest.mark.parametrize(
    "body",
    ["", " ", "\n\n", "\u200b", "\u200b\u200c\u200d\u2060\ufeff", "\u00ad", "\u3164", "\u2800",
     "\x00\x01", "\u202e", "\u0301\u0301", "\u00a0\u2003"],
)  # fmt: skip
def test_a_text_of_which_nothing_can_be_seen_is_refused(body: str) -> None:
    with pytest.raises(Invalid):
        clean_body(body, USUAL)


@pytest.mark.parametrize("body", [".", "👍", "語", "नमस्ते", "“quoted”\nnext", "👩‍👩‍👧", "ไม่เป็นไร"])
def test_a_text_in_any_script_is_left_as_it_was_written(body: str) -> None:
    assert clean_body(body, USUAL) == body


def test_line_ends_are_unix_ends_and_blank_lines_within_stay() -> None:
    assert clean_body("\r\n\r\na\r\n\r\nb\rc\n\n", USUAL) == "a\n\nb\nc"


def test_the_indent_of_the_first_line_stays_for_code() -> None:
    assert clean_body("    x = 1\n    y = 2", USUAL) == "    x = 1\n    y = 2"


def test_a_control_character_between_a_letter_and_its_mark_leaves_them_composed() -> None:
    assert clean_body("e\x00\u0301", USUAL) == "é"


def test_the_length_limit_is_the_sites_and_counts_what_is_kept() -> None:
    settings = SiteSettings(max_length=100)
    assert clean_body("a" * 100 + "\n\n", settings) == "a" * 100
    with pytest.raises(Invalid, match="101"):
        clean_body("a" * 101, settings)


def test_a_name_of_the_greatest_length_is_taken_and_one_longer_is_not() -> None:
    assert clean_author(Author(name="n" * MAX_NAME), USUAL).name == "n" * MAX_NAME
    with pytest.raises(Invalid):
        clean_author(Author(name="n" * (MAX_NAME + 1)), USUAL)


def test_a_name_that_turns_the_line_around_is_straightened() -> None:
    assert clean_author(Author(name="\u202eeva\u2066 \n d"), USUAL).name == "eva d"


def test_a_name_that_nobody_can_see_is_no_name() -> None:
    assert clean_author(Author(name="\u200b\u3164"), USUAL).name is None
    with pytest.raises(Invalid):
        clean_author(Author(name="\u200b"), SiteSettings(author_name=Presence.REQUIRED))


def test_all_fields_at_fault_are_named_at_once() -> None:
    strict = SiteSettings(author_name=Presence.REQUIRED, author_email=Presence.REQUIRED)
    with pytest.raises(Invalid) as caught:
        clean_author(Author(), strict)
    assert [fault.field for fault in caught.value.errors] == ["author.name", "author.email"]


def test_what_the_site_does_not_ask_for_is_not_kept() -> None:
    settings = SiteSettings(author_email=Presence.OFF, author_website=Presence.OFF)
    author = Author(name="Ada", email="ada@example.net", website="https://ada.example.net")
    assert clean_author(author, settings) == Author(name="Ada")


@pytest.mark.parametrize(
    "website",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://a:b@example.net",
        "mailto:a@b.c",
    ],
)
def test_a_website_is_a_web_address_or_refused(website: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_author(Author(website=website), USUAL)
    assert caught.value.errors[0].field == "author.website"


def test_a_website_without_a_scheme_is_taken_as_https() -> None:
    assert (
        clean_author(Author(website="ada.example.net"), USUAL).website == "https://ada.example.net"
    )


def test_a_website_that_grows_too_long_as_it_is_encoded_is_refused() -> None:
    with pytest.raises(Invalid, match=str(MAX_WEBSITE)):
        clean_author(Author(website="https://example.net/" + "語" * 400), USUAL)


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.net", "a b@example.net", "ada@localhost", "a@b..c"]
)
def test_an_address_that_no_mail_reaches_is_refused(email: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_author(Author(email=email), USUAL)
    assert caught.value.errors[0].field == "author.email"


def test_an_email_is_in_no_representation_of_an_author() -> None:
    assert "ada@" not in repr(Author(name="Ada", email="ada@example.net"))
