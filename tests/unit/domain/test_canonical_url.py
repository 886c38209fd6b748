"""One page is one thread: nothing of a visit splits it, and no two pages share it."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from widget.domain.canonical_url import MAX_LENGTH, TRACKING, canonical_url, page_key
from widget.domain.errors import Invalid

# What is percent-encoded in it, and what is not, both occur; so do characters that mean
# something where they stand.
SEGMENT = st.lists(
    st.sampled_from(list("abAB019-._~!$&'()*+,;=:@é語 ") + ["%2F", "%41", "%3F", "%25", "%C3%A9"]),
    max_size=6,
).map("".join)
PATH = st.lists(SEGMENT, max_size=4).map(lambda parts: "/" + "/".join(parts))
NAME = st.lists(st.sampled_from(list("abXY1_.-") + ["%26", "%3D", "+", "é"]), max_size=5).map(
    "".join
)
PAIR = st.tuples(NAME, NAME).map(lambda pair: f"{pair[0]}={pair[1]}") | NAME
QUERY = st.lists(PAIR, max_size=4).map("&".join)
PAGES = st.builds(
    lambda path, query: f"https://example.org{path}" + (f"?{query}" if query else ""), PATH, QUERY
).map(str.rstrip)


def key_of(url: str) -> str:
    return page_key(canonical_url(url))


def page_of(url: str) -> tuple[str, list[tuple[str, str]]]:
    """What a web server could tell a page by, read by other means than the code's own."""
    _, _, rest = url.partition("://")
    path, _, query = rest.partition("?")
    # Dot segments are resolved by every client before it asks.
    path = URL(f"https://{path}").raw_path
    slashes_kept = path.replace("%2F", "%252F").replace("%2f", "%252F")
    pairs = parse_qsl(query, keep_blank_values=True)
    return unquote(slashes_kept), pairs


@given(PAGES)
def test_the_canonical_form_of_a_canonical_form_is_itself(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(PAGES, PAGES)
def test_two_pages_that_a_server_can_tell_apart_are_never_one_thread(one: str, two: str) -> None:
    if page_of(one) != page_of(two):
        assert key_of(one) != key_of(two)


@given(st.text(max_size=60))
def test_anything_else_is_refused_and_never_crashes(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.org/{text}"):
        try:
            once = canonical_url(url)
        except Invalid:
            continue
        assert canonical_url(once) == once


@given(PAGES, st.sampled_from(sorted(TRACKING) + ["utm_source", "utm_x", "UTM_Medium"]))
def test_a_tracking_parameter_splits_no_thread(url: str, name: str) -> None:
    sign = "&" if "?" in url else "?"
    assert key_of(f"{url}{sign}{name}=7") == key_of(url)


@given(PAGES, st.text("abc/?=é ", max_size=8))
def test_a_fragment_splits_no_thread(url: str, fragment: str) -> None:
    assert key_of(f"{url}#{fragment}") == key_of(url)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://example.org/a", "http://example.org/a"),
        ("https://example.org:443/a", "http://example.org:80/a"),
        ("https://EXAMPLE.org/a", "https://example.org/a"),
        ("HTTPS://example.org/a", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/%7Eada", "https://example.org/~ada"),
        ("https://example.org/%c3%a9", "https://example.org/é"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://example.org/a?utm_source=x&b=1", "https://example.org/a?b=1"),
        ("https://example.org/a?FBCLID=x", "https://example.org/a"),
        (" https://example.org/a ", "https://example.org/a"),
    ],
)
def test_one_page_written_in_two_ways_is_one_thread(one: str, two: str) -> None:
    assert key_of(one) == key_of(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://example.org/a", "https://example.org/A"),  # paths have a case
        ("https://example.org/a", "https://example.org/a/"),  # a trailing slash
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),  # the order
        ("https://example.org/?a=1", "https://example.org/?a=1&a=1"),  # repeated
        ("https://example.org/a%2Fb", "https://example.org/a/b"),  # an encoded slash
        ("https://example.org/a%3Fb", "https://example.org/a?b"),
        ("https://example.org/?a=%26b", "https://example.org/?a=&b"),
        ("https://example.org/?a=b%2Bc", "https://example.org/?a=b+c"),  # plus is a space
        ("https://example.org/?a", "https://example.org/?b"),
        ("https://example.org:8443/a", "https://example.org/a"),  # another server
        ("https://www.example.org/a", "https://example.org/a"),
        ("https://example.org/?ref=a", "https://example.org/"),  # may name a page
        ("https://example.org/?id=1", "https://example.org/?id=2"),
    ],
)
def test_two_pages_that_look_alike_are_two_threads(one: str, two: str) -> None:
    assert key_of(one) != key_of(two)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/a",
        "/a",
        "//example.org/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "https://",
        "https:///a",
        "https://user@example.org/",
        "https://user:word@example.org/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/" + "a" * MAX_LENGTH,
    ],
)
def test_what_is_no_address_of_a_page_is_refused_at_its_field(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        canonical_url(url)
    assert [fault.field for fault in caught.value.errors] == ["url"]
