"""Which pages and origins are a site's, and which only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.canonical_url import canonical_url
from widget.domain.hosts import check_host, check_http_url, origin_is_allowed, page_is_allowed


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("example.org", "example.org"),
        ("EXAMPLE.org", "example.org"),
        (" example.org/ ", "example.org"),
        ("https://example.org/", "example.org"),
        ("http://example.org", "http://example.org"),
        ("*.example.org", "*.example.org"),
        ("localhost:8000", "localhost:8000"),
        ("[::1]:8000", "[::1]:8000"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_host_is_kept_in_one_form(written: str, kept: str) -> None:
    assert check_host(written) == kept
    assert check_host(kept) == kept


@pytest.mark.parametrize(
    "written",
    ["", " ", "a b", "*", "*.", "ftp://example.org", "example.org/blog", "example.org?x",
     "me@example.org", "example.org:99999", "exa*mple.org", "https://", "<script>"],
)  # fmt: skip
def test_what_names_no_host_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="."):
        check_host(written)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("example.org", "https://example.org/a"),
        ("example.org", "http://example.org/a"),
        ("*.example.org", "https://blog.example.org/a"),
        ("*.example.org", "https://a.b.example.org/"),
        ("localhost", "http://localhost:5173/"),
        ("localhost:8000", "http://localhost:8000/"),
        ("bücher.example", "https://bücher.example/a"),
        ("[::1]:8000", "http://[::1]:8000/a"),
    ],
)
def test_a_page_of_the_site_is_allowed(host: str, url: str) -> None:
    assert page_is_allowed(canonical_url(url), (check_host(host),))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("example.org", "https://example.org.evil.example/"),
        ("example.org", "https://evilexample.org/"),
        ("example.org", "https://www.example.org/"),
        ("*.example.org", "https://example.org/"),  # the name itself is given beside it
        ("*.example.org", "https://evilexample.org/"),
        ("example.org", "https://example.org:8443/"),
        ("localhost:8000", "http://localhost:8001/"),
    ],
)
def test_a_page_elsewhere_is_not_allowed(host: str, url: str) -> None:
    assert not page_is_allowed(canonical_url(url), (check_host(host),))


@pytest.mark.parametrize(
    ("hosts", "origin", "allowed"),
    [
        (("example.org",), "https://example.org", True),
        (("bücher.example",), "https://xn--bcher-kva.example", True),
        (("*.example.org",), "https://a.example.org", True),
        (("http://example.org",), "http://example.org", True),
        (("localhost",), "http://localhost:5173", True),
        (("[::1]",), "http://[::1]:9000", True),
        (("example.org",), "http://example.org", False),  # anybody on the way could send it
        (("example.org",), "https://example.org:8443", False),
        (("example.org",), "https://EXAMPLE.org", False),  # no browser sends that
        (("example.org",), "https://example.org/", False),
        (("example.org",), "https://example.org/a", False),
        (("example.org",), "https://example.org.evil.example", False),
        (("example.org",), "https://user@example.org", False),
        (("example.org",), "null", False),
        (("example.org",), "", False),
        (("example.org",), "https://[::1", False),
        ((), "https://example.org", False),
    ],
)
def test_an_origin_may_write_only_where_it_is_the_sites(
    hosts: tuple[str, ...], origin: str, allowed: bool
) -> None:
    kept = tuple(check_host(host) for host in hosts)
    assert origin_is_allowed(origin, kept) is allowed


@given(st.text(max_size=40))
def test_no_text_in_an_origin_crashes_the_check_or_passes_it(text: str) -> None:
    if text != "https://example.org":
        assert not origin_is_allowed(text, ("example.org",))


@pytest.mark.parametrize(
    "value", ["example.org", "javascript:alert(1)", "https://", "https://a:b@c.d/"]
)
def test_a_link_setting_takes_only_web_addresses(value: str) -> None:
    with pytest.raises(ValueError, match="address"):
        check_http_url(value)
