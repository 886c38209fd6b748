"""Pages close by age and by number, stay open where somebody opens them, and have own policies."""

from collections.abc import Callable

import pytest

from tests.conftest import PAGE
from tests.integration.conftest import Run, World
from widget.domain.comment import Status
from widget.domain.site import Policy
from widget.domain.thread import ThreadState
from widget.jobs.periodic import promise_periodic
from widget.moderation.mark import set_thread_policy, set_thread_state

OTHER = "https://example.org/other"


@pytest.fixture
def closing(world: World) -> Callable[..., World]:
    """Return a function that starts a server whose pages close."""

    def start(**settings: object) -> World:
        world.start()
        world.set("closing", mode="on", **settings)
        return world

    return start


def test_a_page_takes_no_comment_once_it_is_old_enough(closing: Callable[..., World]) -> None:
    world = closing(after_days=30)
    world.posted("First.")
    world.clock.advance(days=29, hours=23)
    world.posted("Last.")
    world.clock.advance(hours=1)
    answer = world.post("Too late.")
    assert (answer.status_code, answer.get_json()["detail"]) == (
        403, "Comments on this page are closed.",
    )  # fmt: skip
    assert world.thread()["thread"]["state"] == "closed"
    assert world.post("Elsewhere.", url=OTHER).status_code == 201


def test_a_page_closes_after_so_many_comments(closing: Callable[..., World]) -> None:
    world = closing(after_comments=3)
    for number in range(3):
        world.posted(f"Number {number}.")
    assert world.post("One more.").status_code == 403
    assert world.thread()["thread"]["count"] == 3


def test_readers_see_a_page_closed_though_nobody_posts_to_it(
    closing: Callable[..., World],
) -> None:
    world = closing(after_days=30)
    promise_periodic(world.parts)
    world.posted()
    world.wait(days=29)
    assert world.thread()["thread"]["state"] == "open"
    world.wait(days=1, hours=1)
    assert world.thread()["thread"]["state"] == "closed"


def test_a_page_that_somebody_opens_again_stays_open(closing: Callable[..., World]) -> None:
    world = closing(after_comments=1)
    promise_periodic(world.parts)
    world.posted()
    assert world.post().status_code == 403
    set_thread_state(world.parts, world.site, PAGE, ThreadState.OPEN, actor="person:1")
    world.posted("Again.")
    world.wait(hours=2)
    world.posted("And again.")
    set_thread_state(world.parts, world.site, PAGE, ThreadState.CLOSED, actor="person:1")
    assert world.post().status_code == 403


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_a_plugin_that_is_not_on_closes_nothing(closing: Callable[..., World], mode: str) -> None:
    world = closing(after_comments=1)
    world.set("closing", mode=mode, after_comments=1)
    promise_periodic(world.parts)
    world.posted()
    world.wait(hours=2)
    assert world.post().status_code == 201


def test_a_plugin_that_fails_leaves_a_page_open(world: World) -> None:
    hook = "@hookimpl\ndef close_thread(thread, settings):\n    raise OSError('down')\n"
    world.plugin("failing", hook).start()
    world.posted()
    assert world.post().status_code == 201


@pytest.mark.parametrize(
    ("site_policy", "own", "status"),
    [
        ("publish", Policy.HOLD, Status.PENDING),
        ("hold", Policy.PUBLISH, Status.PUBLISHED),
        ("publish", Policy.FIRST_TIME, Status.PENDING),
    ],
)
def test_a_page_has_a_policy_of_its_own(
    world: World, site_policy: str, own: Policy, status: Status
) -> None:
    world.start(policy=site_policy)
    set_thread_policy(world.parts, world.site, PAGE, own, actor="person:1")
    assert world.status(world.posted()) is status
    elsewhere = {"publish": Status.PUBLISHED, "hold": Status.PENDING}[site_policy]
    assert world.status(world.posted(url=OTHER)) is elsewhere
    set_thread_policy(world.parts, world.site, PAGE, None, actor="person:1")
    assert world.status(world.posted("Once more.")) is elsewhere


def test_a_policy_of_a_page_is_set_by_command(run: Run) -> None:
    assert run("site", "add", "blog", "--host", "example.org").code == 0
    done = run("moderation", "policy", PAGE, "--site", "blog", "--policy", "hold")
    assert (done.code, done.out) == (0, f"The policy of {PAGE} is hold.\n")
    done = run("moderation", "policy", PAGE, "--site", "blog", "--policy", "site")
    assert done.out == f"The policy of {PAGE} is first_time (its site’s).\n"
