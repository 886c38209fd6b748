"""Where a page of a thread begins. Opaque to clients; checked like any input."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from widget.domain.comment import Comment
from widget.domain.errors import FieldError, Malformed
from widget.domain.thread_page import Sort

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX = 1 << 62


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a thread: its order, and the last comment before the page.

    ``inclusive`` lets the page begin with that comment instead of after it.
    """

    sort: Sort
    last: tuple[datetime | int, int] | None = None
    inclusive: bool = False


def cursor_at(comment: Comment, sort: Sort, *, inclusive: bool = False) -> Cursor:
    """Return the cursor of the page that follows a comment, or begins with it."""
    value = comment.score if sort is Sort.BEST else comment.created
    return Cursor(sort, (value, comment.id), inclusive)


def encode_cursor(cursor: Cursor) -> str | None:
    """Return the cursor as clients pass it around, ``None`` for the first page."""
    if cursor.last is None:
        return None
    value, last_id = cursor.last
    number = value if isinstance(value, int) else (value - _EPOCH) // timedelta(microseconds=1)
    plain = f"{cursor.sort[0]}{number}.{last_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(text: str | None, sort: Sort) -> Cursor:
    """Return the cursor that a client passed.

    Raises:
        Malformed: for anything that this server didn't make, or that is of another order.
    """
    if not text:
        return Cursor(sort)
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode()
        number, last_id = (int(part) for part in plain[1:].split("."))
        if plain[0] != sort[0] or max(abs(number), abs(last_id)) > _MAX:
            raise ValueError(plain)
        value = number if sort is Sort.BEST else _EPOCH + timedelta(microseconds=number)
    except (ValueError, binascii.Error, OverflowError, IndexError) as error:
        raise _unknown() from error
    cursor = Cursor(sort, (value, last_id))
    if encode_cursor(cursor) != text:
        raise _unknown()
    return cursor


def encode_reply_cursor(last_id: int) -> str:
    """Return the cursor of the replies that follow one."""
    return base64.urlsafe_b64encode(f"r{last_id}".encode()).decode().rstrip("=")


def decode_reply_cursor(text: str | None) -> int:
    """Return the id after which replies are wanted, 0 for the first ones.

    Raises:
        Malformed: for anything that this server didn't make.
    """
    if not text:
        return 0
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode()
        last_id = int(plain.removeprefix("r"))
        if not plain.startswith("r") or not 0 <= last_id <= _MAX:
            raise ValueError(plain)
    except (ValueError, binascii.Error) as error:
        raise _unknown() from error
    if encode_reply_cursor(last_id) != text:
        raise _unknown()
    return last_id


def _unknown() -> Malformed:
    return Malformed([FieldError("after", "This is not a place in this thread.")])
