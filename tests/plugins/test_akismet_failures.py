import socket
import time

import pytest
from widget.plugins import akismet

from tests.plugins.akismet_stand_in import KEY, AkismetStandIn
from tests.plugins.asking_akismet import (
    check,
    failure_of,
    problems,
    started,
)
from widget import Outcome
from widget.testing import (
    a_submission,
    ask,
)


def test_a_submission_without_an_address_is_a_failure(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    assert "IP address" in failure_of(lambda: check(plugin, a_submission(address=None)))
    assert akismet_server.calls == []


@pytest.mark.parametrize(
    ("text", "status", "headers", "words"),
    [
        ("false", 500, {}, "500"),
        ("", 503, {}, "503"),
        ("maybe", 200, {}, "understood"),
        ("", 200, {}, "understood"),
        ("True", 200, {}, "understood"),
        ("invalid", 200, {}, "does not accept the API key"),
        ("invalid", 200, {"X-akismet-debug-help": "unknown api_key k3y0f4s1te"}, "key"),
        ("you sent api_key=k3y0f4s1te", 200, {"X-akismet-debug-help": KEY}, "understood"),
        (b"\xff\xfe\x00", 200, {}, "understood"),
        (b"not gzip", 200, {"Content-Encoding": "gzip"}, "Error"),
        (b"x" * 10_000_000, 200, {}, "timed out"),
    ],
)
def test_an_answer_that_is_no_answer_is_a_failure(
    plugin: object,
    akismet_server: AkismetStandIn,
    text: str | bytes,
    status: int,
    headers: dict[str, str],
    words: str,
) -> None:
    akismet_server.answer(text, status, headers)
    assert words in failure_of(lambda: check(plugin))


def test_a_redirect_is_not_followed(plugin: object, akismet_server: AkismetStandIn) -> None:
    elsewhere = f"{akismet_server.url}/1.1/submit-ham"
    akismet_server.answer("", 307, {"Location": elsewhere})
    assert "307" in failure_of(lambda: check(plugin))
    assert akismet_server.asked == ["comment-check"]


def test_a_server_that_is_down_is_a_failure() -> None:
    with socket.socket() as taken:  # bound and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        plugin = started(f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert "Error" in failure_of(lambda: check(plugin))
        ((setting, message),) = problems(plugin)
    assert setting == "key"
    assert "could not be verified" in message


@pytest.mark.parametrize("slowness", ["hang", "drip"])
def test_a_slow_server_is_a_failure_within_the_deadline(
    plugin: object, akismet_server: AkismetStandIn, slowness: str
) -> None:
    getattr(akismet_server, slowness)()
    deadline_s = ask(plugin, "plugin_info").deadline_s
    began = time.monotonic()
    assert "timed out" in failure_of(lambda: check(plugin))
    assert time.monotonic() - began < deadline_s
    akismet_server.released.set()


def test_the_next_check_after_a_failure_is_unharmed(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.answer("x" * 100_000)
    failure_of(lambda: check(plugin))
    akismet_server.fails_with = None
    akismet_server.says = "true"
    assert check(plugin).outcome is Outcome.SPAM


def test_cookies_of_the_service_are_not_kept(
    plugin: object, akismet_server: AkismetStandIn
) -> None:
    akismet_server.answer("false", headers={"Set-Cookie": "who=me; Path=/"})
    check(plugin)
    check(plugin)
    assert "Cookie" not in akismet_server.calls[-1].headers


def test_proxies_of_the_environment_are_not_used(
    plugin: object, akismet_server: AkismetStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert check(plugin) is None


def test_a_server_url_that_is_none_switches_the_plugin_off_at_start() -> None:
    with pytest.raises(ValueError, match="server_url"):
        started("rest.akismet.com")


def test_a_plugin_that_was_not_started_says_so() -> None:
    assert "not started" in failure_of(lambda: check(akismet.plugin()))
