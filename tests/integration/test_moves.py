"""Comments that go to another page, and pages that become one: all counts stay right."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from tests.integration.conftest import World
from tests.integration.reactions_kit import faults, stored
from widget.domain.audit_log import By, Kind
from widget.domain.comment import Status
from widget.domain.errors import Conflict, HostNotAllowed, Invalid, NotFound
from widget.domain.move import Move
from widget.domain.site import Policy, Site
from widget.domain.thread import ThreadState
from widget.domain.webhook import Webhook, WebhookEvent
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status
from widget.moderation.mark import MAX_PINNED, mark, set_policy_of, set_state_of
from widget.moderation.move import merge_threads, move_comment, take_back
from widget.publication.parts import Parts
from widget.store import audit_log, moves, webhooks
from widget.store.audit_log import LogQuery

ACTOR = "person:1"
BY = By(actor=ACTOR)
OTHER = "https://example.org/other"
THIRD = "https://example.org/third"
Write = Callable[..., int]
MoveOne = Callable[[int, str], Move]
Merge = Callable[[str, str], Move]


@pytest.fixture
def write(post: Callable[..., TestResponse], site: Site) -> Write:
    """Return a function that posts a comment and tells its id."""

    def write_one(url: str = PAGE, parent: int | None = None) -> int:
        answer = post("A comment.", url=url, parent=parent)
        assert answer.status_code == 201, answer.get_json()
        return int(answer.get_json()["comment"]["id"])

    return write_one


@pytest.fixture
def move(parts: Parts, site: Site) -> MoveOne:
    return lambda one, to: move_comment(parts, one, site, to, by=BY)


@pytest.fixture
def merge(parts: Parts, site: Site, client: FlaskClient) -> Merge:
    def merge_pages(url: str, into: str) -> Move:
        thread_id = page(client, url)["thread"]["id"]
        return merge_threads(parts, thread_id, site, into, by=BY)

    return merge_pages


def page(client: FlaskClient, url: str = PAGE, **more: object) -> dict[str, Any]:
    answer = client.get("/api/v1/thread", query_string={"site": "blog", "url": url, **more})
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def tree(comments: list[dict[str, Any]]) -> list[Any]:
    """Return comments as their ids, each with those of its replies."""
    return [(one["id"], tree(one["replies"]["comments"])) for one in comments]


def seen(client: FlaskClient, url: str) -> list[Any]:
    return tree(page(client, url)["comments"])


def test_a_comment_goes_with_all_its_replies_to_a_page_without_comments(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts
) -> None:
    first, second = write(), write()
    reply = write(parent=first)
    below = write(parent=reply)
    assert page(client, OTHER)["thread"]["count"] == 0
    move(first, OTHER)
    assert seen(client, PAGE) == [(second, [])]
    assert seen(client, OTHER) == [(first, [(reply, [(below, [])])])]
    assert [page(client, url)["thread"]["count"] for url in (PAGE, OTHER)] == [1, 3]
    numbers = [stored(parts, one).number for one in (first, reply, below)]
    assert numbers == [1, 2, 3]
    assert faults(parts) == []


def test_a_reply_stands_for_itself_on_the_page_that_it_is_moved_to(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts, site: Site
) -> None:
    there = write(OTHER)
    first = write()
    reply = write(parent=first)
    below = write(parent=reply)
    beside = write(parent=first)
    event = move(reply, OTHER)
    assert seen(client, PAGE) == [(first, [(beside, [])])]
    assert seen(client, OTHER) == [(there, []), (reply, [(below, [])])]
    assert faults(parts) == []
    later = write(OTHER, parent=below)
    take_back(parts, event.id, site, by=BY)
    assert seen(client, PAGE) == [(first, [(reply, [(below, [(later, [])])]), (beside, [])])]
    assert seen(client, OTHER) == [(there, [])]
    assert faults(parts) == []


def test_taken_back_comments_have_their_numbers_and_pins_again(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts, site: Site
) -> None:
    first, second = write(), write()
    mark(parts, second, actor=ACTOR, pinned=True)
    for _ in range(3):
        write(OTHER)
    event = move(second, OTHER)
    assert (stored(parts, second).number, stored(parts, second).pinned) == (4, True)
    third = write()
    assert stored(parts, third).number == 3
    take_back(parts, event.id, site, by=BY)
    assert (stored(parts, second).number, stored(parts, second).pinned) == (2, True)
    assert [one for one, _ in seen(client, PAGE)] == [second, first, third]
    assert faults(parts) == []


def test_a_page_never_has_more_pinned_comments_than_it_may(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts
) -> None:
    for _ in range(MAX_PINNED):
        mark(parts, write(OTHER), actor=ACTOR, pinned=True)
    one = write()
    mark(parts, one, actor=ACTOR, pinned=True)
    move(one, OTHER)
    assert not stored(parts, one).pinned
    assert sum(c["pinned"] for c in page(client, OTHER)["comments"]) == MAX_PINNED


def test_a_tombstone_that_loses_its_last_reply_is_gone(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts, site: Site
) -> None:
    first = write()
    reply = write(parent=first)
    change_status(parts, first, Status.DELETED, actor=ACTOR)
    event = move(reply, OTHER)
    assert (seen(client, PAGE), seen(client, OTHER)) == ([], [(reply, [])])
    assert faults(parts) == []
    take_back(parts, event.id, site, by=BY)
    assert (seen(client, PAGE), seen(client, OTHER)) == ([(first, [(reply, [])])], [])
    assert faults(parts) == []


def test_votes_reports_and_what_is_held_go_along(
    client: FlaskClient,
    write: Write,
    move: MoveOne,
    parts: Parts,
    react: Callable[..., TestResponse],
) -> None:
    first = write()
    held = write(parent=first)
    change_status(parts, held, Status.PENDING, actor=ACTOR)
    react(first, "vote", 1, value=1)
    react(first, "flag", 2, reason="rude")
    move(first, OTHER)
    assert react(first, "vote", 3, value=1).get_json()["score"] == 2
    assert react(first, "vote", 1, value=1).get_json()["score"] == 2
    change_status(parts, held, Status.PUBLISHED, actor=ACTOR)
    assert seen(client, OTHER) == [(first, [(held, [])])]
    assert stored(parts, first).flag_count == 1
    assert faults(parts) == []


def test_an_old_permalink_leads_to_the_new_place(
    client: FlaskClient, write: Write, move: MoveOne
) -> None:
    first = write()
    reply = write(parent=first)
    move(first, OTHER)
    told = client.get(f"/api/v1/comments/{reply}").get_json()
    assert (told["thread"]["url"], told["place"]["root"]) == (OTHER, first)
    query = {"site": "blog", "url": PAGE, "around": str(reply)}
    answer = client.get("/api/v1/thread", query_string=query)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.get_json()["moved"] == {"comment": reply, "url": OTHER, "thread": None}
    html = client.get("/threads", query_string=query)
    assert html.status_code == 302
    assert html.location.endswith(f"around={reply}#comment-{reply}")
    there = client.get(html.location)
    assert there.status_code == 200
    assert f'id="comment-{reply}"' in there.text


def test_a_comment_that_was_never_here_is_not_said_to_be_moved(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts
) -> None:
    here, there = write(), write(OTHER)
    query = {"site": "blog", "url": PAGE}
    answer = client.get("/api/v1/thread", query_string=query | {"around": str(there)})
    assert (answer.status_code, "moved" in answer.get_json()) == (404, False)
    move(here, OTHER)
    change_status(parts, here, Status.SPAM, actor=ACTOR)
    answer = client.get("/api/v1/thread", query_string=query | {"around": str(here)})
    assert (answer.status_code, "moved" in answer.get_json()) == (404, False)


def test_a_move_is_told_with_each_comment_that_went_along_and_with_both_pages(
    client: FlaskClient, write: Write, move: MoveOne, parts: Parts
) -> None:
    one = write()
    reply = write(parent=one)
    made = move(one, OTHER)
    with parts.database.read() as session:
        paths = moves.paths_of(session, [one, reply])
        for url in (PAGE, OTHER):
            thread_id = page(client, url)["thread"]["id"]
            assert moves.moves_of_thread(session, thread_id) == [made]
    for path in paths.values():
        assert [(told.actor, source.url, to.url) for told, source, to in path] == [
            (ACTOR, PAGE, OTHER)
        ]


def test_a_move_is_no_decision_and_nobody_is_told_of_it(world: World) -> None:
    world.plugin(
        "told", "@hookimpl\ndef comment_decided(comment, before, after, actor):\n    pass\n"
    ).start()
    one = world.posted()
    run_due(world.parts)
    events = world.events(one)
    with world.parts.database.write() as session:
        hook = Webhook(
            id=0, site_id=1, url="https://x.example/", secret="s", events=[*WebhookEvent]
        )
        webhooks.add_webhook(session, world.parts.keys, hook, world.clock())
    made = move_comment(world.parts, one, world.site, OTHER, by=BY)
    merge_threads(world.parts, world.comment(one).thread_id, world.site, THIRD, by=BY)
    with suppress(Conflict):
        take_back(world.parts, made.id, world.site, by=BY)
    assert world.events(one) == events
    assert run_due(world.parts) == 0
    assert faults(world.parts) == []


def test_each_move_is_in_the_audit_log_once(
    write: Write, move: MoveOne, merge: Merge, parts: Parts, site: Site
) -> None:
    one = write()
    write(parent=one)
    move(one, OTHER)
    made = merge(OTHER, THIRD)
    take_back(parts, made.id, site, by=BY)
    with parts.database.read() as session:
        query = LogQuery(site_id=site.id, kind=Kind.PAGES)
        found = audit_log.log_page(session, parts.keys, query).lines
    assert [(line.action, line.actor, line.details) for line in reversed(found)] == [
        ("comment_moved", ACTOR, {"url": PAGE, "to": OTHER, "comment": one, "comments": 2}),
        ("threads_merged", ACTOR, {"url": OTHER, "to": THIRD, "comments": 2}),
        ("move_taken_back", ACTOR, {"url": THIRD, "to": OTHER, "comments": 2}),
    ]


def test_what_can_not_be_moved_is_said_and_nothing_is_changed(
    write: Write, move: MoveOne, merge: Merge, parts: Parts, add_site: Callable[..., Site]
) -> None:
    one = write()
    with pytest.raises(Invalid, match="on this page already"):
        move(one, PAGE)
    with pytest.raises(HostNotAllowed):
        move(one, "https://elsewhere.example/a")
    with pytest.raises(Invalid, match="no page has|No page has"):
        move(one, "id:nowhere")
    with pytest.raises(Invalid):
        move(one, "  ")
    with pytest.raises(Invalid, match="itself"):
        merge(PAGE, PAGE)
    other = add_site("other", hosts=("other.example",))
    with pytest.raises(NotFound):
        move_comment(parts, one, other, "https://other.example/a", by=BY)
    with pytest.raises(NotFound):
        merge_threads(parts, stored(parts, one).thread_id, other, "https://other.example/a", by=BY)
    assert faults(parts) == []


def test_a_move_is_taken_back_once_and_never_over_a_later_one(
    write: Write, move: MoveOne, parts: Parts, site: Site
) -> None:
    one = write()
    first = move(one, OTHER)
    second = move(one, THIRD)
    with pytest.raises(Conflict, match="moved on"):
        take_back(parts, first.id, site, by=BY)
    take_back(parts, second.id, site, by=BY)
    with pytest.raises(Conflict, match="already"):
        take_back(parts, second.id, site, by=BY)
    take_back(parts, first.id, site, by=BY)
    with pytest.raises(NotFound):
        take_back(parts, 999, site, by=BY)


def test_two_pages_become_one_and_the_old_address_leads_there(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts
) -> None:
    old = [write() for _ in range(3)]
    new = [write(OTHER) for _ in range(2)]
    for url in (PAGE, OTHER):
        page(client, url)
    merge(PAGE, OTHER)
    assert page(client, PAGE)["thread"] == page(client, OTHER)["thread"]
    assert page(client, PAGE)["thread"]["count"] == 5
    assert [one for one, _ in seen(client, PAGE)] == [*old, *new]
    numbers = {one: stored(parts, one).number for one in (*old, *new)}
    assert [numbers[one] for one in new] == [1, 2]
    assert numbers[old[2]] == 3
    assert sorted(numbers.values(), key=int) == [1, 2, 3, 4, 5]
    added = write(PAGE, parent=old[0])
    assert stored(parts, added).thread_id == stored(parts, new[0]).thread_id
    for url in (PAGE, OTHER):
        assert page(client, url)["thread"]["count"] == 6
    counts = client.get("/api/v1/counts", query_string={"site": "blog", "url": [PAGE, OTHER]})
    assert counts.get_json()["counts"] == {PAGE: 6, OTHER: 6}
    assert page(client, PAGE, around=added)["comments"][0]["id"] == old[0]
    assert faults(parts) == []


def test_a_merged_page_is_not_closed_nor_given_a_policy_any_more(
    write: Write, merge: Merge, parts: Parts
) -> None:
    thread_id = stored(parts, write()).thread_id
    write(OTHER)
    merge(PAGE, OTHER)
    with pytest.raises(NotFound):
        set_state_of(parts, thread_id, ThreadState.CLOSED, actor=ACTOR)
    with pytest.raises(NotFound):
        set_policy_of(parts, thread_id, Policy.HOLD, actor=ACTOR)


def test_the_other_pages_state_and_policy_win(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts, post: Callable[..., TestResponse]
) -> None:
    one = write()
    write(OTHER)
    set_state_of(parts, stored(parts, one).thread_id, ThreadState.CLOSED, actor=ACTOR)
    merge(PAGE, OTHER)
    assert page(client, PAGE)["thread"]["state"] == "open"
    assert post("Again.").status_code == 201


def test_a_merge_is_taken_back_with_the_replies_that_came_since(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts, site: Site
) -> None:
    old = [write() for _ in range(3)]
    reply = write(parent=old[0])
    new = write(OTHER)
    before = {one: stored(parts, one).number for one in (*old, reply, new)}
    event = merge(PAGE, OTHER)
    later_reply, later = write(PAGE, parent=reply), write(PAGE)
    take_back(parts, event.id, site, by=BY)
    assert seen(client, PAGE) == [
        (old[0], [(reply, [(later_reply, [])])]), (old[1], []), (old[2], []),
    ]  # fmt: skip
    assert seen(client, OTHER) == [(new, []), (later, [])]
    assert {one: stored(parts, one).number for one in before} == before
    fresh = write(PAGE)
    assert stored(parts, fresh).thread_id == stored(parts, old[0]).thread_id
    assert page(client, PAGE)["thread"]["count"] == 6
    assert faults(parts) == []


def test_pages_merged_one_after_the_other_all_lead_to_the_last_and_back(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts, site: Site
) -> None:
    one, two, three = write(PAGE), write(OTHER), write(THIRD)
    first = merge(PAGE, OTHER)
    second = merge(OTHER, THIRD)
    for url in (PAGE, OTHER, THIRD):
        assert [c for c, _ in seen(client, url)] == [one, two, three]
    take_back(parts, second.id, site, by=BY)
    assert [c for c, _ in seen(client, THIRD)] == [three]
    for url in (PAGE, OTHER):
        assert [c for c, _ in seen(client, url)] == [one, two]
    take_back(parts, first.id, site, by=BY)
    assert [seen(client, url) for url in (PAGE, OTHER)] == [[(one, [])], [(two, [])]]
    assert faults(parts) == []


def test_what_was_merged_into_a_page_earlier_comes_back_with_it(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts, site: Site
) -> None:
    fourth = "https://example.org/fourth"
    ids = [write(url) for url in (PAGE, OTHER, THIRD, fourth)]
    merge(PAGE, OTHER), merge(OTHER, THIRD)
    last = merge(THIRD, fourth)
    take_back(parts, last.id, site, by=BY)
    assert [one for one, _ in seen(client, fourth)] == ids[3:]
    for url in (PAGE, OTHER, THIRD):
        assert [one for one, _ in seen(client, url)] == ids[:3]
    assert faults(parts) == []


def test_a_merge_is_taken_back_also_after_the_other_page_was_merged_on(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts, site: Site
) -> None:
    one, two, three = write(PAGE), write(OTHER), write(THIRD)
    first = merge(PAGE, OTHER)
    merge(OTHER, THIRD)
    take_back(parts, first.id, site, by=BY)
    assert seen(client, PAGE) == [(one, [])]
    for url in (OTHER, THIRD):
        assert [c for c, _ in seen(client, url)] == [two, three]
    assert faults(parts) == []


def test_another_process_sees_a_move_within_a_second(world: World) -> None:
    world.start()
    one = world.posted()
    other = World(world.config, world.clock).start()
    for url in (PAGE, OTHER):
        world.thread(url=url), other.thread(url=url)
    move_comment(world.parts, one, world.site, OTHER, by=BY)
    _forget_trust(other)
    assert (other.thread()["thread"]["count"], other.thread(url=OTHER)["thread"]["count"]) == (0, 1)
    thread_id = world.comment(one).thread_id
    merge_threads(world.parts, thread_id, world.site, PAGE, by=BY)
    _forget_trust(other)
    assert other.thread(url=OTHER)["thread"]["url"] == PAGE
    world.posted(url=OTHER)
    _forget_trust(other)
    for url in (PAGE, OTHER):
        assert other.thread(url=url)["thread"]["count"] == 2
    other.stop()


def _forget_trust(world: World) -> None:
    """Let the time pass for which a snapshot is handed out unasked."""
    for snapshot in world.parts.snapshots._entries.values():
        snapshot.checked = float("-inf")


def test_a_merged_pages_snapshot_is_kept_like_any_other(
    client: FlaskClient, write: Write, merge: Merge, parts: Parts
) -> None:
    write(), write(OTHER)
    merge(PAGE, OTHER)
    query = "site=blog&url=https%3A%2F%2Fexample.org%2Farticle"
    client.get(f"/api/v1/thread?{query}")
    first = parts.snapshots.get(query)
    assert first is not None
    assert first is parts.snapshots.get(query)
    write(OTHER)
    assert parts.snapshots.get(query) is None


@dataclass
class Chance:
    """Acts in any order on three pages, as hypothesis draws them."""

    data: st.DataObject
    client: FlaskClient
    parts: Parts
    site: Site
    urls: list[str]
    ids: list[int] = field(default_factory=list)
    events: list[int] = field(default_factory=list)

    def one_of(self, some: Sequence[Any]) -> Any:  # noqa: ANN401  # whatever there is
        return self.data.draw(st.sampled_from(some))

    def post(self) -> None:
        body = {"site": "blog", "url": self.one_of(self.urls), "body": "A comment."}
        body["parent"] = self.one_of([None, *self.ids])
        answer = self.client.post("/api/v1/comments", json=body, headers={"Origin": ORIGIN})
        if answer.status_code == 201:
            self.ids.append(answer.get_json()["comment"]["id"])

    def decide(self) -> None:
        change_status(self.parts, self.one_of(self.ids), self.one_of(list(Status)), actor=ACTOR)

    def move(self) -> None:
        one, to = self.one_of(self.ids), self.one_of(self.urls)
        self.events.append(move_comment(self.parts, one, self.site, to, by=BY).id)

    def merge(self) -> None:
        source, into = stored(self.parts, self.one_of(self.ids)).thread_id, self.one_of(self.urls)
        self.events.append(merge_threads(self.parts, source, self.site, into, by=BY).id)

    def take_back(self) -> None:
        if self.events:
            take_back(self.parts, self.one_of(self.events), self.site, by=BY)

    def act(self) -> None:
        acts = [self.post, self.post, self.decide, self.move, self.merge, self.take_back]
        with suppress(Invalid, Conflict):
            (self.one_of(acts) if self.ids else self.post)()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_moved_merged_and_taken_back_the_counts_are_right(
    data: st.DataObject, client: FlaskClient, parts: Parts, site: Site
) -> None:
    chance = Chance(data, client, parts, site, [f"https://example.org/{uuid4()}" for _ in "abc"])
    for _ in range(data.draw(st.integers(4, 14))):
        chance.act()
        assert faults(parts) == []
    for url in chance.urls:
        found = page(client, url)
        shown = str(tree(found["comments"]))
        visible = [one for one in chance.ids if f"({one}," in shown]
        published = [one for one in visible if stored(parts, one).status is Status.PUBLISHED]
        assert len(published) == found["thread"]["count"]
