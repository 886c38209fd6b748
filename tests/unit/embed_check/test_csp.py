"""Which policies keep the box from a page: the cases of CSP Level 3, and that none is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.embed_check.csp import Loaded, Policy, matches, policies

PAGE = "https://blog.example.org/a"
SERVER = "https://comments.example.org"
SCRIPT = f"{SERVER}/embed.js"
SHA = "sha384-abc"


def blocked(policy: str, loaded: Loaded, page: str = PAGE) -> list[str]:
    """Return the directives of a header that keep something away."""
    found = [one.blocks(loaded, page) for one in policies([policy])]
    return [directive for directive in found if directive]


def script(**more: object) -> Loaded:
    return Loaded(kind="script", url=SCRIPT, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "by"),
    [
        ("", []),
        ("img-src 'none'", []),
        ("default-src 'self'", ["default-src"]),
        ("default-src *", []),
        (f"default-src 'none'; script-src {SERVER}", []),
        (f"script-src 'none'; script-src-elem {SERVER}", []),
        ("script-src comments.example.org", []),
        ("script-src http://comments.example.org", []),
        ("script-src *.example.org", []),
        ("script-src example.org", ["script-src"]),
        ("script-src https:", []),
        ("script-src http:", []),
        ("script-src data:", ["script-src"]),
        ("SCRIPT-SRC HTTPS://COMMENTS.EXAMPLE.ORG", []),
        (f"script-src {SERVER}:443", []),
        (f"script-src {SERVER}:8443", ["script-src"]),
        (f"script-src {SERVER}:*", []),
        (f"script-src {SERVER}/embed.js", []),
        (f"script-src {SERVER}/static/", ["script-src"]),
        ("script-src 'unsafe-inline'", ["script-src"]),
        ("script-src", ["script-src"]),
        ("script-src 'self', default-src *", ["script-src"]),
        (f"script-src 'self', script-src {SERVER}", ["script-src"]),
    ],
)
def test_a_policy_lets_the_script_in_or_the_directive_that_keeps_it_away_is_named(
    policy: str, by: list[str]
) -> None:
    assert blocked(policy, script()) == by


def test_the_first_of_two_directives_of_one_name_counts() -> None:
    assert blocked(f"script-src 'self'; script-src {SERVER}", script()) == ["script-src"]


@pytest.mark.parametrize("kind", ["connect", "style"])
def test_what_has_no_directive_of_its_own_falls_back_to_the_default(kind: str) -> None:
    loaded = Loaded(kind=kind, url=SERVER)
    assert blocked("default-src 'none'", loaded) == ["default-src"]
    assert blocked(f"default-src 'none'; {kind}-src {SERVER}", loaded) == []
    assert blocked(f"default-src {SERVER}; {kind}-src 'none'", loaded) == [f"{kind}-src"]


def test_a_tag_is_trusted_by_its_nonce_or_its_integrity_and_an_import_by_the_nonce_alone() -> None:
    for policy, tag in (("'nonce-xyz'", {"nonce": "xyz"}), (f"'{SHA}'", {"integrity": SHA})):
        assert blocked(f"script-src {policy}", script(**tag)) == []
    assert blocked("script-src 'nonce-xyz'", script(nonce="XYZ")) == ["script-src"]
    assert blocked("script-src 'nonce-xyz'", script(nonce="xyz", by_script=True)) == []
    assert blocked(f"script-src '{SHA}'", script(integrity=SHA, by_script=True)) == ["script-src"]


def test_with_strict_dynamic_hosts_do_not_count_and_what_is_trusted_brings_the_rest() -> None:
    policy = f"script-src 'strict-dynamic' 'nonce-xyz' {SERVER}"
    assert blocked(policy, script()) == ["script-src"]
    assert blocked(policy, script(nonce="xyz")) == []
    assert blocked(policy, script(by_script=True)) == []


def test_self_is_the_pages_own_origin_and_its_secure_twin() -> None:
    assert matches("'self'", "https://a.example/x", "https://a.example/")
    assert matches("'self'", "https://a.example/x", "http://a.example/")
    assert not matches("'self'", "http://a.example/x", "https://a.example/")
    assert not matches("'self'", "https://a.example:8443/x", "https://a.example/")


def test_a_host_without_a_scheme_on_a_page_without_tls_covers_both() -> None:
    for scheme in ("http", "https"):
        assert matches("c.example", f"{scheme}://c.example/embed.js", "http://a.example/")


_LABEL = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
_HOST = st.lists(_LABEL, min_size=1, max_size=3).map(".".join)


@given(host=_HOST, port=st.integers(1, 65535), path=st.sampled_from(["", "/", "/a/b.js"]))
def test_an_address_is_covered_by_itself_its_origin_and_its_scheme(
    host: str, port: int, path: str
) -> None:
    url = f"https://{host}:{port}{path}"
    for source in (url, f"https://{host}:{port}", f"{host}:{port}", f"https://{host}:*", "https:"):
        assert matches(source, url, PAGE), source


@given(host=_HOST, other=_HOST)
def test_a_host_covers_no_other_host(host: str, other: str) -> None:
    assert matches(host, f"https://{other}/", PAGE) == (host == other)
    assert matches(f"*.{host}", f"https://{other}/", PAGE) == other.endswith(f".{host}")


@given(st.text(max_size=80))
def test_any_header_can_be_read_and_any_source_be_asked(text: str) -> None:
    for policy in policies([text]):
        assert isinstance(policy, Policy)
        policy.blocks(script(), PAGE)
    matches(text, SCRIPT, PAGE)
