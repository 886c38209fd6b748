"""Decisions of people: shown at once, on the trail, taken back, and the counters always right."""

import random

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget.domain.comment import Status
from widget.domain.errors import NotFound
from widget.moderation.decide import accept_edit, change_status, refuse_edit, undo
from widget.store import audit

WHO = "person:1"


def decide(world: World, comment_id: int, after: Status) -> None:
    change_status(world.parts, comment_id, after, actor=WHO, reason="because")


def test_a_held_comment_is_shown_once_it_is_approved_and_gone_once_it_is_not(world: World) -> None:
    world.start(policy="hold")
    comment_id = world.posted()
    assert world.shown() == []
    for after in (Status.PUBLISHED, Status.SPAM, Status.PUBLISHED, Status.DELETED):
        decide(world, comment_id, after)
        assert world.shown() == ([comment_id] if after is Status.PUBLISHED else [])
        assert world.thread()["thread"]["count"] == int(after is Status.PUBLISHED)


def test_each_decision_is_an_event_with_who_when_and_why(world: World) -> None:
    world.start()
    comment_id = world.posted()
    world.clock.advance(hours=1)
    decide(world, comment_id, Status.REJECTED)
    event = world.events(comment_id)[-1]
    assert (event.actor, event.reason, event.at) == (WHO, "because", world.clock())
    assert (event.before, event.after) == (Status.PUBLISHED, Status.REJECTED)


def test_deciding_what_is_so_already_adds_no_event(world: World) -> None:
    world.start()
    comment_id = world.posted()
    decide(world, comment_id, Status.PUBLISHED)
    assert len(world.events(comment_id)) == 1


@pytest.mark.parametrize("after", sorted(set(Status) - {Status.PUBLISHED}))
def test_every_decision_can_be_taken_back(world: World, after: Status) -> None:
    world.start()
    comment_id = world.posted()
    decide(world, comment_id, after)
    undo(world.parts, comment_id, actor=WHO)
    assert world.status(comment_id) is Status.PUBLISHED
    assert world.shown() == [comment_id]


def test_there_is_nothing_to_take_back_of_a_new_comment_or_of_none(world: World) -> None:
    world.start()
    for comment_id in (world.posted(), 999):
        with pytest.raises(NotFound):
            undo(world.parts, comment_id, actor=WHO)


def test_a_deleted_comment_with_replies_is_a_tombstone_until_they_are_gone(world: World) -> None:
    world.start()
    top = world.posted("Secret.", author={"name": "Ada"})
    reply = world.posted("Answer.", parent=top)
    decide(world, top, Status.DELETED)
    (shown,) = world.thread()["comments"]
    assert (shown["deleted"], shown["html"], shown["author"]) == (True, "", None)
    assert shown["replies"]["count"] == 1
    assert "Secret" not in str(world.thread())
    decide(world, reply, Status.SPAM)
    assert world.shown() == []
    undo(world.parts, reply, actor=WHO)
    assert world.shown() == [top]


def test_an_edit_that_waits_is_accepted_or_refused(world: World) -> None:
    said = "if 'link' in submission.body: return widget.Verdict.hold('a link')"
    world.plugin("links_held", checks(said)).start()
    answer = world.post("First.").get_json()
    comment_id, token = answer["comment"]["id"], answer["token"]
    for settle, html in ((refuse_edit, "<p>First.</p>\n"), (accept_edit, "<p>A link.</p>\n")):
        edited = world.client.patch(
            f"/api/v1/comments/{comment_id}",
            json={"body": "A link."},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert edited.get_json()["status"] == "pending"
        assert world.thread()["comments"][0]["html"] == "<p>First.</p>\n"
        settle(world.parts, comment_id, actor=WHO)
        assert world.thread()["comments"][0]["html"] == html
        with pytest.raises(NotFound):
            settle(world.parts, comment_id, actor=WHO)


def test_after_any_decisions_in_any_order_every_counter_is_right(world: World) -> None:
    world.start()
    chance = random.Random(20260103)
    ids: list[int] = []
    for number in range(25):
        published = [one for one in ids if world.status(one) is Status.PUBLISHED]
        parent = chance.choice([None, *published])
        ids.append(world.posted(f"Number {number}.", parent=parent))
        for _ in range(2):
            decide(world, chance.choice(ids), chance.choice(list(Status)))
        if chance.random() < 0.3:
            try:
                undo(world.parts, chance.choice(ids), actor=WHO)
            except NotFound:
                continue
    with world.parts.database.read() as session:
        assert audit.wrong_counts(session) == []
    published = sum(world.status(one) is Status.PUBLISHED for one in ids)
    assert world.thread()["thread"]["count"] == published
