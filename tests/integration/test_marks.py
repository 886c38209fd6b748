"""Pinned, featured, a badge; and pages whose comments are closed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PAGE, Clock
from tests.integration.conftest import Run
from widget.domain.comment import Status
from widget.domain.errors import Invalid, NotFound
from widget.domain.site import Site
from widget.domain.thread import ThreadState
from widget.moderation.decide import change_status
from widget.moderation.mark import MAX_PINNED, Badge, mark, set_thread_state
from widget.publication.parts import Parts
from widget.store import trails

Post = Callable[..., TestResponse]
ACTOR = "person:1"


def thread(client: FlaskClient, **more: object) -> dict[str, Any]:
    answer = client.get("/api/v1/thread", query_string={"site": "blog", "url": PAGE, **more})
    assert answer.status_code == 200, answer.get_json()
    page: dict[str, Any] = answer.get_json()
    return page


def walk(client: FlaskClient, sort: str) -> list[list[int]]:
    """Return the top-level comments of each page of a thread, to its end."""
    pages: list[list[int]] = []
    after = None
    while not pages or after:
        page = thread(client, sort=sort, **({"after": after} if after else {}))
        pages.append([one["id"] for one in page["comments"]])
        after = page["after"]
    return pages


@pytest.fixture
def five(add_site: Callable[..., Site], post: Post, clock: Clock) -> list[int]:
    """Return five top-level comments of a site with two on a page."""
    add_site(page_size=2)
    ids: list[int] = []
    for number in range(5):
        ids.append(int(post(f"Number {number}.").get_json()["comment"]["id"]))
        clock.advance(minutes=1)
    return ids


@pytest.mark.parametrize("sort", ["oldest", "newest", "best"])
def test_pinned_comments_come_first_once_in_every_order(
    client: FlaskClient, five: list[int], parts: Parts, sort: str
) -> None:
    before = [one for page in walk(client, sort) for one in page]
    for one in (five[3], five[1]):
        mark(parts, one, actor=ACTOR, pinned=True)
    pages = walk(client, sort)
    pinned = [one for one in before if one in (five[1], five[3])]
    assert pages[0][:2] == pinned
    assert [one for page in pages for one in page] == [
        *pinned, *(one for one in before if one not in pinned),
    ]  # fmt: skip
    mark(parts, five[1], actor=ACTOR, pinned=False)
    mark(parts, five[3], actor=ACTOR, pinned=False)
    assert [one for page in walk(client, sort) for one in page] == before


def test_a_page_around_any_comment_shows_it_pinned_or_not(
    client: FlaskClient, five: list[int], post: Post, parts: Parts
) -> None:
    mark(parts, five[4], actor=ACTOR, pinned=True)
    mark(parts, five[2], actor=ACTOR, pinned=True)
    for parent in (five[2], five[3]):
        reply = post("A reply.", parent=parent).get_json()["comment"]["id"]
        page = thread(client, around=reply)
        (above,) = [one for one in page["comments"] if one["id"] == parent]
        assert [one["id"] for one in above["replies"]["comments"]] == [reply]
    for one in five:
        assert one in [shown["id"] for shown in thread(client, around=one)["comments"]]


def test_a_deleted_pinned_comment_is_a_tombstone_at_its_old_place(
    client: FlaskClient, five: list[int], post: Post, parts: Parts
) -> None:
    mark(parts, five[2], actor=ACTOR, pinned=True)
    post("A reply.", parent=five[2])
    change_status(parts, five[2], Status.DELETED, actor=ACTOR)
    assert walk(client, "oldest") == [five[:2], five[2:4], five[4:]]
    tombstone = thread(client, around=five[2])["comments"][0]
    assert (tombstone["id"], tombstone["pinned"], tombstone["author"]) == (five[2], False, None)


def test_a_held_pinned_comment_is_in_no_public_answer(
    client: FlaskClient, five: list[int], parts: Parts
) -> None:
    mark(parts, five[2], actor=ACTOR, pinned=True)
    change_status(parts, five[2], Status.PENDING, actor=ACTOR)
    assert five[2] not in [one for page in walk(client, "oldest") for one in page]


def test_a_reply_is_never_pinned_and_a_page_has_few_pinned(
    add_site: Callable[..., Site], post: Post, parts: Parts
) -> None:
    add_site()
    first = int(post("A.").get_json()["comment"]["id"])
    reply = int(post("A reply.", parent=first).get_json()["comment"]["id"])
    with pytest.raises(Invalid, match="reply"):
        mark(parts, reply, actor=ACTOR, pinned=True)
    for _ in range(MAX_PINNED):
        one = int(post("B.").get_json()["comment"]["id"])
        mark(parts, one, actor=ACTOR, pinned=True)
    with pytest.raises(Invalid, match="at most"):
        mark(parts, first, actor=ACTOR, pinned=True)
    with pytest.raises(NotFound):
        mark(parts, 999_999, actor=ACTOR, pinned=True)


def test_marks_are_seen_at_once_and_each_change_is_on_the_trail(
    client: FlaskClient, five: list[int], parts: Parts
) -> None:
    thread(client)
    assert mark(parts, five[0], actor=ACTOR, featured=True, badge=Badge.EXPERT) is not None
    shown = thread(client)["comments"][0]
    assert (shown["featured"], shown["author"]["badge"]) == (True, "expert")
    assert mark(parts, five[0], actor=ACTOR, featured=True) is None
    mark(parts, five[0], actor=ACTOR, featured=False, badge=Badge.NONE)
    shown = thread(client)["comments"][0]
    assert (shown["featured"], shown["author"]["badge"]) == (False, None)
    with parts.database.read() as session:
        reasons = [event.reason for event in trails.events_of(session, five[0])]
    assert reasons[1:] == ["Featured. Badge: expert.", "No longer featured. Badge removed."]


def test_a_closed_page_says_so_and_takes_no_comment_until_it_is_opened(
    client: FlaskClient, site: Site, post: Post, parts: Parts
) -> None:
    assert thread(client)["thread"]["state"] == "open"
    set_thread_state(parts, site, PAGE, ThreadState.CLOSED, actor=ACTOR)
    assert thread(client)["thread"]["state"] == "closed"
    assert post().status_code == 403
    set_thread_state(parts, site, PAGE, ThreadState.OPEN, actor=ACTOR)
    assert post().status_code == 201
    assert thread(client)["thread"]["state"] == "open"


def test_the_command_line_marks_comments_and_closes_pages(run: Run) -> None:
    run("site", "add", "blog", "--host", "example.org")
    done = run("moderation", "close", PAGE, "--site", "blog")
    assert (done.code, done.out) == (0, f"Closed {PAGE}.\n")
    assert run("moderation", "open", PAGE, "--site", "blog").out == f"Opened {PAGE}.\n"
    foreign = run("moderation", "close", "https://elsewhere.example/", "--site", "blog")
    assert (foreign.code, len(foreign.err.splitlines())) == (1, 1)
    assert run("moderation", "mark", "17").code == 2
    unknown = run("moderation", "mark", "17", "--pin")
    assert unknown.code == 1
    assert "There is no comment 17; nothing was changed." in unknown.err
