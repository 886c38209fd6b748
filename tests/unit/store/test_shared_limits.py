"""Counting limits in several processes of one machine: together, exactly, within a bound."""

import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import (
    FixedWindowRateLimiter,
    RateLimiter,
    SlidingWindowCounterRateLimiter,
)

from widget.store import shared_limits
from widget.store.shared_limits import ALONE, SharedLimits

PER_HOUR = RateLimitItemPerHour(25)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return shared_limits.shared_limits(tmp_path / "limits")


@pytest.fixture
def storage(url: str) -> Iterator[SharedLimits]:
    found = storage_from_string(url)
    assert isinstance(found, SharedLimits)
    yield found
    found.reset()


def pass_of_20(url: str, strategy: type[RateLimiter], gate: object, passed: object) -> None:
    limiter = strategy(storage_from_string(url))
    gate.wait()  # type: ignore[attr-defined]
    passed.put(sum(limiter.hit(PER_HOUR, "reader") for _ in range(20)))  # type: ignore[attr-defined]


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, SlidingWindowCounterRateLimiter])
def test_four_processes_let_pass_exactly_what_one_would(
    url: str, strategy: type[RateLimiter]
) -> None:
    context = multiprocessing.get_context("spawn")
    gate, passed = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=pass_of_20, args=(url, strategy, gate, passed)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sum(passed.get() for _ in processes) == PER_HOUR.amount


def test_a_place_is_free_again_when_its_window_is_over(storage: SharedLimits) -> None:
    limiter = FixedWindowRateLimiter(storage)
    item = RateLimitItemPerSecond(1)
    assert limiter.hit(item, "reader")
    assert not limiter.hit(item, "reader")
    end = limiter.get_window_stats(item, "reader").reset_time
    while time.time() <= end:
        assert not limiter.test(item, "reader") or time.time() > end
    assert limiter.hit(item, "reader")


def test_each_reader_is_counted_apart_and_can_be_forgotten(storage: SharedLimits) -> None:
    for limiter in (FixedWindowRateLimiter(storage), SlidingWindowCounterRateLimiter(storage)):
        item = RateLimitItemPerHour(1, namespace=type(limiter).__name__)
        assert limiter.hit(item, "one")
        assert limiter.hit(item, "other")
        assert not limiter.hit(item, "one")
        limiter.clear(item, "one")
        assert limiter.hit(item, "one")
        assert not limiter.hit(item, "other")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    hits=st.lists(st.tuples(st.text(max_size=600), st.integers(1, 7)), max_size=30),
    amount=st.integers(1, 9),
)
def test_it_counts_as_the_storage_of_one_process_does(
    storage: SharedLimits, hits: list[tuple[str, int]], amount: int
) -> None:
    storage.reset()
    item = RateLimitItemPerHour(amount)
    for strategy in (FixedWindowRateLimiter, SlidingWindowCounterRateLimiter):
        here, there = strategy(storage), strategy(MemoryStorage())
        for reader, cost in hits:
            who = (strategy.__name__, reader)
            assert here.hit(item, *who, cost=cost) == there.hit(item, *who, cost=cost)
            ours, theirs = here.get_window_stats(item, *who), there.get_window_stats(item, *who)
            assert ours.remaining == theirs.remaining
            assert abs(ours.reset_time - theirs.reset_time) < 5


def test_counters_that_have_ended_make_room(
    storage: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_limits, "_SWEEP_EVERY", 100)
    for number in range(150):
        storage.incr(f"over {number}", 0.0)
    assert storage.incr("counts", 60) == 1
    for number in range(60):
        storage.incr(f"over {number}", 0.0)
    assert storage.get("counts") == 1
    assert storage.reset() < 150


def test_a_flood_of_readers_that_fills_the_file_leaves_limits_that_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_limits, "_MAP_BYTES", 200_000)
    small = storage_from_string(shared_limits.shared_limits(tmp_path / "small"))
    limiter = FixedWindowRateLimiter(small)
    item = RateLimitItemPerMinute(1)
    assert all(limiter.hit(item, f"reader {number}") for number in range(5_000))
    assert limiter.hit(item, "last")
    assert not limiter.hit(item, "last")


def test_where_there_can_be_no_file_a_process_counts_for_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert shared_limits.shared_limits(tmp_path / "file" / "limits") == ALONE
