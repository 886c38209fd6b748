"""Pages that are merged and comments that are moved while readers write: nothing gets lost."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from tests.integration.reactions_kit import faults
from widget.domain.audit_log import By
from widget.domain.comment import Status
from widget.domain.site import Policy
from widget.domain.thread import ThreadState
from widget.moderation.mark import set_thread_policy, set_thread_state
from widget.moderation.move import merge_threads, move_comment, take_back

BY = By(actor="person:1")
OTHER = "https://example.org/other"
WAITS = """
    import pathlib, time
    folder = pathlib.Path(__file__).parent
    (folder / "asked").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
"""


def merge(world: World, url: str, into: str) -> int:
    thread_id = world.thread(url=url)["thread"]["id"]
    return merge_threads(world.parts, thread_id, world.site, into, by=BY).id


@contextmanager
def on_its_way(world: World, **fields: object) -> Iterator[Future[TestResponse]]:
    """Post a comment that a plugin keeps waiting until the block ends."""
    folder = world.config.home / "plugins"
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(world.post, **fields)
        while not (folder / "asked").exists():
            assert not answer.done()
        try:
            yield answer
        finally:
            (folder / "go").touch()


def slow(world: World) -> World:
    """Start a server with a plugin that waits; comments that are there already don't."""
    world.start()
    world.posted(), world.posted(url=OTHER)
    return world.plugin("slow", checks(WAITS), deadline_s=30).start()


def test_a_comment_on_its_way_to_a_page_that_is_merged_is_in_the_other(world: World) -> None:
    slow(world)
    with on_its_way(world) as answer:
        merge(world, PAGE, OTHER)
    assert answer.result().status_code == 201
    assert world.thread(url=OTHER)["thread"]["count"] == 3
    assert world.thread() == world.thread(url=OTHER)
    assert faults(world.parts) == []


def test_a_reply_on_its_way_follows_what_it_answers_through_a_merge(world: World) -> None:
    slow(world)
    parent = world.shown()[0]
    with on_its_way(world, parent=parent) as answer:
        merge(world, PAGE, OTHER)
    reply = answer.result().get_json()["comment"]["id"]
    assert world.comment(reply).parent == parent
    assert faults(world.parts) == []


def test_a_comment_on_its_way_is_judged_by_the_policy_of_the_page_it_gets_to(world: World) -> None:
    slow(world)
    set_thread_policy(world.parts, world.site, OTHER, Policy.HOLD, actor="person:1")
    with on_its_way(world) as answer:
        merge(world, PAGE, OTHER)
    assert answer.result().status_code == 202
    assert world.status(answer.result().get_json()["comment"]["id"]) is Status.PENDING


def test_a_comment_on_its_way_is_refused_once_its_page_is_closed(world: World) -> None:
    slow(world)
    with on_its_way(world) as answer:
        set_thread_state(world.parts, world.site, PAGE, ThreadState.CLOSED, actor="person:1")
    assert answer.result().status_code == 403
    assert world.thread()["thread"]["count"] == 1


def test_a_reply_to_what_is_moved_away_meanwhile_is_refused_with_a_reason(world: World) -> None:
    slow(world)
    parent = world.shown()[0]
    with on_its_way(world, parent=parent) as answer:
        move_comment(world.parts, parent, world.site, OTHER, by=BY)
    assert (answer.result().status_code, answer.result().get_json()["detail"]) == (
        404, "The comment that this answers is gone.",
    )  # fmt: skip
    assert faults(world.parts) == []


def test_merged_to_and_fro_under_many_writers_no_comment_is_lost_or_misplaced(
    world: World,
) -> None:
    world.start()
    world.posted(), world.posted(url=OTHER)

    def post(number: int) -> TestResponse:
        url = (PAGE, OTHER)[number % 2]
        submission = {"site": "blog", "url": url, "body": f"Number {number}."}
        client = world.app.test_client()
        return client.post("/api/v1/comments", json=submission, headers={"Origin": ORIGIN})

    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(post, number) for number in range(40)]
        for _ in range(5):
            undone = merge(world, PAGE, OTHER)
            take_back(world.parts, undone, world.site, by=BY)
        assert {answer.result().status_code for answer in answers} == {201}
        ids = {answer.result().get_json()["comment"]["id"] for answer in answers}
    assert len(ids) == 40
    assert sum(world.thread(url=url)["thread"]["count"] for url in (PAGE, OTHER)) == 42
    assert faults(world.parts) == []


def test_of_many_comments_at_once_no_more_are_taken_than_there_is_room(world: World) -> None:
    world.start()
    world.set("closing", mode="on", after_comments=5)

    def post(number: int) -> int:
        submission = {"site": "blog", "url": PAGE, "body": f"Number {number}."}
        client = world.app.test_client()
        headers = {"Origin": ORIGIN}
        return client.post("/api/v1/comments", json=submission, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(post, range(16)))
    assert sorted(statuses) == [201] * 5 + [403] * 11
    assert world.thread()["thread"]["count"] == 5
