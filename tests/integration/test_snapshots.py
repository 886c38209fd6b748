"""What a reader gets after any change is never the state before it."""

import math
import time
from collections.abc import Callable

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.integration.conftest import World
from tests.live import LiveServer
from widget.domain.comment import Status
from widget.http.snapshots import SnapshotsFirst
from widget.moderation.decide import change_status

PAGE = {"site": "blog", "url": "https://example.org/article"}


@pytest.fixture
def served(world: World) -> World:
    """Return a server with the snapshots before the application, as it is served."""
    world.start()
    world.app.wsgi_app = SnapshotsFirst(world.app.wsgi_app, world.parts.snapshots)  # type: ignore[method-assign]
    return world


def test_the_first_and_the_later_answers_are_the_same_bytes_and_headers(served: World) -> None:
    served.posted("Hello.")
    for headers in ({}, {"Accept-Encoding": "br"}, {"Accept-Encoding": "gzip"}):
        served.parts.snapshots.drop_site(served.site.id)
        built, handed_out = (
            served.client.get("/api/v1/thread", query_string=PAGE, headers=headers)
            for _ in range(2)
        )
        assert built.data == handed_out.data
        for name in ("ETag", "Content-Type", "Cache-Control", "Content-Encoding", "Content-Length",
                     "Access-Control-Allow-Origin", "X-Content-Type-Options"):  # fmt: skip
            assert built.headers.get(name) == handed_out.headers.get(name), name


def test_a_feed_is_handed_out_as_it_was_built_and_with_what_came_since(served: World) -> None:
    comment_id = served.posted("Hello.")
    for address in (f"/feeds/blog/thread.atom?url={PAGE['url']}", "/feeds/blog.atom",
                    f"/feeds/blog/replies/{comment_id}.atom"):  # fmt: skip
        built, handed_out = (served.client.get(address) for _ in range(2))
        assert built.status_code == 200
        assert built.data == handed_out.data
        for name in ("ETag", "Content-Type", "Cache-Control", "Content-Length"):
            assert built.headers[name] == handed_out.headers[name]
        reply = served.posted(f"A reply, of which {address} tells.", parent=comment_id)
        changed = served.client.get(address)
        assert f"comment-{reply}" in changed.text
        assert changed.headers["Content-Type"] == "application/atom+xml; charset=utf-8"


def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is(served: World) -> None:
    served.posted("Hello.")
    for _ in range(2):  # the first is built by the application, the second comes before it
        etag = served.client.get("/api/v1/thread", query_string=PAGE).headers["ETag"]
        asked = {"If-None-Match": etag}
        same = served.client.get("/api/v1/thread", query_string=PAGE, headers=asked)
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", etag)
    served.posted("More.")
    changed = served.client.get("/api/v1/thread", query_string=PAGE, headers=asked)
    assert changed.status_code == 200


def test_every_change_is_seen_by_the_next_reader(served: World) -> None:
    comment_id = served.posted("Hello.")
    for sort in ("oldest", "newest", "best"):
        assert len(served.thread(sort=sort)["comments"]) == 1
    change_status(served.parts, comment_id, Status.SPAM, actor="person:1")
    for sort in ("oldest", "newest", "best"):
        assert served.thread(sort=sort)["comments"] == []
    change_status(served.parts, comment_id, Status.PUBLISHED, actor="person:1")
    assert served.shown() == [comment_id]


def counted(world: World, *urls: str) -> dict[str, int]:
    asked = {"site": "blog", "url": [PAGE["url"], *urls]}
    answer = world.client.get("/api/v1/counts", query_string=asked)
    assert answer.status_code == 200
    counts: dict[str, int] = answer.get_json()["counts"]
    return counts


def test_every_change_is_counted_by_the_next_reader(served: World) -> None:
    other = "https://example.org/other"
    assert counted(served, other) == {PAGE["url"]: 0, other: 0}
    comment_id = served.posted("Hello.")
    for _ in range(2):  # the first is built by the application, the second comes before it
        assert counted(served, other) == {PAGE["url"]: 1, other: 0}
    change_status(served.parts, comment_id, Status.SPAM, actor="person:1")
    for _ in range(2):
        assert counted(served, other) == {PAGE["url"]: 0, other: 0}


def test_counts_that_are_the_same_are_not_sent_again(served: World) -> None:
    served.posted("Hello.")
    for _ in range(2):
        first = served.client.get("/api/v1/counts", query_string=PAGE)
        asked = {"If-None-Match": first.headers["ETag"]}
        same = served.client.get("/api/v1/counts", query_string=PAGE, headers=asked)
        assert (same.status_code, same.data) == (304, b"")
    served.posted("More.")
    assert served.client.get("/api/v1/counts", query_string=PAGE, headers=asked).status_code == 200


def test_a_page_that_changed_elsewhere_is_counted_anew_when_trust_ends(served: World) -> None:
    served.posted("Hello.")
    assert counted(served) == {PAGE["url"]: 1}
    with served.parts.database.write() as session:  # as another machine would, without a mark
        session.execute(text("UPDATE thread SET count = 7, version = version + 1"))
    for snapshot in served.parts.snapshots._entries.values():
        snapshot.checked = -math.inf
    assert counted(served) == {PAGE["url"]: 7}


def test_a_change_at_the_command_line_is_seen_by_the_server_within_a_second(
    start_server: Callable[..., LiveServer],
) -> None:
    server = start_server()
    chosen = ("--set", "site.policy=publish", "--set", "rate_limit.mode=off")
    server.cli("site", "add", "blog", "--host", "example.org", *chosen)
    server.start()
    with httpx.Client(base_url=server.api) as client:
        client.post("/comments", json={**PAGE, "body": "Hello."})
        assert client.get("/thread", params=PAGE).json()["thread"]["count"] == 1
        server.cli("moderation", "spam", "1")
        end = time.monotonic() + 1.0
        while client.get("/thread", params=PAGE).json()["thread"]["count"] != 0:
            assert time.monotonic() < end


def test_a_site_that_is_unknown_is_never_kept(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get("/api/v1/thread", query_string=PAGE).status_code == 404
