"""The page for readers without JavaScript."""

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import ORIGIN, PAGE
from widget.domain.site import Site

THERE = f"/threads?site=blog&url={PAGE}"
Post = Callable[..., TestResponse]


def send(client: FlaskClient, **fields: str) -> TestResponse:
    return client.post(THERE, data=fields, headers={"Origin": ORIGIN})


@pytest.mark.usefixtures("site")
def test_a_comment_can_be_posted_and_read_without_javascript(client: FlaskClient) -> None:
    posted = send(client, body="Hello *there*", **{"author.name": "Ada"})
    assert posted.status_code == 303
    there = urlsplit(posted.location)
    page = client.get(f"{there.path}?{there.query}").text
    assert "<em>there</em>" in page
    assert f'id="{there.fragment}"' in page
    assert "1 comment<" in page


@pytest.mark.usefixtures("site")
def test_a_reply_stands_under_the_comment_that_it_answers(client: FlaskClient, post: Post) -> None:
    parent = post("First", author={"name": "Ada"}).get_json()["comment"]["id"]
    form = client.get(f"{THERE}&reply_to={parent}").text
    assert "Reply to <bdi>Ada</bdi>" in form
    assert f'name="parent" value="{parent}"' in form
    assert send(client, body="Second", parent=str(parent)).status_code == 303
    thread = client.get(f"/api/v1/thread?site=blog&url={PAGE}").get_json()
    assert thread["comments"][0]["replies"]["comments"][0]["parent"] == parent


@pytest.mark.usefixtures("site")
def test_nothing_that_was_typed_is_lost_where_a_field_is_at_fault(client: FlaskClient) -> None:
    answer = send(client, body="A <b>long</b> text", **{"author.email": "nonsense"})
    assert answer.status_code == 422
    assert "A &lt;b&gt;long&lt;/b&gt; text" in answer.text
    assert 'value="nonsense"' in answer.text
    assert 'aria-describedby="fault-author.email"' in answer.text


def test_a_held_comment_is_shown_to_its_author_alone(
    client: FlaskClient, add_site: Callable[..., Site]
) -> None:
    add_site(policy="hold")
    answer = send(client, body="Wait for me")
    assert answer.status_code == 202
    assert "awaits moderation" in answer.text
    assert "Wait for me" in answer.text
    assert "Wait for me" not in client.get(THERE).text


@pytest.mark.usefixtures("site")
def test_a_form_that_is_sent_twice_is_one_comment(client: FlaskClient) -> None:
    key = re.search(r'name="key" value="([^"]+)"', client.get(THERE).text)
    assert key is not None
    for _ in range(2):
        assert send(client, body="Once", key=key[1]).status_code == 303
    assert "1 comment<" in client.get(THERE).text


@pytest.mark.usefixtures("site")
def test_a_foreign_page_can_not_post_through_the_form(client: FlaskClient) -> None:
    answer = client.post(THERE, data={"body": "x"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.usefixtures("site")
def test_the_whole_thread_can_be_walked_by_links(client: FlaskClient, post: Post) -> None:
    for number in range(30):
        post(f"Number {number:02}")
    seen: set[str] = set()
    there: str | None = THERE
    while there:
        page = client.get(there).text
        seen |= set(re.findall(r"Number \d\d", page))
        more = re.search(r'href="([^"]+)">More comments', page)
        link = urlsplit(more[1].replace("&amp;", "&")) if more else None
        there = f"{link.path}?{link.query}" if link else None
    assert len(seen) == 30


@pytest.mark.usefixtures("site")
def test_crawlers_find_structured_data_and_the_article(client: FlaskClient, post: Post) -> None:
    post("</script><script>alert(1)</script>", author={"name": "</script>"})
    page = client.get(THERE).text
    assert f'<link rel="canonical" href="{PAGE}">' in page
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert block is not None
    data = json.loads(block[1])
    assert data["@type"] == "DiscussionForumPosting"
    assert data["commentCount"] == 1
    assert data["comment"][0]["author"]["name"] == "</script>"
    assert page.count("<script") == 1


@pytest.mark.usefixtures("site")
def test_a_fragment_is_only_the_thread_with_links_that_work_elsewhere(
    client: FlaskClient, post: Post
) -> None:
    post("Here")
    answer = client.get(f"{THERE}&fragment=1")
    assert answer.text.lstrip().startswith("<section")
    assert "<html" not in answer.text
    action = re.search(r'action="([^"]+)"', answer.text)
    assert action is not None
    assert action[1].startswith("http")
    assert parse_qs(urlsplit(action[1].replace("&amp;", "&")).query)["site"] == ["blog"]


@pytest.mark.usefixtures("site")
def test_the_page_runs_no_script_and_is_framed_by_the_sites_pages_only(
    client: FlaskClient,
) -> None:
    policy = client.get(THERE).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self' https://example.org" in policy


@pytest.mark.usefixtures("site")
def test_a_person_is_told_in_words_what_is_wrong_with_an_address(client: FlaskClient) -> None:
    there = "/threads?site=blog&url=https://elsewhere.example/"
    answer = client.get(there, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
    assert "not one of the site" in answer.text
