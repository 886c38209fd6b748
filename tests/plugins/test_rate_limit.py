"""Readers are limited by who they are, where they post, and never by what others do."""

import threading
import time

import pytest
from flask import Flask
from limits.strategies import SlidingWindowCounterRateLimiter
from widget.plugins import rate_limit

from widget import Author, Mode, Occasion, Outcome, PluginSettings, Submission, Verdict
from widget.testing import a_site, a_submission, ask, settings_of, start

#: A moment one second into a minute, an hour and a day: tests don't straddle a window.
MOMENT = 1_800_057_601.0
NO_LIMITS = {"per_address": "", "per_email": "", "per_thread": "", "per_site": ""}


class Wall:
    """The clock on the wall, as the limits library reads it."""

    def __init__(self) -> None:
        self.now = MOMENT

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """Stop the clock on the wall."""
    clock = Wall()
    monkeypatch.setattr(time, "time", clock)
    return clock


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


def test_a_reader_past_a_limit_is_told_how_long_to_wait(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="2/minute")
    assert passes(plugin, settings, a_submission(), a_submission()) == [True, True]
    verdict = send(plugin, settings)
    assert verdict is not None
    assert verdict.outcome is Outcome.REJECT
    assert verdict.retry_after_s == 60
    assert verdict.message == "That was a lot at once. Please try again in 60 seconds."
    assert verdict.reason == "The limit of 2 per 1 minute for one address is reached."
    assert verdict.field is None


def test_after_the_wait_that_was_told_the_reader_can_go_on(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="3/minute; 7/hour")
    posted = 0
    for _ in range(40):
        verdict = send(plugin, settings)
        if verdict is None:
            posted += 1
            continue
        assert verdict.retry_after_s is not None
        wall.now += verdict.retry_after_s
        assert send(plugin, settings) is None
        posted += 1
    assert posted > 20


@pytest.mark.parametrize(
    ("wait_s", "words"),
    [
        (1, "1 second."),
        (89, "89 seconds."),
        (90, "2 minutes."),
        (3600, "60 minutes."),
        (7200, "2 hours."),
        (200_000, "3 days."),
    ],
)
def test_a_wait_is_told_in_words(wall: Wall, wait_s: int, words: str) -> None:
    limit = f"1/{wait_s} second"
    wall.now = wait_s * (MOMENT // wait_s) + 0.5  # a window has just begun
    plugin = start(rate_limit)
    send(plugin, limits(per_address=limit))
    verdict = send(plugin, limits(per_address=limit))
    assert verdict is not None
    assert (verdict.message or "").endswith(words)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:1.2.3.4", "1.2.3.4", True),  # one reader, by two kinds of socket
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one household has a /64
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", None, True),  # what is no address is one reader
        ("garbage", "1.2.3.4:80", True),
        ("x" * 10_000, None, True),
    ],
)
def test_one_reader_has_one_address(
    wall: Wall, first: str | None, second: str | None, same: bool
) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="1/minute")
    sent = passes(plugin, settings, a_submission(address=first), a_submission(address=second))
    assert sent == [True, not same]


def test_an_email_is_limited_from_all_addresses_and_however_it_is_written(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_email="1/minute")
    ada = a_submission(author=Author(email="ada@example.net"), address="192.0.2.1")
    again = a_submission(author=Author(email="Ada@Example.NET"), address="192.0.2.2")
    bob = a_submission(author=Author(email="bob@example.net"), address="192.0.2.1")
    assert passes(plugin, settings, ada, again, bob) == [True, False, True]


def test_readers_without_an_email_are_not_one_reader(wall: Wall) -> None:
    plugin = start(rate_limit)
    nobody = a_submission(author=Author())
    assert passes(plugin, limits(per_email="1/minute"), nobody, nobody) == [True, True]


def test_a_thread_is_limited_for_all_its_readers(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_thread="1/minute")
    page = a_submission(url="https://example.org/a", address="192.0.2.1")
    plain = a_submission(url="http://example.org/a", address="192.0.2.2")
    other = a_submission(url="https://example.org/b", address="192.0.2.1")
    assert passes(plugin, settings, page, plain, other) == [True, False, True]
    verdict = send(plugin, settings, plain)
    assert verdict is not None
    assert "There are many comments on this page" in (verdict.message or "")


def test_a_thread_with_an_id_is_one_thread_on_all_its_pages(wall: Wall) -> None:
    plugin = start(rate_limit)
    here = a_submission(thread="42", url="https://example.org/a")
    there = a_submission(thread="42", url="https://example.org/b")
    page = a_submission(url="https://example.org/a")
    assert passes(plugin, limits(per_thread="1/minute"), here, there, page) == [True, False, True]


@pytest.mark.parametrize("setting", ["per_address", "per_email", "per_thread", "per_site"])
def test_sites_never_share_a_limit(wall: Wall, setting: str) -> None:
    plugin = start(rate_limit)
    settings = limits(**{setting: "1/minute"})
    here, there = a_submission(site=a_site(key="a")), a_submission(site=a_site(key="b"))
    assert passes(plugin, settings, here, there, here, there) == [True, True, False, False]


def test_a_full_limit_costs_nothing_under_the_others(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="1/minute", per_thread="3/minute", per_site="3/minute")
    flood = [a_submission(address="192.0.2.1") for _ in range(50)]
    assert sum(passes(plugin, settings, *flood)) == 1
    others = [a_submission(address=f"192.0.2.{last}") for last in (2, 3, 4)]
    assert passes(plugin, settings, *others) == [True, True, False]


def test_of_several_full_limits_the_longest_wait_is_told(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="1/minute", per_site="1/hour")
    send(plugin, settings)
    verdict = send(plugin, settings)
    assert verdict is not None
    assert verdict.retry_after_s == 3600
    assert "on this site" in (verdict.message or "")


def test_a_site_can_have_comments_past_a_limit_held(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="1/minute", answer="hold")
    send(plugin, settings)
    verdict = send(plugin, settings)
    assert verdict is not None
    assert verdict.outcome is Outcome.HOLD
    assert verdict.retry_after_s is None


def test_edits_count_like_new_comments(wall: Wall) -> None:
    plugin = start(rate_limit)
    edit = a_submission(occasion=Occasion.EDIT, comment_id=14)
    assert passes(plugin, limits(per_address="1/minute"), a_submission(), edit) == [True, False]


@pytest.mark.parametrize(
    "changes",
    [{"occasion": Occasion.RECHECK}, {"occasion": Occasion.TRIAL}, {"role": "moderator"}],
)
def test_what_no_reader_posted_is_neither_limited_nor_counted(
    wall: Wall, changes: dict[str, object]
) -> None:
    plugin = start(rate_limit)
    settings = limits(per_address="1/minute")
    uncounted = a_submission(**changes)
    assert passes(plugin, settings, uncounted, uncounted, uncounted) == [True, True, True]
    assert passes(plugin, settings, a_submission(), uncounted) == [True, True]


def test_the_defaults_are_on_and_let_a_family_talk(wall: Wall) -> None:
    plugin = start(rate_limit)
    settings = settings_of(rate_limit)
    assert settings.mode is Mode.ON
    family = [a_submission(author=Author(email=f"{who}@example.net")) for who in "abcd"]
    for _ in range(10):  # each says something every three minutes, from one address
        for member in family:
            assert send(plugin, settings, member) is None
            wall.now += 45


def test_the_defaults_stop_a_flood(wall: Wall) -> None:
    plugin = start(rate_limit)
    flood = [a_submission(author=Author(email=f"{n}@example.net")) for n in range(100)]
    assert sum(passes(plugin, settings_of(rate_limit), *flood)) == 6


def test_of_20_posts_at_once_the_limit_passes_and_no_more(wall: Wall) -> None:
    for _ in range(20):
        plugin = start(rate_limit)
        settings = limits(per_address="5/minute", per_site="100/minute", per_email="50/hour")
        assert passing_of_20_at_once(plugin, settings) == 5


def test_memory_is_bounded_however_many_readers_come(wall: Wall) -> None:
    counters = rate_limit._Counters(
        SlidingWindowCounterRateLimiter(rate_limit.MemoryStorage()), None, time.monotonic
    )
    settings = limits(per_address="1/hour")
    assert isinstance(settings, rate_limit.RateLimitSettings)
    most = 0
    for number in range(50_000):
        sent = a_submission(address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        assert counters.take(rate_limit._limits_of(sent, settings, b"secret")) is None
        storage = counters.local.storage
        assert isinstance(storage, rate_limit.MemoryStorage)
        most = max(most, len(storage.expirations), len(storage.storage), len(storage.locks))
    assert most <= rate_limit.MAX_COUNTERS
    newest = rate_limit._limits_of(sent, settings, b"secret")
    assert counters.take(newest) is not None, "the newest reader is still known"


def test_of_full_memory_what_ends_first_is_forgotten(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "MAX_COUNTERS", 10)
    plugin = start(rate_limit)
    by_day, by_minute = limits(per_address="1/day"), limits(per_address="1/minute")
    assert send(plugin, by_day) is None
    for last in range(100):
        assert send(plugin, by_minute, a_submission(address=f"192.0.2.{last}")) is None
    assert send(plugin, by_day) is not None


def test_requests_that_post_nothing_pay_nothing() -> None:
    app = Flask("app", static_folder=None)
    app.secret_key = "secret"
    start(rate_limit, app=app)
    assert not app.before_request_funcs
    assert not app.after_request_funcs
    assert not app.teardown_request_funcs
