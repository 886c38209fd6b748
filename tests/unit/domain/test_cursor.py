"""A cursor leads on from where it was made; anything else is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.cursor import (
    Cursor,
    decode_cursor,
    decode_reply_cursor,
    encode_cursor,
    encode_reply_cursor,
)
from widget.domain.errors import Malformed
from widget.domain.thread_page import Sort

IDS = st.integers(1, 1 << 62)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2190, 1, 1),
    timezones=st.just(UTC),  # noqa: DTZ001
)
BY_TIME = st.builds(Cursor, st.sampled_from([Sort.OLDEST, Sort.NEWEST]), st.tuples(MOMENTS, IDS))
BY_SCORE = st.builds(Cursor, st.just(Sort.BEST), st.tuples(st.integers(-999, 9999), IDS))


@given(BY_TIME | BY_SCORE)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert decode_cursor(encode_cursor(cursor), cursor.sort) == cursor


@given(IDS)
def test_a_reply_cursor_comes_back_as_it_was(last_id: int) -> None:
    assert decode_reply_cursor(encode_reply_cursor(last_id)) == last_id


@given(st.text(min_size=1, max_size=40) | st.text("ABCabc019-_=", min_size=1, max_size=40))
def test_garbage_is_refused_as_malformed(text: str) -> None:
    for sort in Sort:
        try:
            cursor = decode_cursor(text, sort)
        except Malformed:
            continue
        # The rare text that is a cursor after all is exactly what this server writes.
        assert encode_cursor(cursor) == text
    try:
        last_id = decode_reply_cursor(text)
    except Malformed:
        return
    assert encode_reply_cursor(last_id) == text


@given(BY_TIME | BY_SCORE)
def test_a_cursor_of_one_order_is_refused_in_another(cursor: Cursor) -> None:
    text = encode_cursor(cursor)
    for sort in set(Sort) - {cursor.sort}:
        with pytest.raises(Malformed):
            decode_cursor(text, sort)


@pytest.mark.parametrize("text", [None, ""])
def test_no_cursor_is_the_first_page(text: str | None) -> None:
    assert decode_cursor(text, Sort.OLDEST).last is None
    assert decode_reply_cursor(text) == 0
    assert encode_cursor(Cursor(Sort.OLDEST)) is None
