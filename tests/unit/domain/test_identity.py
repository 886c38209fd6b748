"""People are recognised on one site by keyed hashes, and by nothing that can be reversed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.identity import (
    address_hash,
    avatar_value,
    cut_address,
    email_hash,
    keyed_hash,
    network_of,
)

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PARTS = st.lists(st.text(max_size=5), max_size=4)


@given(PARTS, PARTS)
def test_two_lists_of_parts_have_one_hash_only_if_they_are_the_same(
    one: list[str], two: list[str]
) -> None:
    assert (keyed_hash(KEY, *one) == keyed_hash(KEY, *two)) == (one == two)


def test_one_person_is_recognised_however_the_address_is_written() -> None:
    assert email_hash(KEY, "a", " Ada@Example.NET ") == email_hash(KEY, "a", "ada@example.net")


def test_one_person_has_another_hash_and_picture_on_another_site_and_server() -> None:
    mail = "ada@example.net"
    assert len({email_hash(KEY, "a", mail), email_hash(KEY, "b", mail),
                email_hash(OTHER_KEY, "a", mail)}) == 3  # fmt: skip
    assert avatar_value(KEY, "a", mail, None) != avatar_value(KEY, "b", mail, None)
    assert avatar_value(KEY, "a", mail, None) not in email_hash(KEY, "a", mail)


def test_a_picture_follows_the_email_and_without_one_the_name() -> None:
    mail = "ada@example.net"
    assert avatar_value(KEY, "a", mail, "Ada") == avatar_value(KEY, "a", mail.upper(), "A.")
    assert avatar_value(KEY, "a", None, "Ada") == avatar_value(KEY, "a", None, "ada")
    assert avatar_value(KEY, "a", None, "Ada") != avatar_value(KEY, "a", None, "Eve")


@given(st.ip_addresses(v=4))
def test_a_cut_address_tells_256_households_at_least(address: ipaddress.IPv4Address) -> None:
    assert cut_address(str(address)) == str(ipaddress.ip_network((address, 24), False)[0])


@given(st.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None))
def test_a_cut_ipv6_address_keeps_48_bits(address: ipaddress.IPv6Address) -> None:
    assert int(ipaddress.ip_address(cut_address(str(address)))) == int(address) >> 80 << 80


@given(st.ip_addresses())
def test_cutting_twice_is_cutting_once(address: ipaddress.IPv4Address) -> None:
    once = cut_address(str(address))
    assert cut_address(once) == once


@given(st.text(max_size=30))
def test_what_is_no_address_neither_crashes_nor_is_kept(text: str) -> None:
    try:
        ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        assert cut_address(text) == ""
        assert network_of(text) == "unknown"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),  # one household's /64
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_one_reader_with_two_addresses_is_one_reader(one: str, two: str) -> None:
    assert address_hash(KEY, "a", one) == address_hash(KEY, "a", two)


@pytest.mark.parametrize(
    ("one", "two"), [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("192.0.2.7", "192.0.2.8")]
)
def test_two_readers_are_two_readers(one: str, two: str) -> None:
    assert address_hash(KEY, "a", one) != address_hash(KEY, "a", two)
