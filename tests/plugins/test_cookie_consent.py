"""Nothing is kept on a reader's device before consent; what they answered is on record."""

from collections.abc import Mapping

import pytest
from widget.plugins import cookie_consent

from widget import FormField, Occasion, Outcome, Site
from widget.testing import HookResult, a_site, a_submission, ask, settings_of

POLICY = "https://example.org/privacy"


def field_of(site: Site | None = None, **settings: object) -> FormField | None:
    fields = ask(
        cookie_consent,
        "form_fields",
        site=site or a_site(),
        settings=settings_of(cookie_consent, **settings),
    )
    assert len(fields) <= 1
    return fields[0] if fields else None


def notices_of(site: Site, **settings: object) -> list[str]:
    notices = ask(
        cookie_consent,
        "form_notices",
        site=site,
        settings=settings_of(cookie_consent, **settings),
    )
    return [notice.html for notice in notices]


def verdict_on(
    answers: Mapping[str, object], consent: str = "required", occasion: Occasion = Occasion.NEW
) -> HookResult:
    return ask(
        cookie_consent,
        "check_submission",
        submission=a_submission(answers=answers, occasion=occasion),
        settings=settings_of(cookie_consent, consent=consent),
    )


def record_of(
    answers: Mapping[str, object], consent: str = "ask", occasion: Occasion = Occasion.NEW
) -> HookResult:
    submission = a_submission(
        site=a_site(privacy_policy_version="2026-02"), answers=answers, occasion=occasion
    )
    settings = settings_of(cookie_consent, consent=consent)
    return ask(cookie_consent, "record_submission", submission=submission, settings=settings)


def test_the_plugin_is_on_and_asks_unless_a_site_says_otherwise() -> None:
    settings = settings_of(cookie_consent)
    assert settings.model_dump(exclude={"on_failure", "order", "sending_label"}) == {
        "mode": "on",
        "consent": "ask",
        "label": "",
        "help": "",
        "notice": "",
    }


def test_readers_are_asked_by_a_checkbox_that_says_what_is_kept() -> None:
    field = field_of()
    assert field is not None
    assert (field.name, field.type, field.required) == ("cookie_consent", "checkbox", False)
    assert field.purpose == "device_storage"
    assert field.label == "Remember my name, email and drafts on this device"
    assert field.help is not None
    assert "at any time" in field.help
    assert field.value is None, "a box that is ticked beforehand is no consent"


def test_the_field_names_the_policy_and_its_version() -> None:
    field = field_of(a_site(privacy_policy_url=POLICY, privacy_policy_version="7"))
    assert field is not None
    assert field.version == "7"
    assert field.link is not None
    assert field.link.href == POLICY


def test_without_a_policy_there_is_no_link() -> None:
    field = field_of(a_site())
    assert field is not None
    assert field.link is None
    assert notices_of(a_site()) == []


def test_the_field_must_be_ticked_only_where_the_site_requires_it() -> None:
    field = field_of(consent="required")
    assert field is not None
    assert field.required


def test_off_adds_no_field_and_records_nothing() -> None:
    assert field_of(consent="off") is None
    assert verdict_on({}, consent="off") is None
    assert record_of({"cookie_consent": True}, consent="off") is None


def test_a_site_can_use_its_own_words() -> None:
    field = field_of(label="Gerät merken", help="Nur hier.")
    assert field is not None
    assert (field.label, field.help) == ("Gerät merken", "Nur hier.")


def test_words_of_blanks_are_the_usual_words() -> None:
    field = field_of(label="  ", help=" ")
    assert field is not None
    assert (field.label, field.help) == (cookie_consent.LABEL, cookie_consent.HELP)


def test_the_notice_leads_to_the_privacy_policy() -> None:
    (notice,) = notices_of(a_site(privacy_policy_url=POLICY))
    assert f'<a href="{POLICY}">Privacy policy</a>' in notice
    assert "unless you agree" in notice


def test_where_readers_are_not_asked_the_notice_says_that_nothing_is_kept() -> None:
    (notice,) = notices_of(a_site(privacy_policy_url=POLICY), consent="off")
    assert notice.startswith("Nothing is kept on your device. <a ")


def test_a_notice_holds_no_markup_but_its_own() -> None:
    site = a_site(privacy_policy_url='https://example.org/?a="><script>x</script>&b')
    (notice,) = notices_of(site, notice="<b>Read</b> & agree")
    assert "<script" not in notice
    assert "<b>" not in notice
    assert "&lt;b&gt;Read&lt;/b&gt; &amp; agree" in notice
    assert notice.count('"') == 2


@pytest.mark.parametrize("yes", [True, "on", "true", "1", " ON ", "True"])
def test_a_clear_yes_is_consent(yes: object) -> None:
    assert verdict_on({"cookie_consent": yes}) is None
    assert record_of({"cookie_consent": yes})["consent"] is True


@pytest.mark.parametrize(
    "other", [False, None, "", "off", "no", "0", "yes please", 1, 1.0, [True], {"on": True}]
)
def test_anything_else_is_none(other: object) -> None:
    verdict = verdict_on({"cookie_consent": other})
    assert verdict.outcome is Outcome.REJECT


def test_a_missing_consent_that_is_required_is_told_at_its_field() -> None:
    verdict = verdict_on({})
    assert verdict.outcome is Outcome.REJECT
    assert verdict.field == "cookie_consent"
    assert verdict.can_be_mended, "a refusal that the reader can mend is not stored"
    assert "agree" in verdict.message


def test_where_readers_are_only_asked_a_no_is_as_good_as_a_yes() -> None:
    for answers in ({}, {"cookie_consent": False}, {"cookie_consent": True}):
        assert verdict_on(answers, consent="ask") is None


@pytest.mark.parametrize("occasion", [Occasion.EDIT, Occasion.RECHECK, Occasion.TRIAL])
def test_edits_and_rechecks_ask_for_no_consent_again(occasion: Occasion) -> None:
    assert verdict_on({}, occasion=occasion) is None
    assert record_of({"cookie_consent": True}, occasion=occasion) is None


def test_the_answer_is_recorded_with_the_version_of_the_policy() -> None:
    assert record_of({"cookie_consent": True}) == {"consent": True, "policy_version": "2026-02"}
    assert record_of({"cookie_consent": False}) == {"consent": False, "policy_version": "2026-02"}


@pytest.mark.parametrize("answers", [{}, {"cookie_consent": None}, {"honeypot": "x"}])
def test_no_answer_is_no_record(answers: dict[str, object]) -> None:
    assert record_of(answers) is None


LABEL = "My comment may be checked by check.example."


@pytest.mark.parametrize(("answer", "given"), [(True, True), ("on", True), (False, False)])
def test_what_a_reader_agreed_to_have_checked_is_said_and_recorded(
    answer: object, given: bool
) -> None:
    settings = settings_of(cookie_consent, sending_label=LABEL)
    answers = {"cookie_consent_sending": answer}
    assert ask(cookie_consent, "consent_given", answers=answers, settings=settings) is given
    sent = a_submission(answers=answers)
    kept = ask(cookie_consent, "record_submission", submission=sent, settings=settings)
    assert kept == {"sending": given, "policy_version": "1"}


def test_where_readers_are_not_asked_nothing_is_said_of_checking() -> None:
    answers = {"cookie_consent_sending": True}
    assert ask(cookie_consent, "consent_given", answers=answers) is None
