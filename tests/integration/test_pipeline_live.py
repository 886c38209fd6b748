"""Reading never waits behind posting: a real server, and posts that hang in a plugin."""

import threading
import time
from collections.abc import Callable

import httpx

from tests.integration.plugin_files import checks, write_plugin
from tests.live import LiveServer

POSTS = 16
PAGE = {"site": "blog", "url": "https://example.org/article"}
HANGS = "if 'hang' in submission.body:\n    threading.Event().wait()\nreturn None"


def test_reading_keeps_its_speed_while_posts_hang_in_a_plugin(
    start_server: Callable[..., LiveServer],
) -> None:
    server = start_server()
    write_plugin(server.home, "hangs", checks(HANGS), deadline_s=2.0)
    chosen = ("--set", "site.policy=publish", "--set", "rate_limit.mode=off")
    server.cli("site", "add", "blog", "--host", "example.org", *chosen)
    server.start()
    with httpx.Client(base_url=server.api, timeout=30) as client:
        first = client.post("/comments", json={**PAGE, "body": "Before."})
        assert first.status_code == 201, first.text
        answers: list[httpx.Response] = []
        posts = [threading.Thread(target=post, args=(server, answers, n)) for n in range(POSTS)]
        for thread in posts:
            thread.start()
        longest_s, reads = read_while(posts, client)
        for thread in posts:
            thread.join()

        assert reads > 20
        assert longest_s < 1.0
        assert [answer.status_code for answer in answers] == [202] * POSTS
        assert max(answer.elapsed.total_seconds() for answer in answers) < 8
        # All of them hang still; the plugin is now skipped, which holds, and nobody waits.
        began = time.monotonic()
        assert client.post("/comments", json={**PAGE, "body": "After."}).status_code == 202
        assert time.monotonic() - began < 1.5
        page = client.get("/thread", params=PAGE).json()
    assert [comment["html"] for comment in page["comments"]] == ["<p>Before.</p>\n"]
    held = server.cli_json("moderation", "list")
    assert isinstance(held, list)
    assert len(held) == POSTS + 1


def post(server: LiveServer, answers: list[httpx.Response], number: int) -> None:
    """Post a comment over which the plugin hangs."""
    sent = {**PAGE, "body": f"Number {number} will hang."}
    answers.append(httpx.post(f"{server.api}/comments", json=sent, timeout=30))


def read_while(posts: list[threading.Thread], client: httpx.Client) -> tuple[float, int]:
    """Read for as long as posts are under way; return the longest time and how often."""
    longest_s, reads = 0.0, 0
    while any(thread.is_alive() for thread in posts):
        began = time.monotonic()
        # A question not asked before, so that the page is built and not only handed out.
        answer = client.get("/thread", params={**PAGE, "x": str(reads)})
        assert answer.status_code == 200
        longest_s, reads = max(longest_s, time.monotonic() - began), reads + 1
    return longest_s, reads
