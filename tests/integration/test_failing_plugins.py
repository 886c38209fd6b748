"""What becomes of comments that a plugin can't check, and of a plugin that fails every time."""

import pytest

from tests.integration.conftest import World
from tests.integration.dashboard_kit import a_browser, add_person
from tests.integration.plugin_files import checks
from tests.integration.test_recheck import SERVICE, asked, down
from widget.domain.comment import Status
from widget.domain.person import Role
from widget.domain.trail import Answer, OnFailure
from widget.plugin_host.breaker import FAILURES, FIRST_PAUSE_S
from widget.store import pauses


@pytest.fixture
def service(world: World) -> World:
    world.plugin("service", SERVICE)
    down(world, True)
    return world.start()


def paused(world: World) -> list[str]:
    with world.parts.database.read() as session:
        return [pause.plugin for pause in pauses.pauses_of(session, world.site.id)]


def fail(world: World, times: int = FAILURES) -> list[int]:
    return [world.posted(f"Number {number}.") for number in range(times)]


def test_a_comment_that_a_plugin_can_not_check_is_held_unless_its_owner_says_otherwise(
    service: World,
) -> None:
    held = service.posted()
    assert service.status(held) is Status.PENDING
    assert service.trail(held)["service"].on_failure is OnFailure.HOLD

    service.set("service", on_failure="ignore")
    passed = service.posted("Let me through.")
    assert service.status(passed) is Status.PUBLISHED
    entry = service.trail(passed)["service"]
    assert (entry.answer, entry.on_failure) == (Answer.FAILED, OnFailure.IGNORE)


def test_where_failures_reject_the_reader_is_told_why_and_moderators_find_the_comment(
    service: World,
) -> None:
    service.set("service", on_failure="reject")
    answer = service.post("Refused for now.")
    assert answer.status_code == 403
    assert "could not be checked right now" in answer.get_json()["detail"]
    stored = service.comment(1)
    assert (stored.status, stored.source) == (Status.REJECTED, "Refused for now.")


def test_what_was_let_through_or_refused_for_a_failure_is_not_judged_again(service: World) -> None:
    service.set("service", on_failure="ignore")
    service.posted("These pills are cheap.")
    down(service, False)
    service.wait(days=3)
    assert asked(service) == ["new"]


def test_a_plugin_that_fails_again_and_again_is_left_alone_for_a_while(service: World) -> None:
    fail(service)
    assert paused(service) == ["service"]
    spared = service.posted("Nobody waits for it now.")
    assert len(asked(service)) == FAILURES
    entry = service.trail(spared)["service"]
    assert entry.answer is Answer.SKIPPED
    assert f"failed {FAILURES} times in a row and is paused" in entry.reason
    assert service.status(spared) is Status.PENDING


def test_when_the_pause_is_over_one_comment_is_tried_and_an_answer_ends_it(service: World) -> None:
    ids = fail(service)
    down(service, False)
    service.clock.advance(seconds=FIRST_PAUSE_S)
    assert service.post("Is it well again?").status_code == 201
    assert paused(service) == []
    service.wait(days=1)
    assert {service.status(one) for one in ids} == {Status.PUBLISHED}


def test_a_failure_after_the_pause_begins_a_longer_one(service: World) -> None:
    fail(service)
    service.clock.advance(seconds=FIRST_PAUSE_S)
    service.posted("Not yet.")
    assert len(asked(service)) == FAILURES + 1
    service.clock.advance(seconds=FIRST_PAUSE_S)
    service.posted("Still paused.")
    assert len(asked(service)) == FAILURES + 1


def test_an_answer_in_between_starts_the_count_anew(service: World) -> None:
    fail(service, FAILURES - 1)
    down(service, False)
    service.posted("It answers.")
    down(service, True)
    fail(service, FAILURES - 1)
    assert paused(service) == []


def test_a_pause_outlives_the_process(service: World) -> None:
    fail(service)
    service.start()
    service.posted("To another process.")
    assert len(asked(service)) == FAILURES


def test_a_plugin_that_only_fails_to_be_tried_is_not_paused(service: World) -> None:
    add_person(service.parts, "owner@example.org", Role.OWNER, service.site)
    browser = a_browser(service.app)
    browser.sign_in("owner@example.org")
    for _ in range(FAILURES + 1):
        assert browser.post("/blog/what-if", {"body": "What if?"}).status_code == 200
    assert paused(service) == []


def test_owners_see_the_pause_on_every_page_and_end_it_by_hand(service: World) -> None:
    fail(service)
    down(service, False)
    add_person(service.parts, "owner@example.org", Role.OWNER, service.site)
    browser = a_browser(service.app)
    browser.sign_in("owner@example.org")
    page = browser.get("/blog/queue").text
    assert "failed 5 times in a row" in page
    assert "the service is down" in page
    assert browser.post("/blog/plugins/service/resume").status_code == 303
    assert "times in a row and is not asked" not in browser.get("/blog/queue").text
    assert service.post("And now?").status_code == 201


def test_moderators_see_the_pause_and_have_no_button_for_it(service: World) -> None:
    fail(service)
    add_person(service.parts, "mod@example.org", Role.MODERATOR, service.site)
    browser = a_browser(service.app)
    browser.sign_in("mod@example.org")
    page = browser.get("/blog/queue").text
    assert "failed 5 times in a row" in page
    assert "Ask it again now" not in page


def test_a_pause_is_a_number_for_those_who_watch_the_server(service: World) -> None:
    fail(service)
    text = service.client.get("/metrics").text
    assert 'comment_widget_plugin_paused{plugin="service"} 1.0' in text


def test_one_sites_pause_is_no_other_sites(service: World) -> None:
    fail(service)
    breaker = service.parts.plugins.breaker
    assert breaker.reason_to_skip(service.site.id, "service")
    assert not breaker.reason_to_skip(service.site.id + 1, "service")


def test_what_some_hanging_calls_hold_is_a_failure_like_any_other(world: World) -> None:
    hook = "gate = threading.Event()\n" + checks("gate.wait(5)")
    world.plugin("slow", hook, deadline_s=0.02).start()
    fail(world)
    assert paused(world) == ["slow"]


def test_a_process_learns_within_a_second_that_another_has_ended_the_pause(
    service: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(service)
    down(service, False)
    with service.parts.database.write() as session:
        pauses.end_pause(session, service.site.id, "service")
    monkeypatch.setattr("widget.plugin_host.breaker._LOOK_S", 0.0)
    assert service.post("Told by another process.").status_code == 201
