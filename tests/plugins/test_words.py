import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from widget.plugins import words
from widget.plugins.words import find, plain

from widget import Author, Outcome
from widget.testing import HookResult, a_submission, ask, settings_of


def verdict_on(body: str = "Nothing to see.", **chosen: object) -> HookResult:
    settings = settings_of(words, **chosen)
    return ask(words, "check_submission", submission=a_submission(body=body), settings=settings)


def test_each_list_has_its_outcome_and_the_strictest_wins() -> None:
    assert verdict_on("a kitten", hold="kitten").outcome is Outcome.HOLD
    assert verdict_on("a kitten", spam="kitten").outcome is Outcome.SPAM
    rejected = verdict_on("a kitten", hold="kitten", spam="kitten", reject="kitten")
    assert (rejected.outcome, rejected.field) == (Outcome.REJECT, "body")
    assert verdict_on("a kitten") is None


def test_the_name_is_read_too() -> None:
    submission = a_submission(author=Author(name="Casino King"))
    settings = settings_of(words, spam="casino")
    verdict = ask(words, "check_submission", submission=submission, settings=settings)
    assert verdict.outcome is Outcome.SPAM


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("kitten", "KITTEN!"),
        ("kitten*", "two kittens"),
        ("*ten", "a kitten"),
        ("bar", "b\u00e1r"),
        ("foo bar", "ｆｏｏ\n  bar"),
        ("kitten", "kit\u200bten"),
        ("c++", "I like C++."),
    ],
)
def test_a_word_is_found_as_readers_read_it(entry: str, text: str) -> None:
    assert find(entry, plain(text)) == entry


@pytest.mark.parametrize(("entry", "text"), [("kitten", "kittens"), ("ass", "assess a class")])
def test_a_word_is_not_found_within_another(entry: str, text: str) -> None:
    assert find(entry, plain(text)) is None


@pytest.mark.parametrize("listed", ["*", "a*b", "kitten, **"])
def test_what_would_find_too_much_is_told_to_the_owner(listed: str) -> None:
    with pytest.raises(ValidationError):
        settings_of(words, hold=listed)


@given(st.text(max_size=60), st.text(max_size=200))
def test_no_list_and_no_text_make_it_raise(entry: str, text: str) -> None:
    try:
        settings_of(words, hold=entry)
    except ValidationError:
        return
    verdict_on(text or "x", hold=entry)


def test_the_longest_text_takes_no_time_to_speak_of() -> None:
    began = time.perf_counter()
    find("*ten*", "a" * 65_000)
    assert time.perf_counter() - began < 1
