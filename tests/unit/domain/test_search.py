"""A text is cut into the same words whether it is kept or looked for."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from widget.domain.search import Search, day_tags, hosts_in, phrase, span_tags, terms_in, words_in

DAYS = st.dates(date(1971, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Buy CHEAP pills!", ["buy", "cheap", "pills"]),
        ("Übergröße, naïve", ["ubergrosse", "naive"]),
        ("日本の風", ["日", "本", "の", "風"]),
        ("a_b:c 1,5", ["a", "b", "c", "1", "5"]),
        ("Ελλάδα Ёлка", ["ελλαδα", "елка"]),
        ("\x00 '\" -- *", []),
    ],
)
def test_words_have_no_case_no_accents_and_no_marks(text: str, words: list[str]) -> None:
    assert words_in(text) == words


@given(st.text())
def test_no_word_can_end_the_quotes_that_a_database_is_asked_with(text: str) -> None:
    assert all(word.isalnum() or not word.isascii() for word in words_in(text))
    assert not any(mark in word for word in words_in(text) for mark in "'\"\\: \x00")


@given(st.text())
@example("\N{MATHEMATICAL BOLD CAPITAL A}")
def test_words_of_words_are_the_same_words(text: str) -> None:
    words = words_in(text)
    assert words_in(" ".join(words)) == words


def test_a_search_has_words_words_together_begun_ones_and_unwanted_ones() -> None:
    found = terms_in('free "cheap pills" cas* -"good day" -x')
    told = [(term.words, term.is_begun, term.is_unwanted) for term in found]
    assert told == [
        (("free",), False, False),
        (("cheap", "pills"), False, False),
        (("cas",), True, False),
        (("good", "day"), False, True),
        (("x",), False, True),
    ]


@given(st.text())
def test_anything_can_be_looked_for(text: str) -> None:
    assert all(term.words for term in terms_in(text))
    assert all(term.words for term in phrase(text))


@given(since=DAYS, length=st.integers(0, 3000), offset=st.integers(-400, 3400))
def test_a_span_of_days_has_exactly_its_days(since: date, length: int, offset: int) -> None:
    until, today = since + timedelta(days=length), date(2199, 1, 1)
    tags = span_tags(since, until, today)
    day = since + timedelta(days=offset)
    assert bool(set(day_tags(day)) & set(tags)) == (since <= day <= until)
    assert len(tags) <= 31 * 2 + 11 * 2 + 130


def test_a_span_without_an_end_ends_soon_after_today() -> None:
    tags = span_tags(date(2026, 11, 20), None, date(2026, 11, 21))
    assert tags == ["d:20261120", "d:20261121"]


def test_hosts_are_those_of_the_links_and_of_the_website() -> None:
    html = '<p><a href="https://www.Spam.example/x">a</a> <a href="http://[broken">b</a></p>'
    assert hosts_in(html, "https://me.example") == {"spam.example", "me.example"}


@given(
    st.builds(
        Search,
        text=st.text(),
        plugin=st.text(),
        thread=st.none() | st.integers(1, 99),
        since=st.none() | DAYS,
        until=st.none() | DAYS,
    )
)
def test_a_search_is_kept_as_it_is(search: Search) -> None:
    assert Search.from_json(search.as_json()) == search
