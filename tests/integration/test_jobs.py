"""Work after the answer: promised in the comment's own commit, done once, tried again."""

import pickle
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from tests.conftest import Clock
from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from tests.integration.test_kill import wait_for
from tests.redis_server import RedisServer
from widget.domain.comment import Status
from widget.jobs.periodic import CUT_ADDRESSES, DELETED_DAYS, promise_periodic
from widget.jobs.tasks import BACK_OFF_S
from widget.jobs.worker import LEASE, Worker, claim_due, run_due
from widget.moderation.decide import change_status
from widget.publication.publish import TELL_PLUGIN
from widget.store import jobs

TELLS = """\
from pathlib import Path

HERE = Path(__file__).parent


@hookimpl
def comment_decided(comment):
    with (HERE / "told.log").open("a") as log:
        print(comment.id, file=log)
    if (HERE / "down").exists():
        raise OSError("down")
"""


@pytest.fixture
def telling(world: World) -> World:
    return world.plugin("teller", TELLS).start()


def told(world: World) -> list[int]:
    log = world.config.home / "plugins" / "told.log"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def waiting(world: World, kind: str = TELL_PLUGIN) -> int:
    with world.parts.database.read() as session:
        return jobs.jobs_waiting(session, kind)


def test_a_job_is_done_once_and_gone(telling: World) -> None:
    comment_id = telling.posted()
    assert waiting(telling) >= 1
    telling.wait(seconds=1)
    telling.wait(days=1)
    assert told(telling) == [comment_id]
    assert waiting(telling) == 0


def test_a_comment_that_was_not_stored_promises_nothing(world: World) -> None:
    said = "return widget.Verdict.reject('no', message='Slowly.', retry_after_s=9)"
    world.plugin("teller", TELLS + "\n\n" + checks(said)).start()
    assert world.post().status_code == 429
    assert waiting(world) == 0


def test_two_workers_never_claim_one_job(telling: World) -> None:
    telling.posted()
    telling.clock.advance(seconds=1)
    first, second = claim_due(telling.parts), claim_due(telling.parts)
    assert len(first) >= 1
    assert second == []


def test_a_job_whose_worker_died_is_another_workers_when_its_claim_ends(telling: World) -> None:
    comment_id = telling.posted()
    telling.clock.advance(seconds=1)
    claim_due(telling.parts)  # and then the process is gone
    telling.clock.time += LEASE - timedelta(seconds=1)
    assert run_due(telling.parts) == 0
    telling.clock.advance(seconds=1)
    assert run_due(telling.parts) >= 1
    assert told(telling) == [comment_id]


def test_a_job_that_fails_backs_off_and_is_given_up_where_an_owner_sees_it(
    telling: World,
) -> None:
    (telling.config.home / "plugins" / "down").touch()
    telling.posted()
    telling.wait(seconds=1)
    for tries, wait_s in enumerate(BACK_OFF_S, start=1):
        assert len(told(telling)) == tries
        telling.wait(seconds=wait_s - 1)
        assert len(told(telling)) == tries
        telling.wait(seconds=1)
    telling.wait(days=30)
    assert len(told(telling)) == len(BACK_OFF_S) + 1
    assert waiting(telling) == 0
    with telling.parts.database.read() as session:
        assert jobs.jobs_failed(session) == 1


def test_a_worker_beside_the_requests_does_what_is_due(telling: World) -> None:
    telling.clock.advance(seconds=1)
    worker = Worker(telling.parts)
    worker.start()
    try:
        comment_id = telling.posted()
        wait_for(lambda: told(telling) == [comment_id])
    finally:
        worker.stop()
    assert waiting(telling) == 0


def test_addresses_are_cut_when_the_site_says_and_not_before(world: World) -> None:
    world.start(address_days=30)
    promise_periodic(world.parts)
    comment_id = world.posted()
    world.wait(days=29)
    assert world.comment(comment_id).address == "127.0.0.1"
    world.wait(days=2)
    assert world.comment(comment_id).address == "127.0.0.0"


def test_what_was_deleted_ends_after_its_days_and_can_be_restored_before(world: World) -> None:
    world.start()
    promise_periodic(world.parts)
    comment_id = world.posted("Private.", author={"name": "Ada", "email": "ada@example.net"})
    change_status(world.parts, comment_id, Status.DELETED, actor="person:1")
    world.wait(days=DELETED_DAYS - 1)
    assert world.comment(comment_id).source == "Private."
    world.wait(days=2)
    ended = world.comment(comment_id)
    assert (ended.source, ended.html, ended.author.name, ended.author.email) == ("", "", None, None)


def test_a_periodic_job_is_promised_once_however_many_processes_start(
    world: World, clock: Clock
) -> None:
    world.start()
    for _ in range(3):
        promise_periodic(world.parts)
    with world.parts.database.read() as session:
        names = [payload["name"] for payload in jobs.payloads_of(session, "periodic")]
    assert names.count(CUT_ADDRESSES) == 1


def test_workers_of_several_processes_share_a_queue_in_redis(
    telling: World, redis_server: RedisServer
) -> None:
    in_redis = telling.config.model_copy(update={"redis_url": redis_server.url})
    workers = [Worker(replace(telling.parts, config=in_redis)) for _ in range(2)]
    telling.clock.advance(seconds=1)
    for worker in workers:
        worker.start()
    try:
        posted = [telling.posted(f"Number {number}.") for number in range(10)]
        wait_for(lambda: sorted(told(telling)) == posted)
    finally:
        for worker in workers:
            worker.stop()
    assert sorted(told(telling)) == posted


def test_work_waits_while_redis_is_away_and_is_done_once_it_is_back(
    telling: World, redis_server: RedisServer
) -> None:
    in_redis = telling.config.model_copy(update={"redis_url": redis_server.url})
    redis_server.stop()
    telling.clock.advance(seconds=1)
    worker = Worker(replace(telling.parts, config=in_redis))
    worker.start()
    try:
        posted = telling.posted()
        assert told(telling) == []
        redis_server.start()
        wait_for(lambda: told(telling) == [posted])
    finally:
        worker.stop()


def test_a_message_that_is_not_ours_runs_nothing(
    telling: World, redis_server: RedisServer, tmp_path: Path
) -> None:
    in_redis = telling.config.model_copy(update={"redis_url": redis_server.url})
    worker = Worker(replace(telling.parts, config=in_redis))
    trap = tmp_path / "trap"
    message = pickle.dumps(Trap(str(trap)))
    queue = f"huey.redis.{worker.queue.replace('-', '')}"
    client = Redis(unix_socket_path=str(redis_server.path))
    worker.start()
    try:
        client.lpush(queue, message)
        wait_for(lambda: client.llen(queue) == 0)
        posted = telling.posted()
        telling.clock.advance(seconds=1)
        wait_for(lambda: told(telling) == [posted])
    finally:
        worker.stop()
    assert not trap.exists()


def test_of_two_messages_for_one_claim_only_the_newest_begins_the_job(telling: World) -> None:
    telling.posted()
    telling.clock.advance(seconds=1)
    (first, *_) = claim_due(telling.parts)
    telling.clock.time += LEASE
    (second, *_) = [job for job in claim_due(telling.parts) if job.id == first.id]
    until = telling.clock() + LEASE
    with telling.parts.database.write() as session:
        assert jobs.begin(session, first.id, first.attempts, until) is None
        begun = jobs.begin(session, second.id, second.attempts, until)
        assert begun is not None
        jobs.finish(session, second.id)
        assert jobs.begin(session, second.id, second.attempts, until) is None


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")
