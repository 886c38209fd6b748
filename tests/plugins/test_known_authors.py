from datetime import timedelta

from widget.plugins import known_authors

from widget import Mode, Outcome
from widget.testing import THEN, HookResult, a_history, a_submission, ask, settings_of

MONTH_AGO = THEN - timedelta(days=30)


def verdict_on(**history: object) -> HookResult:
    known = a_history(**{"published": 3, "first_seen": MONTH_AGO, **history})
    return ask(
        known_authors,
        "check_submission",
        submission=a_submission(),
        history=known,
        settings=settings_of(known_authors),
    )

    return a_submission()


def test_it_is_off_unless_an_owner_wants_it() -> None:
    assert settings_of(known_authors).mode is Mode.OFF


def test_it_vouches_for_a_long_and_clean_history() -> None:
    verdict = verdict_on()
    assert (verdict.outcome, verdict.score) == (Outcome.ALLOW, 3)


def test_it_has_no_opinion_on_a_short_young_or_stained_history() -> None:
    assert verdict_on(published=2) is None
    assert verdict_on(first_seen=THEN - timedelta(days=6)) is None
    assert verdict_on(first_seen=None) is None
    assert verdict_on(spam=1) is None
    assert verdict_on(rejected=1) is None
