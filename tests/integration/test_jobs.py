"""Work after the answer: promised in the comment's own commit, done once, tried again."""

from datetime import timedelta

import pytest

from tests.conftest import Clock
from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from tests.integration.test_kill import wait_for
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
