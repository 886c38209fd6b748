"""Passwords: nobody's costs what anybody's does."""

from widget.store.passwords import _NOBODYS, Passwords


def test_the_hash_that_stands_for_nobodys_password_has_the_costs_of_a_new_one() -> None:
    assert not Passwords().is_outdated(_NOBODYS)


def test_nobodys_password_is_never_right() -> None:
    assert not Passwords().is_right(None, "the password of nobody")
