"""Pages of others are fetched from public addresses only, and not for ever."""

import gzip
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from tests.web_site import Answer, WebSite, html, redirect
from widget.outbound.address import FetchFailed, resolve
from widget.outbound.fetch import MAX_BYTES, MAX_HOPS, Fetcher


def fetcher(**more: object) -> Fetcher:
    return Fetcher(is_allowed=lambda url: True, **more)  # type: ignore[arg-type]


def test_a_page_is_fetched_by_the_name_that_was_asked_for(web: WebSite) -> None:
    web.answers["/a?b=1"] = html("<p>Grüße</p>")
    found = fetcher().fetch(web.url("/a?b=1#part"))
    assert (found.status, found.text, found.hops) == (200, "<p>Grüße</p>", 0)
    assert web.asked == [("/a?b=1", f"localhost:{web.server_port}")]


def test_redirects_are_followed_and_each_is_asked_about(web: WebSite) -> None:
    web.answers |= {"/a": redirect("/b"), "/b": redirect("c"), "/c": html("Here.")}
    asked: list[str] = []
    found = Fetcher(is_allowed=lambda url: not asked.append(url)).fetch(web.url("/a"))  # type: ignore[func-returns-value]
    assert (found.url, found.text, found.hops) == (web.url("/c"), "Here.", 2)
    assert [urlsplit(url).path for url in asked] == ["/a", "/b", "/c"]


def test_a_redirect_to_where_nobody_may_ask_is_not_followed(web: WebSite) -> None:
    web.answers["/a"] = redirect("http://localhost/latest/meta-data")
    own = web.url("")
    with pytest.raises(FetchFailed, match="not a host of a site"):
        Fetcher(is_allowed=lambda url: url.startswith(own)).fetch(web.url("/a"))
    web.answers["/b"] = redirect("file:///etc/passwd")
    with pytest.raises(FetchFailed, match="http"):
        fetcher().fetch(web.url("/b"))


def test_a_circle_of_redirects_ends(web: WebSite) -> None:
    web.answers["/a"] = redirect("/a")
    with pytest.raises(FetchFailed, match="again and again"):
        fetcher().fetch(web.url("/a"))
    assert len(web.asked) == MAX_HOPS + 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.1.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "ff02::1",
    ],
)
@pytest.mark.parametrize("beside", [[], ["93.184.215.14"]])
def test_a_name_that_leads_into_a_network_of_ones_own_is_not_dialled(
    web: WebSite, address: str, beside: Sequence[str]
) -> None:
    made = fetcher(resolve=lambda host, port: [*beside, address])
    with pytest.raises(FetchFailed, match="not public"):
        made.fetch(web.url("/", "blog.example.org"))
    assert web.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1.", "0x7f.1", "2130706433", "[::ffff:7f00:1]"])
def test_a_disguised_address_of_this_machine_is_not_dialled(web: WebSite, host: str) -> None:
    web.answers["/"] = html("Inside.")
    with pytest.raises(FetchFailed):
        fetcher().fetch(web.url("/", host))
    assert web.asked == []


def test_a_name_is_asked_for_once_and_what_was_checked_is_dialled(web: WebSite) -> None:
    web.answers["/"] = html("Once.")
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    found = fetcher(resolve=lambda host, port: next(answers)).fetch(web.url("/"))
    assert found.text == "Once."
    assert next(answers) == ["10.0.0.1"]


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://localhost/", "http://", "http://me:secret@localhost/", "http://[::1/"],
)
def test_what_is_no_address_of_a_page_is_said_to_be_none(url: str) -> None:
    with pytest.raises(FetchFailed):
        fetcher().fetch(url)


def test_a_host_that_does_not_exist_or_does_not_answer_is_told(web: WebSite) -> None:
    def nobody(host: str, port: int) -> Sequence[str]:
        raise OSError("unknown")

    with pytest.raises(FetchFailed, match=r"There is no host blog\.example\.org"):
        fetcher(resolve=nobody).fetch("https://blog.example.org/")
    with pytest.raises(FetchFailed, match="doesn't answer"):
        fetcher().fetch("http://localhost:1/")
    with pytest.raises(FetchFailed, match="doesn't answer"):
        fetcher().fetch(web.url("/").replace("http:", "https:"))


def drips(web: WebSite, part: bytes) -> Answer:
    """Return an answer that goes on until the site is shut."""

    def answer(site: BaseHTTPRequestHandler) -> None:
        site.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while not web.ended.wait(0.02):
                site.wfile.write(part)
        except OSError:
            return

    return answer


@pytest.mark.parametrize("part", [b"X-Slow: 1\r\n", b"Content-Type: text/html\r\n\r\nmore", b""])
def test_an_answer_that_never_ends_is_left_in_time(web: WebSite, part: bytes) -> None:
    web.answers["/"] = drips(web, part)
    with pytest.raises(FetchFailed, match=r"longer than 0\.3 seconds"):
        fetcher(total_s=0.3).fetch(web.url("/"))


def test_of_a_great_page_only_the_beginning_is_read(web: WebSite) -> None:
    web.answers["/"] = html("x" * (MAX_BYTES + 5))
    web.answers["/zip"] = html(gzip.compress(b"y" * 9 * MAX_BYTES), content_encoding="gzip")
    assert len(fetcher().fetch(web.url("/")).text) == MAX_BYTES
    assert len(fetcher().fetch(web.url("/zip")).text) == MAX_BYTES


def test_what_is_no_page_is_not_read(web: WebSite) -> None:
    web.answers["/"] = html("secret", kind="application/json")
    assert fetcher().fetch(web.url("/")).text == ""


def test_the_machines_own_names_are_known() -> None:
    assert "127.0.0.1" in resolve("localhost", 80)
