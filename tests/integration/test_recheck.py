"""A comment that was held because a plugin failed is judged again until the plugin answers."""

import threading
from textwrap import dedent

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget.domain.comment import Status
from widget.domain.trail import Answer
from widget.moderation.decide import change_status
from widget.moderation.recheck import BACK_OFF_S
from widget.store import jobs

#: It fails for as long as the file ``down`` is beside it, and says how often it was asked.
HOOK = """\
from pathlib import Path

HERE = Path(__file__).parent


def asked(submission):
    with (HERE / "asked.log").open("a") as log:
        log.write(submission.occasion.value + chr(10))
    if (HERE / "down").exists():
        raise OSError("the service is down")
    if "pills" in submission.body:
        return widget.Verdict.spam("pills")
    return None


"""
SERVICE = HOOK + checks("return asked(submission)")


@pytest.fixture
def service(world: World) -> World:
    world.plugin("service", SERVICE)
    down(world, True)
    return world.start()


def down(world: World, is_down: bool) -> None:
    flag = world.config.home / "plugins" / "down"
    if is_down:
        flag.touch()
    else:
        flag.unlink()


def asked(world: World) -> list[str]:
    return (world.config.home / "plugins" / "asked.log").read_text().split()


def test_when_the_plugin_recovers_the_comment_is_published(service: World) -> None:
    comment_id = service.posted()
    assert service.status(comment_id) is Status.PENDING
    assert service.shown() == []
    down(service, False)

    service.wait(seconds=BACK_OFF_S[0])

    assert service.status(comment_id) is Status.PUBLISHED
    assert service.shown() == [comment_id]
    assert asked(service) == ["new", "recheck"]
    last = service.events(comment_id)[-1]
    assert (last.actor, last.before, last.after) == ("pipeline", "pending", "published")
    assert service.trail(comment_id)["service"].answer is Answer.ABSTAINED


def test_what_the_plugin_then_objects_to_goes_where_it_says(service: World) -> None:
    comment_id = service.posted("Cheap pills.")
    down(service, False)
    service.wait(seconds=BACK_OFF_S[0])
    assert service.status(comment_id) is Status.SPAM


def test_it_is_asked_no_earlier_than_promised(service: World) -> None:
    service.posted()
    service.wait(seconds=BACK_OFF_S[0] - 1)
    assert asked(service) == ["new"]


def test_each_wait_is_longer_and_after_the_last_try_it_waits_for_a_person(service: World) -> None:
    comment_id = service.posted()
    for tries, wait_s in enumerate(BACK_OFF_S, start=1):
        service.wait(seconds=wait_s)
        assert len(asked(service)) == 1 + tries
    assert list(BACK_OFF_S) == sorted(BACK_OFF_S)

    service.wait(days=30)

    assert len(asked(service)) == 1 + len(BACK_OFF_S)
    assert service.status(comment_id) is Status.PENDING
    with service.parts.database.read() as session:
        assert jobs.jobs_waiting(session, "recheck") == 0
    assert service.trail(comment_id)["service"].answer is Answer.FAILED


@pytest.mark.parametrize("after", [Status.SPAM, Status.PUBLISHED, Status.DELETED])
def test_a_comment_that_a_person_decided_on_is_left_alone(service: World, after: Status) -> None:
    comment_id = service.posted()
    change_status(service.parts, comment_id, after, actor="person:1")
    down(service, False)
    service.wait(days=1)
    assert service.status(comment_id) is after
    assert asked(service) == ["new"]


def test_a_comment_that_a_person_put_back_to_held_stays_held(service: World) -> None:
    comment_id = service.posted()
    change_status(service.parts, comment_id, Status.PUBLISHED, actor="person:1")
    change_status(service.parts, comment_id, Status.PENDING, actor="person:1")
    down(service, False)
    service.wait(days=1)
    assert service.status(comment_id) is Status.PENDING


def test_only_the_plugin_that_owes_its_answer_is_asked_again(world: World) -> None:
    world.plugin("service", SERVICE).plugin(
        "strict", HOOK.replace("asked.log", "strict.log").replace('"down"', '"x"')
        + checks("asked(submission)\nreturn widget.Verdict.hold('a link')")
    )  # fmt: skip
    down(world, True)
    world.start()
    comment_id = world.posted()
    down(world, False)

    world.wait(seconds=BACK_OFF_S[0])

    log = world.config.home / "plugins" / "strict.log"
    assert log.read_text().split() == ["new"]
    assert world.status(comment_id) is Status.PENDING  # what the other said still counts
    assert asked(world) == ["new", "recheck"]


def test_a_plugin_that_was_switched_off_since_owes_nothing(service: World) -> None:
    comment_id = service.posted()
    service.set("service", mode="off")
    service.wait(seconds=BACK_OFF_S[0])
    assert service.status(comment_id) is Status.PUBLISHED


def test_a_plugin_that_was_taken_out_since_owes_nothing(service: World) -> None:
    comment_id = service.posted()
    (service.config.home / "plugins" / "service.py").unlink()
    service.start()
    service.wait(seconds=BACK_OFF_S[0])
    assert service.status(comment_id) is Status.PUBLISHED


def test_an_edit_of_a_held_comment_does_not_end_the_tries(service: World) -> None:
    answer = service.post("A typo.").get_json()
    comment_id = answer["comment"]["id"]
    edited = service.client.patch(
        f"/api/v1/comments/{comment_id}",
        json={"body": "No typo."},
        headers={"Authorization": f"Bearer {answer['token']}"},
    )
    assert edited.status_code == 200
    down(service, False)

    service.wait(seconds=BACK_OFF_S[0])

    assert service.status(comment_id) is Status.PUBLISHED
    assert service.thread()["comments"][0]["html"] == "<p>No typo.</p>\n"


def test_an_edit_that_was_held_for_a_failure_is_judged_again_too(service: World) -> None:
    down(service, False)
    answer = service.post("First.").get_json()
    comment_id = answer["comment"]["id"]
    down(service, True)
    edited = service.client.patch(
        f"/api/v1/comments/{comment_id}",
        json={"body": "Second."},
        headers={"Authorization": f"Bearer {answer['token']}"},
    )
    assert edited.get_json()["status"] == "pending"
    assert service.thread()["comments"][0]["html"] == "<p>First.</p>\n"
    down(service, False)

    service.wait(seconds=BACK_OFF_S[0])

    assert service.thread()["comments"][0]["html"] == "<p>Second.</p>\n"
    assert service.comment(comment_id).proposed_source is None


def test_a_failure_to_prepare_is_made_good_before_the_comment_is_published(world: World) -> None:
    prepare = """\
        @hookimpl
        def prepare_submission(submission):
            if (HERE / "down").exists():
                raise OSError("not now")
            return replace(submission, body=submission.body.replace("555-0100", "[number]"))
        """
    head = "from pathlib import Path\n\nHERE = Path(__file__).parent\n\n"

    world.plugin("masker", head + dedent(prepare))
    down(world, True)
    world.start()
    comment_id = world.posted("Call 555-0100.")
    assert world.status(comment_id) is Status.PENDING
    down(world, False)

    world.wait(seconds=BACK_OFF_S[0])

    assert world.status(comment_id) is Status.PUBLISHED
    assert world.thread()["comments"][0]["html"] == "<p>Call [number].</p>\n"


def test_a_text_that_was_changed_while_the_old_one_was_judged_is_not_published(
    world: World,
) -> None:
    hook = """\
        import threading
        arrived, go_on = threading.Event(), threading.Event()

        @hookimpl
        def start_plugin(app):
            app.arrived, app.go_on = arrived, go_on

        @hookimpl
        def check_submission(submission):
            if submission.occasion is widget.Occasion.RECHECK:
                arrived.set()
                go_on.wait()
                return None
            raise OSError("down")
        """
    world.plugin("service", hook, deadline_s=20.0).start()
    answer = world.post("Harmless.").get_json()
    comment_id = answer["comment"]["id"]
    worker = threading.Thread(target=world.wait, kwargs={"seconds": BACK_OFF_S[0]})
    worker.start()
    gate = vars(world.app)
    gate["arrived"].wait(10)
    world.client.patch(
        f"/api/v1/comments/{comment_id}",
        json={"body": "Not harmless."},
        headers={"Authorization": f"Bearer {answer['token']}"},
    )
    gate["go_on"].set()
    worker.join()
    assert world.status(comment_id) is Status.PENDING
