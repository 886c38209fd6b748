from widget.plugins import honeypot

from widget import FieldType, Outcome
from widget.testing import a_submission, ask


def test_it_adds_one_field_that_readers_do_not_see() -> None:
    (field,) = ask(honeypot, "form_fields")
    assert (field.name, field.type, field.required) == ("honeypot", FieldType.HIDDEN, False)


def test_what_fills_it_in_is_spam_and_what_leaves_it_is_not() -> None:
    filled = a_submission(answers={"honeypot": "https://example.net"})
    assert ask(honeypot, "check_submission", submission=filled).outcome is Outcome.SPAM
    for answers in ({}, {"honeypot": ""}, {"honeypot": None}):
        submission = a_submission(answers=answers)
        assert ask(honeypot, "check_submission", submission=submission) is None
