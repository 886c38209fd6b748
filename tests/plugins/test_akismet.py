import pytest
from widget.plugins import akismet

from tests.plugins.akismet_stand_in import GUARANTEED_SPAM, KEY, AkismetStandIn
from tests.plugins.asking_akismet import DOCUMENTED, check, started
from widget import Author, Mode, Occasion, Outcome, PluginInfo
from widget.testing import a_site, a_submission, ask, settings_of


def test_it_is_off_until_an_owner_gives_a_key() -> None:
    settings = settings_of(akismet)
    assert settings.mode is Mode.OFF
    assert KEY not in repr(settings_of(akismet, key=KEY))


def test_its_card_says_what_leaves_the_server() -> None:
    info = ask(akismet, "plugin_info")
    assert isinstance(info, PluginInfo)
    assert info.name == "akismet"
    assert info.sends_in_words == (
        "the text, name, website, IP address, browser, referring page, page and role of who is "
        "signed in to akismet.com; with send_email the email, too"
    )


def test_everything_that_akismet_asks_for_is_sent(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    assert check(plugin) is None
    assert akismet_server.asked == ["comment-check"]
    assert akismet_server.last == DOCUMENTED


@pytest.mark.parametrize(
    ("changes", "settings", "sent"),
    [
        ({"parent": 3}, {}, {"comment_type": "reply"}),
        ({"site": a_site(language="pt-BR")}, {}, {"blog_lang": "pt_br"}),
        ({"role": "moderator"}, {}, {"user_role": "moderator"}),
        ({"role": "owner"}, {}, {"user_role": "administrator"}),
        ({"role": "admin"}, {}, {"user_role": "administrator"}),
        ({"occasion": Occasion.RECHECK}, {}, {"recheck_reason": "recheck"}),
        ({"occasion": Occasion.EDIT}, {}, {"recheck_reason": "edit"}),
        ({"occasion": Occasion.TRIAL}, {}, {"is_test": "true"}),
        ({}, {"test": True}, {"is_test": "true"}),
        ({"body": "“Déjà vu” — 你好 & <b>"}, {}, {"comment_content": "“Déjà vu” — 你好 & <b>"}),
        ({"address": "2001:db8::7"}, {}, {"user_ip": "2001:db8::7"}),
    ],
)
def test_what_is_special_about_a_comment_is_said(
    plugin: object,
    akismet_server: AkismetStandIn,
    changes: dict[str, object],
    settings: dict[str, object],
    sent: dict[str, str],
) -> None:
    check(plugin, a_submission(**changes), **settings)
    assert akismet_server.last == {**DOCUMENTED, **sent}


@pytest.mark.parametrize(
    ("host", "blog"),
    [
        ("example.org", "https://example.org"),
        ("*.example.org", "https://example.org"),
        ("localhost:8000", "https://localhost:8000"),
        ("http://intra.example.org", "http://intra.example.org"),
    ],
)
def test_a_site_is_known_to_akismet_by_its_first_host(
    plugin: object, akismet_server: AkismetStandIn, host: str, blog: str
) -> None:
    check(plugin, a_submission(site=a_site(hosts=(host, "example.net"))))
    assert akismet_server.last["blog"] == blog


def test_what_is_not_known_is_left_out(plugin: object, akismet_server: AkismetStandIn) -> None:
    bare = a_submission(author=Author(), user_agent=None, referrer=None)
    check(plugin, bare)
    left_out = {
        "comment_author",
        "comment_author_email",
        "comment_author_url",
        "user_agent",
        "referrer",
    }
    assert set(akismet_server.last) == set(DOCUMENTED) - left_out


def test_a_server_on_trial_marks_everything_as_a_test(akismet_server: AkismetStandIn) -> None:
    plugin = started(akismet_server.url, test_mode=True)
    check(plugin)
    assert akismet_server.last["is_test"] == "true"


def test_it_names_itself_and_the_library(plugin: object, akismet_server: AkismetStandIn) -> None:
    check(plugin)
    headers = akismet_server.calls[-1].headers
    assert headers["User-Agent"].startswith("Comment Widget/0.0.0 | akismet.py/")
    assert headers["Host"] == akismet_server.url.removeprefix("http://")


def test_what_akismet_takes_for_spam_is_spam(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.says = "true"
    assert check(plugin).outcome is Outcome.SPAM


def test_the_author_whom_akismet_always_calls_spam_is_spam(plugin: object) -> None:
    assert check(plugin, a_submission(author=Author(name=GUARANTEED_SPAM))).outcome is Outcome.SPAM


def test_ham_is_no_vouch(plugin: object) -> None:
    assert check(plugin) is None


def test_what_akismet_advises_to_discard_is_rejected_with_words_for_the_reader(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.says, akismet_server.discard = "true", True
    verdict = check(plugin)
    assert verdict.outcome is Outcome.REJECT
    assert "spam" in verdict.message
    assert not verdict.can_be_mended  # so it is stored, and a moderator can take it back


def test_what_akismet_advises_to_discard_is_kept_as_spam_where_the_owner_says_so(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.says, akismet_server.discard = "true", True
    assert check(plugin, discard="spam").outcome is Outcome.SPAM


def test_a_filled_honeypot_is_spam_without_asking_akismet(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    verdict = check(plugin, a_submission(answers={"akismet_hp": "http://pills.example"}))
    assert verdict.outcome is Outcome.SPAM
    assert akismet_server.calls == []


def test_an_empty_honeypot_is_asked_about_like_any_other(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    assert check(plugin, a_submission(answers={"akismet_hp": ""})) is None
    assert akismet_server.asked == ["comment-check"]


def test_the_form_has_a_field_that_nobody_sees(plugin: object) -> None:
    (field,) = ask(plugin, "form_fields")
    assert (field.name, field.type, field.required) == ("akismet_hp", "hidden", False)


def test_readers_are_told_what_is_sent_and_how_it_is_processed(plugin: object) -> None:
    (notice,) = ask(plugin, "form_notices")
    assert "Akismet" in notice.html
    assert "email address" in notice.html
    assert 'href="https://akismet.com/privacy/"' in notice.html


def test_the_notice_does_not_speak_of_the_email_where_it_is_not_sent(plugin: object) -> None:
    (notice,) = ask(plugin, "form_notices", settings=settings_of(plugin, send_email=False))
    assert "email" not in notice.html
