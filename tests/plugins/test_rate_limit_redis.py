"""All processes count together in Redis, and each for itself while Redis is away."""

import logging
import secrets
import socket
import threading
import time

import pytest
from flask import Flask
from widget.plugins import rate_limit

from tests.redis_server import RedisServer
from widget import PluginSettings, Submission, Verdict
from widget.testing import Clock, a_server, a_submission, ask, settings_of, start

NO_LIMITS = {"per_address": "", "per_email": "", "per_thread": "", "per_site": ""}
DEADLINE_S = 2.0


def limits(**changed: object) -> PluginSettings:
    """Return settings with no limit but those given."""
    return settings_of(rate_limit, **{**NO_LIMITS, **changed})


def send(
    plugin: object, settings: PluginSettings, submission: Submission | None = None
) -> Verdict | None:
    verdict = ask(
        plugin,
        "check_submission",
        submission=submission or a_submission(),
        settings=settings,
    )
    assert verdict is None or isinstance(verdict, Verdict)
    return verdict


def passes(plugin: object, settings: PluginSettings, *submissions: Submission) -> list[bool]:
    return [send(plugin, settings, one) is None for one in submissions]


def in_redis(url: str, clock: Clock | None = None, secret: str = "one secret") -> object:
    app = Flask("another_process", static_folder=None)
    app.secret_key = secret
    plugin = rate_limit.RateLimit((clock or Clock()).seconds)
    return start(plugin, server=a_server(redis_url=url), app=app)


def passing_of_20_at_once(plugin: object, settings: PluginSettings) -> int:
    gate = threading.Barrier(20)
    passed: list[bool] = []

    def post() -> None:
        gate.wait()
        passed.append(send(plugin, settings) is None)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 20
    return sum(passed)


def test_in_redis_all_processes_count_together(redis_server: RedisServer) -> None:
    workers = [in_redis(redis_server.url) for _ in range(4)]
    settings = limits(per_address="5/hour")
    passed = [send(worker, settings) is None for _ in range(5) for worker in workers]
    assert passed == [True] * 5 + [False] * 15
    verdict = send(workers[0], settings)
    assert verdict is not None
    assert verdict.retry_after_s is not None
    assert 3500 < verdict.retry_after_s <= 3600


def test_of_20_posts_at_once_redis_lets_the_limit_pass_and_no_more(
    redis_server: RedisServer,
) -> None:
    plugin = in_redis(redis_server.url)
    settings = limits(per_address="5/hour", per_site="100/hour", per_email="50/day")
    assert passing_of_20_at_once(plugin, settings) == 5


def test_redis_holds_neither_emails_nor_addresses(redis_server: RedisServer) -> None:
    plugin = in_redis(redis_server.url)
    send(plugin, settings_of(rate_limit))
    keys = redis_server.keys()
    assert len(keys) == 8
    assert all(key.startswith("comment_widget:rate_limit:{LIMITER/debates/") for key in keys)
    assert not any(part in key for key in keys for part in ("ada", "203.0", "articles"))
    other = in_redis(redis_server.url, secret="another secret")
    send(other, settings_of(rate_limit))
    assert len(redis_server.keys()) == 16, "without the key nothing can be looked up"


def test_without_redis_a_machine_counts_for_itself_until_it_is_back(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    plugin = in_redis(redis_server.url, clock)
    settings = limits(per_address="2/hour")
    redis_server.stop()
    assert passes(plugin, settings, *[a_submission()] * 6) == [True, True] + [False] * 4
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings == ["Redis does not answer (ConnectionError): each machine counts for itself"]

    clock.advance(rate_limit.PROBE_EVERY_S)
    assert passes(plugin, limits(), a_submission()) == [True], "where nothing is limited"
    assert "Redis answers again" not in caplog.text

    send(plugin, settings)
    redis_server.start()
    send(plugin, settings)
    assert redis_server.keys() == [], "it is asked again only now and then"
    clock.advance(rate_limit.PROBE_EVERY_S)
    assert passes(plugin, settings, *[a_submission()] * 3) == [True, True, False]
    assert redis_server.keys() != []
    assert "Redis answers again" in caplog.text
    redis_server.stop()
    assert send(plugin, settings) is not None, "what was counted here before still counts"
    assert caplog.text.count("does not answer") == 2
    redis_server.start()


def test_a_redis_that_is_away_at_the_start_hinders_nothing(redis_server: RedisServer) -> None:
    redis_server.stop()
    clock = Clock()
    plugin = in_redis(redis_server.url, clock)
    assert send(plugin, limits(per_address="1/hour")) is None
    assert send(plugin, limits(per_address="1/hour")) is not None
    redis_server.start()
    clock.advance(rate_limit.PROBE_EVERY_S)
    assert send(plugin, limits(per_address="1/hour")) is None


def test_a_frozen_redis_costs_less_than_the_deadline_and_only_once(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    plugin = in_redis(redis_server.url, clock)
    settings = limits(per_address="2/hour", per_site="9/hour")
    assert send(plugin, settings) is None
    redis_server.freeze()
    began = time.monotonic()
    assert send(plugin, settings) is None
    assert time.monotonic() - began < DEADLINE_S
    began = time.monotonic()
    assert passes(plugin, settings, *[a_submission()] * 10) == [True] + [False] * 9
    assert time.monotonic() - began < rate_limit.REDIS_TIMEOUT_S
    clock.advance(rate_limit.PROBE_EVERY_S)
    began = time.monotonic()
    assert send(plugin, settings) is not None
    assert time.monotonic() - began < DEADLINE_S
    assert caplog.text.count("does not answer") == 1
    redis_server.thaw()
    clock.advance(rate_limit.PROBE_EVERY_S)
    assert send(plugin, settings) is None, "one of two was counted in Redis before"


def test_a_password_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.socket() as nobody:  # bound, and nobody listens
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        password = secrets.token_hex()
        plugin = in_redis(f"redis://:{password}@127.0.0.1:{port}/0")
        assert send(plugin, limits(per_address="1/hour")) is None
    assert "does not answer" in caplog.text
    for url in (f"http://:{password}@127.0.0.1/", f"redis://127.0.0.1:{password}/"):
        with pytest.raises(RuntimeError) as refused:
            in_redis(url)
        assert password not in str(refused.value)
    assert password not in caplog.text
