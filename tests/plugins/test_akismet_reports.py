import pytest
from pydantic import ValidationError
from widget.plugins import akismet

from tests.plugins.akismet_stand_in import KEY, AkismetStandIn
from tests.plugins.asking_akismet import DOCUMENTED, ON, check, decide, failure_of, problems
from widget import Status
from widget.testing import a_comment, a_submission, ask, settings_of


def test_the_email_can_be_left_out_of_checks_and_reports(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    check(plugin, send_email=False)
    assert "ada@example.net" not in akismet_server.last.values()
    ask(
        plugin,
        "comment_decided",
        comment=a_comment(),
        submission=a_submission(),
        before=Status.SPAM,
        after=Status.PUBLISHED,
        actor="person:3",
        settings=settings_of(plugin, **ON, send_email=False),
    )
    assert akismet_server.asked == ["comment-check", "submit-ham"]
    assert "ada@example.net" not in akismet_server.last.values()


def test_a_good_key_is_accepted(plugin: object, akismet_server: AkismetStandIn) -> None:
    assert problems(plugin) == []
    assert akismet_server.calls[-1].path == "/1.1/verify-key"
    assert akismet_server.last == {"key": KEY, "blog": "https://example.org"}


def test_a_pasted_key_may_have_blanks_around_it(plugin: object) -> None:
    assert problems(plugin, key=f" {KEY}\n") == []


def test_a_wrong_key_is_a_problem_of_the_setting_key(plugin: object) -> None:
    ((setting, message),) = problems(plugin, key="wr0ngk3y")
    assert setting == "key"
    assert "does not know this key for https://example.org" in message
    assert "wr0ngk3y" not in message


def test_a_missing_key_is_a_problem(plugin: object, akismet_server: AkismetStandIn) -> None:
    ((setting, message),) = problems(plugin, key="")
    assert setting == "key"
    assert "no API key" in message
    assert akismet_server.calls == []


def test_a_key_that_can_not_be_verified_is_a_problem_that_says_so(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.answer("busy", status=503)
    ((setting, message),) = problems(plugin)
    assert setting == "key"
    assert "could not be verified" in message
    assert "503" in message


def test_nothing_is_verified_while_the_plugin_is_off(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    assert problems(plugin, mode="off", key="wr0ngk3y") == []
    assert akismet_server.calls == []


def test_an_unknown_setting_of_discard_is_refused() -> None:
    with pytest.raises(ValidationError):
        settings_of(akismet, discard="burn")


@pytest.mark.parametrize(
    ("before", "after", "report"),
    [
        (Status.SPAM, Status.PUBLISHED, "submit-ham"),
        (Status.REJECTED, Status.PUBLISHED, "submit-ham"),
        (Status.PUBLISHED, Status.SPAM, "submit-spam"),
        (Status.PENDING, Status.SPAM, "submit-spam"),
    ],
)
def test_a_person_who_overrules_akismet_teaches_it(
    plugin: object,
    akismet_server: AkismetStandIn,
    before: Status | None,
    after: Status,
    report: str,
) -> None:
    decide(plugin, before, after)
    assert akismet_server.asked == [report]
    assert akismet_server.last == DOCUMENTED  # the same as was asked about


@pytest.mark.parametrize("actor", ["pipeline", "author", "import"])
def test_only_a_person_s_decision_is_reported(
    plugin: object, akismet_server: AkismetStandIn, actor: str
) -> None:
    decide(plugin, Status.SPAM, Status.PUBLISHED, actor)
    decide(plugin, Status.PUBLISHED, Status.SPAM, actor)
    assert akismet_server.calls == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, Status.SPAM),
        (None, Status.PUBLISHED),
        (Status.PENDING, Status.PUBLISHED),
        (Status.SPAM, Status.PENDING),
        (Status.SPAM, Status.DELETED),
        (Status.PUBLISHED, Status.DELETED),
        (Status.PUBLISHED, Status.PUBLISHED),
    ],
)
def test_a_decision_that_overrules_nothing_is_not_reported(
    plugin: object, akismet_server: AkismetStandIn, before: Status | None, after: Status
) -> None:
    decide(plugin, before, after)
    assert akismet_server.calls == []


def test_a_report_that_fails_raises_so_that_it_is_tried_again(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.answer("Sorry", status=500)
    failure_of(lambda: decide(plugin, Status.SPAM, Status.PUBLISHED))
    akismet_server.answer("nonsense")
    failure_of(lambda: decide(plugin, Status.SPAM, Status.PUBLISHED))
    akismet_server.fails_with = None
    decide(plugin, Status.SPAM, Status.PUBLISHED)
    assert akismet_server.asked == ["submit-ham"] * 3


def test_a_comment_without_an_address_is_not_reported_for_ever(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    ask(
        plugin,
        "comment_decided",
        comment=a_comment(),
        submission=a_submission(address=None),
        before=Status.PUBLISHED,
        after=Status.SPAM,
        actor="person:3",
        settings=settings_of(plugin, **ON),
    )
    assert akismet_server.calls == []
