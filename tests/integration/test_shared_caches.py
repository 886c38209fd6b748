"""A CDN in front: what it may keep, under which names, and how it is told to forget."""

import re

import pytest

from tests.conftest import PAGE, Clock
from tests.integration.conftest import World
from tests.receiver import Receiver
from widget import paths
from widget.config import Config
from widget.domain.comment import Status
from widget.http.snapshots import SnapshotsFirst
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status
from widget.publication.publish import publish_site

OPERATORS = paths.MIGRATIONS.parent / "docs" / "operators.md"
THREAD = f"/api/v1/thread?site=blog&url={PAGE}"
COUNTS = f"/api/v1/counts?site=blog&url={PAGE}"
FEED = f"/feeds/blog/thread.atom?url={PAGE}"
SITE_FEED = "/feeds/blog.atom"


@pytest.fixture
def cached(config: Config, clock: Clock, receiver: Receiver) -> World:
    """Return a server behind a CDN, which the plugin of operators.md tells to forget."""
    changed = {"shared_cache_s": 60, "private_hosts": ("127.0.0.1",)}
    world = World(config.model_copy(update=changed), clock)
    (source,) = re.findall(r"```python\n(.*?purge_cache.*?)```", OPERATORS.read_text(), re.DOTALL)
    world.file("purge", source).start()
    world.set("purge", purge_url=f"http://127.0.0.1:{receiver.server_port}/forget")
    world.app.wsgi_app = SnapshotsFirst(  # type: ignore[method-assign]
        world.app.wsgi_app, world.parts.snapshots, world.config.shared_cache_s
    )
    return world


def names(world: World, address: str) -> list[str]:
    answer = world.client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Tag"].split(",") == answer.headers["Surrogate-Key"].split(" ")
    return answer.headers["Surrogate-Key"].split(" ")


def told(world: World, receiver: Receiver) -> set[str]:
    run_due(world.parts)
    found = {key for _, headers, _ in receiver.got for key in headers["Surrogate-Key"].split()}
    receiver.got.clear()
    return found


def test_by_itself_every_cache_asks_each_time(world: World) -> None:
    world.start().posted()
    for address in (THREAD, COUNTS, FEED, SITE_FEED):
        headers = world.client.get(address).headers
        assert headers["Cache-Control"] == "public, no-cache"
        assert "Surrogate-Key" not in headers


def test_a_cdn_may_keep_answers_as_long_as_the_operator_says_and_browsers_ask(
    cached: World,
) -> None:
    cached.posted()
    for address in (THREAD, COUNTS, FEED, SITE_FEED):
        for _ in range(2):  # made by the application, then handed out before it
            answer = cached.client.get(address)
            assert answer.headers["Cache-Control"] == (
                "public, max-age=0, s-maxage=60, stale-while-revalidate=60"
            )
            known = {"If-None-Match": answer.headers["ETag"]}
            unchanged = cached.client.get(address, headers=known)
            assert unchanged.status_code == 304
            for name in ("Cache-Control", "Surrogate-Key", "ETag"):
                assert unchanged.headers[name] == answer.headers[name]


def test_what_a_comment_changes_is_told_by_the_names_it_is_kept_under(
    cached: World, receiver: Receiver
) -> None:
    comment_id = cached.posted()
    told(cached, receiver)
    other = f"/api/v1/thread?site=blog&url={PAGE}/other"
    kept = {address: names(cached, address) for address in (THREAD, COUNTS, FEED, SITE_FEED, other)}
    change_status(cached.parts, comment_id, Status.SPAM, actor="person:1")
    forgotten = told(cached, receiver)
    assert {address for address, keys in kept.items() if forgotten & set(keys)} == {
        THREAD, COUNTS, FEED, SITE_FEED,
    }  # fmt: skip


def test_new_settings_of_a_site_are_told_for_all_its_pages(
    cached: World, receiver: Receiver
) -> None:
    cached.posted()
    told(cached, receiver)
    kept = {address: names(cached, address) for address in (THREAD, COUNTS, FEED, SITE_FEED)}
    publish_site(cached.parts, cached.site)
    forgotten = told(cached, receiver)
    assert all(forgotten & set(keys) for keys in kept.values())


def test_a_cdn_that_does_not_answer_is_told_again(cached: World, receiver: Receiver) -> None:
    receiver.status = 503
    cached.posted()
    run_due(cached.parts)
    assert receiver.got
    receiver.got.clear()
    receiver.status = 200
    cached.wait(seconds=10)
    assert receiver.got


def test_without_a_plugin_that_tells_nothing_is_written_for_it(world: World) -> None:
    world.config = world.config.model_copy(update={"shared_cache_s": 60})
    world.start().posted()
    assert run_due(world.parts) == 0
