from hypothesis import given
from hypothesis import strategies as st

from widget.domain.words import fill, joined, say, say_n, try_again_in


def test_a_sentence_is_its_english_text() -> None:
    assert say("At most {limit} characters.", limit=80) == "At most 80 characters."
    assert say_n("{n} vote", "{n} votes", 1) == "1 vote"
    assert say_n("{n} vote", "{n} votes", 0) == "0 votes"
    assert joined(say("One."), "Two.") == "One. Two."


def test_a_time_to_wait_is_said_in_the_unit_that_takes_few_words() -> None:
    said = {wait_s: str(try_again_in(wait_s)) for wait_s in (1, 89, 90, 5400, 200_000)}
    assert said == {
        1: "Please try again in 1 second.",
        89: "Please try again in 89 seconds.",
        90: "Please try again in 2 minutes.",
        5400: "Please try again in 2 hours.",
        200_000: "Please try again in 3 days.",
    }


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_value_is_put_in_once_whatever_it_holds(template: str, value: str) -> None:
    assert fill("{name}", {"name": "{name}" + value}) == "{name}" + value
    assert isinstance(fill(template, {"n": value}), str)
