import base64
import hashlib
import hmac
import json

import pytest
from pydantic import ValidationError
from widget.plugins import webhook_check
from widget.plugins.webhook_check import WebhookFailed

from widget import OutboundAnswer, Outcome, SettingsProblem, sign_webhook
from widget.testing import (
    HookResult,
    OutboundInList,
    a_history,
    a_server,
    a_site,
    a_submission,
    ask,
    settings_of,
    start,
)

KEY = b"a key of thirty-two bytes, no less"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
URL = "https://example.org/check"


class Owner:
    """An owner's program, asked by the plugin."""

    def __init__(self) -> None:
        self.out = OutboundInList()
        self.plugin = start(webhook_check, a_server(outbound=self.out))

    def says(self, answer: object, status: int = 200) -> None:
        self.out.answer = OutboundAnswer(status=status, body=json.dumps(answer).encode())

    def settings(self, **chosen: object) -> object:
        usual = {"mode": "on", "url": URL, "secret": SECRET}
        return settings_of(self.plugin, **{**usual, **chosen})

    def verdict(self, **chosen: object) -> HookResult:
        return ask(
            self.plugin,
            "check_submission",
            submission=a_submission(),
            history=a_history(published=2),
            settings=self.settings(**chosen),
        )

    def problems(self, **chosen: object) -> list[SettingsProblem]:
        settings = self.settings(**chosen)
        return list(ask(self.plugin, "check_settings", site=a_site(), settings=settings))


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.mark.parametrize("outcome", ["allow", "hold", "spam"])
def test_the_programs_verdict_is_the_plugins(owner: Owner, outcome: str) -> None:
    owner.says({"outcome": outcome, "reason": "Because.", "score": 0.4})
    verdict = owner.verdict()
    assert (verdict.outcome, verdict.reason, verdict.score) == (Outcome(outcome), "Because.", 0.4)


def test_a_refusal_tells_the_reader_what_the_program_says(owner: Owner) -> None:
    owner.says({"outcome": "reject", "reason": "House rules.", "message": "Not here, please."})
    assert owner.verdict().message == "Not here, please."
    owner.says({"outcome": "reject", "reason": "House rules."})
    assert owner.verdict().message == "This comment was refused."


@pytest.mark.parametrize(("answer", "status"), [({}, 200), ({"outcome": None}, 200), ({}, 204)])
def test_a_program_may_abstain(owner: Owner, answer: object, status: int) -> None:
    owner.says(answer, status)
    assert owner.verdict() is None


@pytest.mark.parametrize(
    ("answer", "status"),
    [({"outcome": "maybe"}, 200), ([], 200), ("secret words", 200), ({}, 307), ({}, 500)],
)
def test_any_other_answer_is_a_failure_that_does_not_quote_it(
    owner: Owner, answer: object, status: int
) -> None:
    owner.says(answer, status)
    with pytest.raises(WebhookFailed) as caught:
        owner.verdict()
    assert "secret words" not in str(caught.value)


def test_a_program_that_is_away_is_a_failure(owner: Owner) -> None:
    owner.out.answer = ConnectionError("No answer within 1.8 seconds.")
    with pytest.raises(WebhookFailed, match=r"No answer within 1\.8 seconds"):
        owner.verdict()


def test_a_request_is_signed_so_that_the_program_can_tell_who_asks(owner: Owner) -> None:
    owner.verdict()
    url, content, headers = owner.out.posted[0]
    assert url == URL
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    expected = base64.b64encode(hmac.digest(KEY, message, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_a_signature_is_that_of_standard_webhooks() -> None:
    """The example that the specification's own libraries are tested with."""
    headers = sign_webhook(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_email_and_address_are_sent_only_where_the_owner_says_so(owner: Owner) -> None:
    owner.verdict()
    owner.verdict(send_email=True, send_address=True)
    spare, full = (json.loads(content)["data"] for _, content, _ in owner.out.posted)
    assert spare["author"] == {"name": "Ada", "website": "https://ada.example.net/"}
    assert "ada@example.net" not in json.dumps(spare)
    assert "203.0.113.7" not in json.dumps(spare)
    assert full["author"]["email"] == "ada@example.net"
    assert (full["address"], full["history"]["published"]) == ("203.0.113.7", 2)


def test_settings_are_tried_by_a_ping_before_they_are_kept(owner: Owner) -> None:
    owner.says({}, 204)
    assert owner.problems() == []
    assert json.loads(owner.out.posted[0][1])["type"] == "ping"
    owner.says({}, 404)
    (problem,) = owner.problems()
    assert (problem.setting, problem.message) == ("url", "It answered with status 404.")
    assert [one.setting for one in owner.problems(secret="")] == ["secret"]
    assert owner.problems(mode="off", url="") == []


@pytest.mark.parametrize(
    "wrong",
    [{"url": "example.org"}, {"url": "ftp://example.org"}, {"secret": "abc"}]
    + [{"secret": "whsec_c2hvcnQ="}, {"secret": "whsec_***"}],
)
def test_what_could_not_work_is_no_setting(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings_of(webhook_check, **wrong)
