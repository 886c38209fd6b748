"""The plugin beside a server that stands in for the service."""

import time
from collections.abc import Callable

import pytest
from widget import Outcome, ServerInfo, Submission, Verdict
from widget.testing import a_server, a_site, a_submission, ask, settings_of, start
from widget.testing.contract import PluginContract
from widget.testing.http_stand_in import HttpStandIn
from widget.testing.pipeline import Pipeline

import comment_widget_example_remote_check as remote_check

KEY = "key-of-the-site"
ON = {"mode": "on", "key": KEY}


def server_of(http: HttpStandIn) -> ServerInfo:
    return a_server(options={"url": f"{http.url}/rate"})


def check(http: HttpStandIn, body: str = "A text.", **chosen: object) -> Verdict | None:
    plugin = start(remote_check, server_of(http))
    settings = settings_of(plugin, **{**ON, **chosen})
    verdict: Verdict | None = ask(
        plugin, "check_submission", submission=a_submission(body=body), settings=settings
    )
    return verdict


def problems(http: HttpStandIn, **chosen: object) -> list[tuple[str, str]]:
    plugin = start(remote_check, server_of(http))
    settings = settings_of(plugin, **{**ON, **chosen})
    found = ask(plugin, "check_settings", site=a_site(), settings=settings)
    return [(problem.setting, problem.message) for problem in found]


class TestContract(PluginContract):
    """What every plugin promises, with a service that finds everything foul."""

    plugin = remote_check
    settings = ON
    gives_up_with = (remote_check.RatingFailed,)

    @pytest.fixture(autouse=True)
    def _service(self, comment_http: HttpStandIn) -> None:
        comment_http.answers({"rating": 1})
        self.told = server_of(comment_http)

    def server(self) -> ServerInfo:
        return self.told


class TestContractWithoutService(TestContract):
    """The same where the service is broken."""

    @pytest.fixture(autouse=True)
    def _broken(self, comment_http: HttpStandIn) -> None:
        comment_http.answers("<h1>Out of order</h1>", status=503)


def test_a_foul_comment_is_held_and_a_fair_one_is_left_to_others(
    comment_http: HttpStandIn,
) -> None:
    comment_http.answers({"rating": 0.2})
    assert check(comment_http) is None
    comment_http.answers({"rating": 0.7})
    held = check(comment_http)
    assert held == Verdict.hold("The service rates its words 0.70.", score=0.7)
    assert check(comment_http, hold_from=0.8) is None


def test_only_the_text_and_the_language_leave(comment_http: HttpStandIn) -> None:
    comment_http.answers({"rating": 0})
    check(comment_http, "x" * 20_000)
    (sent,) = comment_http.requests
    assert (sent.method, sent.path) == ("POST", "/rate")
    assert sent.json == {"text": "x" * 10_000, "language": "en"}
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    said = f"{sent.text} {sent.headers}"
    assert "ada" not in said.lower()
    assert "203.0.113" not in said


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", '{"rating": "0"}', '{"rating": NaN}', '{"rating": 2}', '{"rating": true}'],
)
def test_an_answer_that_is_none_is_no_rating(comment_http: HttpStandIn, answer: str) -> None:
    comment_http.answers(answer)
    with pytest.raises(remote_check.RatingFailed, match="no rating from 0 to 1"):
        check(comment_http)


@pytest.mark.parametrize("failing", ["hangs", "drips", "breaks_off", "goes_away"])
def test_a_service_that_fails_is_given_up_in_time(comment_http: HttpStandIn, failing: str) -> None:
    getattr(comment_http, failing)()
    began = time.monotonic()
    with pytest.raises(remote_check.RatingFailed, match="gave no answer") as caught:
        check(comment_http)
    assert time.monotonic() - began < 3.0
    assert KEY not in str(caught.value)


def test_a_redirect_is_not_followed(comment_http: HttpStandIn) -> None:
    comment_http.answers(status=307, headers={"Location": f"{comment_http.url}/elsewhere"})
    with pytest.raises(remote_check.RatingFailed, match="status 307"):
        check(comment_http)
    assert len(comment_http.requests) == 1


def test_settings_are_kept_only_if_the_service_answers(comment_http: HttpStandIn) -> None:
    comment_http.answers({"rating": 0})
    assert problems(comment_http) == []
    assert problems(comment_http, key="") == [("key", "The site has no key for the service.")]
    comment_http.answers(status=401)
    assert problems(comment_http) == [("key", "The service does not know this key.")]
    comment_http.answers(status=500)
    ((setting, message),) = problems(comment_http)
    assert (setting, "status 500" in message) == ("mode", True)
    assert problems(comment_http, mode="off") == []


def test_the_address_is_the_operators() -> None:
    with pytest.raises(ValueError, match="url must begin with"):
        start(remote_check, a_server(options={"url": "file:///etc/passwd"}))
    plugin = start(remote_check)
    with pytest.raises(remote_check.RatingFailed, match="no url"):
        ask(plugin, "check_submission", settings=settings_of(plugin, **ON))


def test_a_key_that_no_header_can_hold_is_refused() -> None:
    for key in ("k\r\nX: y", "schlüssel"):
        with pytest.raises(ValueError, match="ASCII only"):
            settings_of(remote_check, key=key)


def test_on_a_server_a_comment_waits_for_the_service(
    comment_http: HttpStandIn,
    comment_pipeline: Callable[..., Pipeline],
    comment_submission: Callable[..., Submission],
) -> None:
    pipeline = comment_pipeline(
        remote_check, settings={"remote_check": ON}, server=server_of(comment_http)
    )
    comment_http.breaks_off()
    judged = pipeline(comment_submission())
    (entry,) = judged.entries
    assert (judged.outcome, entry.answer, judged.owed) == (
        Outcome.HOLD,
        "failed",
        ("remote_check",),
    )
    comment_http.answers({"rating": 0.9})
    assert pipeline(comment_submission()).reason.endswith("The service rates its words 0.90.")
