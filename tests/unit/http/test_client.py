"""The reader's address: what the configured proxies say, and nothing that a reader wrote."""

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from widget.http.client import address_reader

OURS = ("10.0.0.0/8", "fd00::/8")


def request(peer: str | None, *forwarded: str) -> Request:
    builder = EnvironBuilder(headers=[("X-Forwarded-For", value) for value in forwarded])
    environ = builder.get_environ()
    environ.pop("REMOTE_ADDR", None)
    if peer is not None:
        environ["REMOTE_ADDR"] = peer
    return Request(environ)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ((), "203.0.113.7", (), "203.0.113.7"),
        ((), "203.0.113.7", ("192.0.2.1",), "203.0.113.7"),  # nobody is trusted
        (OURS, "203.0.113.7", ("192.0.2.1",), "203.0.113.7"),  # not a proxy of ours
        (OURS, "10.0.0.1", ("192.0.2.1",), "192.0.2.1"),
        (OURS, "10.0.0.1", ("1.1.1.1, 192.0.2.1",), "192.0.2.1"),  # the first is a lie
        (OURS, "10.0.0.1", ("1.1.1.1", "192.0.2.1"), "192.0.2.1"),  # in a header of its own
        (OURS, "10.0.0.1", ("192.0.2.1, 10.0.0.2",), "192.0.2.1"),  # two proxies of ours
        (OURS, "10.0.0.1", ("10.9.9.9, 192.0.2.1",), "192.0.2.1"),  # pretends to be a proxy
        (OURS, "10.0.0.1", ("2001:db8::1",), "2001:db8::1"),
        (OURS, "fd00::1", ("192.0.2.1",), "192.0.2.1"),
        (OURS, "::ffff:10.0.0.1", ("192.0.2.1",), "192.0.2.1"),  # a mapped proxy
        (OURS, "::ffff:203.0.113.7", (), "203.0.113.7"),
        (OURS, "10.0.0.1", (), "10.0.0.1"),
        (OURS, "10.0.0.1", ("rubbish",), "10.0.0.1"),
        (OURS, "10.0.0.1", ("192.0.2.1, rubbish",), "10.0.0.1"),  # nothing left of it counts
        (OURS, None, ("192.0.2.1",), "192.0.2.1"),  # a unix socket behind our proxy
        ((), None, ("192.0.2.1",), None),  # a unix socket and nobody to believe
        (("203.0.113.7",), "203.0.113.7", ("192.0.2.1",), "192.0.2.1"),
    ],
)
def test_the_address_is_that_of_the_last_hop_that_is_not_ours(
    trusted: tuple[str, ...], peer: str | None, forwarded: tuple[str, ...], address: str | None
) -> None:
    assert address_reader(trusted)(request(peer, *forwarded)) == address


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_what_an_untrusted_peer_sends_changes_nothing(forwarded: str) -> None:
    assert address_reader(OURS)(request("203.0.113.7", forwarded)) == "203.0.113.7"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_what_a_reader_writes_before_our_proxies_entry_changes_nothing(forwarded: str) -> None:
    asked = request("10.0.0.1", f"{forwarded}, 192.0.2.1")
    assert address_reader(OURS)(asked) == "192.0.2.1"
