"""What a plugin keeps from call to call: its own, site by site, for as long as it says."""

from datetime import timedelta

import pytest

from tests.integration.conftest import World
from widget.jobs.periodic import promise_periodic
from widget.jobs.worker import run_due
from widget.plugin_host.memory import StoredMemory
from widget.testing import MemoryInDict


def memory_of(world: World, plugin: str = "learner") -> StoredMemory:
    return StoredMemory(plugin, world.parts.database, world.clock)


@pytest.fixture
def kept(world: World) -> StoredMemory:
    return memory_of(world.start())


def test_what_is_written_is_read_again_and_replaced(kept: StoredMemory) -> None:
    kept.write(1, {"a": b"1", "b": b"2"})
    kept.write(1, {"a": b"3"})
    assert kept.read(1, ["a", "b", "c"]) == {"a": b"3", "b": b"2"}
    kept.forget(1, ["a", "c"])
    assert kept.read(1, ["a", "b"]) == {"b": b"2"}


def test_each_plugin_has_its_own_on_each_site(world: World, kept: StoredMemory) -> None:
    kept.write(1, {"a": b"1"})
    assert memory_of(world, "other").read(1, ["a"]) == {}
    assert kept.read(2, ["a"]) == {}
    assert (kept.sites(), memory_of(world, "other").sites()) == ([1], [])


def test_values_are_found_by_the_beginning_of_their_keys_newest_first(
    world: World, kept: StoredMemory
) -> None:
    for key in ("e:1", "e:2", "e_3", "model"):
        world.clock.advance(seconds=1)
        kept.write(1, {key: key.encode()})
    assert list(kept.find(1, "e:", 10)) == ["e:2", "e:1"]
    assert list(kept.find(1, "e:", 1)) == ["e:2"]
    # A sign that means something in SQL's LIKE means itself.
    assert list(kept.find(1, "e_", 10)) == ["e_3"]


def test_what_is_kept_for_days_ends_with_them(world: World, kept: StoredMemory) -> None:
    kept.write(1, {"short": b"1"}, keep_days=7)
    kept.write(1, {"long": b"2"})
    world.clock.advance(days=7)
    assert kept.read(1, ["short", "long"]) == {"long": b"2"}
    assert kept.find(1, "", 10) == {"long": b"2"}
    promise_periodic(world.parts)
    run_due(world.parts)
    world.clock.advance(seconds=-timedelta(days=7).total_seconds())
    assert kept.read(1, ["short"]) == {}


@pytest.mark.parametrize("key", ["", "k" * 81])
def test_a_key_that_can_not_be_kept_is_refused_whole(kept: StoredMemory, key: str) -> None:
    with pytest.raises(ValueError, match="80"):
        kept.write(1, {key: b"x", "good": b"y"})
    with pytest.raises(ValueError, match="1 MB"):
        kept.write(1, {"big": b"x" * 1_000_001})
    assert kept.read(1, ["good", "big"]) == {}


def test_the_kits_memory_keeps_as_the_servers_does(kept: StoredMemory) -> None:
    for memory in (kept, MemoryInDict()):
        memory.write(1, {"e:1": b"1"})
        memory.write(1, {"e:2": b"2", "x": b"3"})
        memory.forget(1, ["x", "y"])
        assert memory.read(1, ["e:1", "x"]) == {"e:1": b"1"}
        assert dict(memory.find(1, "e:", 1)) == {"e:2": b"2"}
        assert list(memory.sites()) == [1]
