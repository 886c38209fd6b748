"""An edit token opens its own comment and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.edit_token import EditTokens
from widget.domain.errors import TokenRefused
from widget.testing import a_comment

OLD, NEW = "an old key of the server's", "the new key of the server's"


@given(st.integers(1, 1 << 62), st.integers(1, 1 << 30))
def test_a_token_opens_its_own_comment_only(comment_id: int, site_id: int) -> None:
    tokens = EditTokens([OLD])
    token = tokens.sign(a_comment(id=comment_id, site_id=site_id))
    tokens.check(token, comment_id)
    with pytest.raises(TokenRefused):
        tokens.check(token, comment_id + 1)


def test_a_token_still_opens_after_the_keys_were_rotated() -> None:
    token = EditTokens([OLD]).sign(a_comment(id=5))
    EditTokens([OLD, NEW]).check(token, 5)


def test_new_tokens_are_signed_with_the_new_key() -> None:
    token = EditTokens([OLD, NEW]).sign(a_comment(id=5))
    EditTokens([NEW]).check(token, 5)
    with pytest.raises(TokenRefused):
        EditTokens([OLD]).check(token, 5)


@given(st.none() | st.text(max_size=60))
def test_anything_else_is_refused(token: str | None) -> None:
    with pytest.raises(TokenRefused):
        EditTokens([OLD]).check(token, 14)


@given(st.data())
def test_a_token_of_which_one_character_was_changed_is_refused(data: st.DataObject) -> None:
    tokens = EditTokens([OLD])
    token = tokens.sign(a_comment(id=14))
    # The last character of base64 holds bits that mean nothing: any other counts.
    place = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda one: one != token[place]))
    with pytest.raises(TokenRefused):
        tokens.check(token[:place] + other + token[place + 1 :], 14)


def test_a_token_tells_which_comment_it_is_for_and_nothing_else_does() -> None:
    tokens = EditTokens([NEW])
    assert tokens.read(tokens.sign(a_comment(id=14, site_id=3))) == (3, 14)
    other = EditTokens([OLD]).sign(a_comment(id=14, site_id=3))
    assert [tokens.read(text) for text in (None, "", "nonsense", other)] == [None] * 4
