import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from widget.plugins import links
from widget.plugins.links import linked_hosts

from widget import Author, Outcome
from widget.testing import HookResult, a_history, a_submission, ask, settings_of

TWO = "See https://one.example/a and [two](http://two.example)."


def verdict_on(body: str, published: int = 0, **chosen: object) -> HookResult:
    return ask(
        links,
        "check_submission",
        submission=a_submission(body=body),
        history=a_history(published=published),
        settings=settings_of(links, **chosen),
    )


def test_a_new_author_may_link_once_and_a_known_one_three_times() -> None:
    assert verdict_on("See https://one.example/a.") is None
    held = verdict_on(TWO)
    assert (held.outcome, held.score) == (Outcome.HOLD, 2)
    assert verdict_on(TWO, published=1) is None
    assert verdict_on(TWO * 2, published=1).outcome is Outcome.HOLD


def test_the_sites_own_and_trusted_hosts_do_not_count() -> None:
    body = TWO + " https://example.org/other https://www.one.example/b"
    assert verdict_on(body, trusted="one.example, two.example") is None
    assert verdict_on(body, trusted="ne.example").outcome is Outcome.HOLD


def test_a_blocked_host_is_spam_in_the_text_the_name_and_the_website() -> None:
    settings = settings_of(links, blocked="bad.example")
    for changes in (
        {"body": "https://very.BAD.example./x"},
        {"author": Author(name="www.bad.example")},
        {"author": Author(name="Ada", website="https://bad.example/")},
    ):
        submission = a_submission(**changes)
        verdict = ask(links, "check_submission", submission=submission, settings=settings)
        assert verdict.outcome is Outcome.SPAM


def test_a_list_that_holds_no_host_is_told_to_the_owner() -> None:
    with pytest.raises(ValidationError, match="'https://one.example'"):
        settings_of(links, trusted="https://one.example")


@given(st.text(alphabet="htps:/.w@[]()<>ab \n\u2028", max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    assert all(isinstance(host, str) for host in linked_hosts(text))
