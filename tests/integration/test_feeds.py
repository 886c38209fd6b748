"""Feeds of a site, of a page and of the replies to a comment: what is public, as it is now."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PAGE, Clock
from widget.domain.comment import Status
from widget.domain.site import Site
from widget.moderation.decide import change_status
from widget.publication.parts import Parts

Post = Callable[..., TestResponse]
ATOM = "{http://www.w3.org/2005/Atom}"
THREAD = f"/feeds/blog/thread.atom?url={PAGE}"


def read(client: FlaskClient, path: str) -> ElementTree.Element:
    """Return a feed as a feed reader gets it."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.data)


def texts(feed: ElementTree.Element, name: str) -> list[str]:
    """Return a part of each entry."""
    return [entry.findtext(f"{ATOM}{name}") or "" for entry in feed.iter(f"{ATOM}entry")]


@pytest.fixture
def pair(site: Site, post: Post, clock: Clock) -> tuple[int, int]:
    """Return a comment and a reply to it, whose authors have addresses."""
    author = {"name": "Ada", "email": "ada@example.net", "website": "https://ada.example.net/"}
    first = post("It *sings*.", title="Why", author=author).get_json()["comment"]["id"]
    clock.advance(minutes=1)
    reply = post("It hums.", parent=first, author={"name": "Bob", "email": "bob@example.com"})
    return first, reply.get_json()["comment"]["id"]


def test_a_page_has_a_feed_of_its_comments_newest_first(
    client: FlaskClient, pair: tuple[int, int]
) -> None:
    feed = read(client, THREAD)
    assert feed.findtext(f"{ATOM}title") == "Comments on Why"
    assert texts(feed, "title") == ["Bob on Why", "Ada on Why"]
    assert texts(feed, "content")[1] == "<p>It <em>sings</em>.</p>\n"
    links = [entry.find(f"{ATOM}link").get("href") for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert links == [f"{PAGE}#comment-{pair[1]}", f"{PAGE}#comment-{pair[0]}"]
    answered = feed.find(".//{http://purl.org/syndication/thread/1.0}in-reply-to")
    assert answered is not None
    assert answered.get("href") == f"{PAGE}#comment-{pair[0]}"
    assert texts(feed, "id")[0].startswith("tag:example.org,2026-01-02:blog/comment-")


def test_a_site_has_a_feed_and_so_have_the_replies_to_a_comment(
    client: FlaskClient, pair: tuple[int, int], post: Post
) -> None:
    post("Elsewhere.", url="https://example.org/other")
    assert len(texts(read(client, "/feeds/blog.atom"), "title")) == 3
    replies = read(client, f"/feeds/blog/replies/{pair[0]}.atom")
    assert replies.findtext(f"{ATOM}title") == "Replies to Ada on Why"
    assert texts(replies, "title") == ["Bob on Why"]


@pytest.mark.parametrize("path", [THREAD, "/feeds/blog.atom"])
def test_what_is_unpublished_is_gone_from_a_feed_at_the_next_reading(
    client: FlaskClient, parts: Parts, pair: tuple[int, int], path: str
) -> None:
    assert len(texts(read(client, path), "id")) == 2
    for status in (Status.SPAM, Status.PENDING, Status.REJECTED, Status.DELETED):
        change_status(parts, pair[1], status, actor="person:1")
        assert len(texts(read(client, path), "id")) == 1
        change_status(parts, pair[1], Status.PUBLISHED, actor="person:1")
        assert len(texts(read(client, path), "id")) == 2


@pytest.mark.parametrize("path", [THREAD, "/feeds/blog.atom", "/feeds/blog/replies/1.atom"])
def test_no_address_is_in_a_feed(client: FlaskClient, pair: tuple[int, int], path: str) -> None:
    text = client.get(path).text
    assert "@" not in text
    assert "127.0.0.1" not in text.replace("http://127.0.0.1:8080/feeds", "")


@pytest.mark.parametrize("path", [THREAD, "/feeds/blog.atom", "/feeds/blog/replies/1.atom"])
def test_a_feed_that_has_not_changed_is_not_sent_again(
    client: FlaskClient, pair: tuple[int, int], post: Post, path: str
) -> None:
    first = client.get(path, headers={"Accept-Encoding": "br"})
    assert first.headers["Content-Encoding"] == "br"
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304
    post("New.", parent=pair[0])
    assert client.get(path, headers=known).status_code == 200


def test_a_feed_of_nothing_is_empty_and_of_what_is_not_there_is_not_found(
    client: FlaskClient, site: Site
) -> None:
    assert texts(read(client, "/feeds/blog.atom"), "id") == []
    assert texts(read(client, THREAD), "id") == []
    for missing in (
        "/feeds/nobody.atom",
        "/feeds/blog/replies/99.atom",
        f"/feeds/x/thread.atom?url={PAGE}",
    ):
        assert client.get(missing).status_code == 404
    assert client.get("/feeds/blog/thread.atom").status_code == 400
    assert client.get("/feeds/blog/thread.atom?url=https://evil.example/").status_code == 403


def test_replies_to_a_comment_of_another_site_are_not_found(
    client: FlaskClient, pair: tuple[int, int], add_site: Callable[..., Site]
) -> None:
    add_site("other", hosts=("other.example",))
    assert client.get(f"/feeds/other/replies/{pair[0]}.atom").status_code == 404
    assert client.get(f"/feeds/blog/replies/{pair[0]}.atom").status_code == 200


def test_hostile_text_is_text_in_a_feed(client: FlaskClient, site: Site, post: Post) -> None:
    post("<script>alert(1)</script> ]]> & \u202e", author={"name": "<b>]]>&"}, title="</title>")
    feed = read(client, THREAD)
    assert texts(feed, "title") == ["<b>]]>& on </title>"]
    assert "<script" not in texts(feed, "content")[0]


def test_the_page_without_javascript_names_its_feed(client: FlaskClient, site: Site) -> None:
    page = client.get(f"/threads?site=blog&url={PAGE}")
    assert 'type="application/atom+xml"' in page.text
    assert "/feeds/blog/thread.atom?url=https://example.org/article" in page.text
